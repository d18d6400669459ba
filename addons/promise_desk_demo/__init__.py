from . import story


def post_init_hook(env):
    """What cannot be written down as data: it happened, in an order, on days that lie
    some time before or after today."""
    story.tell(env)
