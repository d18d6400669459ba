"""Sentences that can be said again: to another reader, in another language.

What the engine says is a plain text, for whoever asks. The text knows what was meant, a
term with its values, so that it can be kept and said to each later reader in his words.
Kept are lists of JSON values, the kind first; anything else is a text as it stands.
"""

import re
from collections import defaultdict
from datetime import date
from typing import NamedTuple

#: anything but ``%s``, ``%(name)s`` and ``%%``: widths and numbers are put into words
#: before, and are not for a term to choose
OTHER_FORMAT = re.compile(r"%(?!(?:\(\w+\))?s|%)")


class Sentence(NamedTuple):
    """A term to translate, in Python's ``%`` format, and what stands in it."""

    module: str
    term: str
    values: tuple | dict


class Quantity(NamedTuple):
    amount: float
    unit_id: int


class Days(NamedTuple):
    days: float


class Day(NamedTuple):
    """A day of the calendar, by its ordinal."""

    day: int


class Names(NamedTuple):
    """Records by name, those that the reader may read; what is said without any."""

    records: tuple
    neutral: Sentence | None = None


class Joined(NamedTuple):
    separator: str
    parts: tuple


class Said(str):
    """A text in one language that knows what was meant."""

    __slots__ = ("meant",)

    def __new__(cls, text, meant):
        said = super().__new__(cls, text)
        said.meant = meant
        return said


class Terms:
    """Marks terms for translation, as Odoo's ``LazyTranslate`` does; the sentence
    that comes of it can be kept. ``_lt = Terms(__name__)`` in each file."""

    def __init__(self, name):
        self.module = name.split(".")[2] if "." in name else name

    def __call__(self, term, /, *args, **values):
        return Sentence(self.module, term, args or values)


class Unsaid(Exception):
    """This cannot be said to this reader."""


# -- kept as JSON values ---------------------------------------------------------------


def keep(value):
    """What was meant by a text, as JSON values."""
    if isinstance(value, Said):
        value = value.meant
    match value:
        case Sentence(module, term, dict(values)):
            kept = {name: keep(part) for name, part in values.items()}
            return ["sentence", module, term, kept]
        case Sentence(module, term, values):
            return ["sentence", module, term, [keep(part) for part in values]]
        case Quantity(amount, unit_id):
            return ["quantity", amount, unit_id]
        case Days(days):
            return ["days", days]
        case Day(day):
            return ["day", date.fromordinal(day).isoformat()]
        case Names(records, neutral):
            return ["names", [list(one) for one in records], neutral and keep(neutral)]
        case Joined(separator, parts):
            return ["joined", separator, [keep(part) for part in parts]]
        case int() | float():
            return value
    return str(value)


def named(kept):
    """{model: ids} of what is named in something kept, ``uom.uom`` for units."""
    found = defaultdict(set)
    _collect(kept, found)
    return found


def _collect(kept, found):
    match kept:
        case ["sentence", _, _, dict(values)]:
            for part in values.values():
                _collect(part, found)
        case ["sentence", _, _, [*parts]] | ["joined", _, [*parts]]:
            for part in parts:
                _collect(part, found)
        case ["quantity", _, int(unit_id)]:
            found["uom.uom"].add(unit_id)
        case ["names", [*records], neutral]:
            for record in records:
                match record:
                    case [str(model), int(record_id)]:
                        found[model].add(record_id)
            _collect(neutral, found)


def say(kept, voice):
    """The text of something kept, in the words of a voice.

    :param voice: has ``term(module, term)``, ``quantity(amount, unit id)``,
        ``days(days)``, ``day(date)`` and ``name(model, id)``, which is falsy for what
        the reader may not read
    :raises Unsaid: it names what the reader may not read
    :raises ValueError, TypeError, KeyError: a translation, or what was kept, is broken
    """
    match kept:
        case ["sentence", module, term, values]:
            text = voice.term(module, term)
            if not values:
                return text
            if OTHER_FORMAT.search(text.replace("%%", "")):
                raise ValueError(text)
            if isinstance(values, dict):
                return text % {name: say(part, voice) for name, part in values.items()}
            return text % tuple(say(part, voice) for part in values)
        case ["quantity", amount, unit_id]:
            return voice.quantity(amount, unit_id)
        case ["days", days]:
            return voice.days(days)
        case ["day", day]:
            return voice.day(date.fromisoformat(day))
        case ["names", records, neutral]:
            names = [voice.name(model, record_id) for model, record_id in records]
            if text := ", ".join(dict.fromkeys(filter(None, names))):
                return text
            if not neutral:
                raise Unsaid
            return say(neutral, voice)
        case ["joined", separator, parts]:
            return separator.join(say(part, voice) for part in parts)
        case str() | int() | float():
            return kept
    raise ValueError(kept)
