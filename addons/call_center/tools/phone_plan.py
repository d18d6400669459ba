"""What numbering plans say: how a country dials out, which numbers can be extended, and
what its people put before a number. All of it from libphonenumber's tables.
"""

import re
from functools import lru_cache

import phonenumbers

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)
# a numbering plan in which subscribers' numbers differ that much in length is an
# open one: a direct dial there extends the number of the switchboard
OPEN_PLAN_SPREAD = 4
# digits that a number has at least, but in countries with very few telephones
SHORTEST = 6
# no country's prefix for calls abroad is longer
_EXIT_MAX = 9


def _metadata(region):
    return phonenumbers.PhoneMetadata.metadata_for_region(region, None)


@lru_cache(maxsize=512)
def is_open(region):
    """Whether fixed lines of a country can be extended by a direct dial."""
    metadata = _metadata(region)
    lengths = metadata.fixed_line.possible_length if metadata else ()
    return bool(lengths) and max(lengths) - min(lengths) >= OPEN_PLAN_SPREAD


@lru_cache(maxsize=512)
def shortest(region):
    """How many digits a number of a country has at least, country code left out."""
    metadata = _metadata(region) if region in REGIONS else None
    lengths = metadata.fixed_line.possible_length if metadata else ()
    if not lengths or is_open(region):
        return SHORTEST
    return min(SHORTEST, max(4, min(lengths)))


@lru_cache(maxsize=512)
def country_code(region):
    """The country's code in digits, or an empty text."""
    return str(phonenumbers.country_code_for_region(region) or "")


@lru_cache(maxsize=512)
def _exits(region):
    metadata = _metadata(region) if region in REGIONS else None
    return re.compile(metadata.international_prefix or "00") if metadata else None


def abroad(number, region):
    """What stands behind the prefix for calls abroad: ways to understand digits as a
    number with its country's code, the likeliest first.

    The country decides ("0011" in Australia, "001" or "002" in Hong Kong, in Brazil the
    carrier's); "00", which is what most of the world dials, is understood anywhere.
    """
    found = []
    exits = _exits(region)
    if exits:
        found += [
            number[length:]
            for length in range(min(_EXIT_MAX, len(number)), 0, -1)
            if exits.fullmatch(number, 0, length)
        ]
    if number.startswith("00"):
        found.append(number[2:])
        found.append(number.lstrip("0"))
    return [
        rest
        for rest in dict.fromkeys(found)
        if len(rest) >= SHORTEST and rest[0] != "0"
    ]


@lru_cache(maxsize=4096)
def lacks_trunk(region, national):
    """Whether people write something before this number that it lacks here: the "0"
    before a German number. Digits without it are likelier to begin with a country's
    code."""
    metadata = _metadata(region)
    if not metadata or not metadata.national_prefix:
        return False
    for layout in metadata.number_format:
        leading = layout.leading_digits_pattern
        if leading and not re.match(leading[-1], national):
            continue
        if re.fullmatch(layout.pattern, national):
            rule = layout.national_prefix_formatting_rule or ""
            before = rule.partition("\\1")[0]
            return any(char.isdigit() for char in before) and not (
                layout.national_prefix_optional_when_formatting
            )
    return False
