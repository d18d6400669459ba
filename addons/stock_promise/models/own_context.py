"""What our own code says to itself by the context, and nobody else can.

Whoever calls a public method chooses its context. What decides about a promise, its
history or its goods is therefore no plain value there: JSON and XML carry none of a
class of ours, so that whatever a client sends under one of these keys is not taken for
anything.
"""

from typing import Any, NamedTuple


class _Own(NamedTuple):
    # compared by the value, so that environments are found again
    value: Any


def own(value):
    """A value for the context that :func:`owned` gives back."""
    return _Own(value)


def owned(env, key, default=None):
    """What our own code has put into the context under ``key``."""
    found = env.context.get(key)
    return found.value if isinstance(found, _Own) else default


def without_defaults(records, names=None):
    """These records without defaults from the context: a client's ``default_state``
    would go past whoever looks at the values.

    :param names: those of these fields alone; None: of all
    """
    forged = {
        key
        for key in records.env.context
        if key.startswith("default_")
        and (names is None or key.removeprefix("default_") in names)
    }
    if not forged:
        return records
    context = {
        key: value for key, value in records.env.context.items() if key not in forged
    }
    return records.with_env(records.env(context=context))
