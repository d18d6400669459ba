from .models.first_dates import note_first_dates


def post_init_hook(env):
    """Open moves of a running company: what is planned now is the first date known."""
    note_first_dates(env)
