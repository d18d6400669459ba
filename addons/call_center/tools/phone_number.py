"""Phone numbers as people type them and as telephone systems send them.

Plain Python, no database: a text goes in, readings come out. A *reading* is one
way to understand a text as a number. Most texts have one; digits without a
leading ``+`` can have two ("33123456789" called from Germany is a number in
Potsdam or one in Paris), and the caller of this module tries them in order.
"""

import re
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

import phonenumbers
from phonenumbers.phonenumberutil import NumberParseException

from odoo.exceptions import UserError

from odoo.addons.phone_validation.tools.phone_validation import phone_parse

from . import phone_plan, phone_text
from .phone_plan import REGIONS  # noqa: F401  (which countries there are)
from .phone_text import RANGE, digits, is_anonymous

INTERNAL_MAX_DIGITS = 5
SUFFIX_DIGITS = 8
# E.164 has 15 digits; an international prefix or a trunk zero may come on top
MAX_DIGITS = 20
# tables of open plans let numbers be longer than any that is in use: what was written
# in groups is one number only up to here
MAX_GROUPED = 12
SWITCHBOARD_MAX_EXTENSION = 6
SWITCHBOARD_MIN_NATIONAL = 5
# of "…10 to 19" each number is meant, up to so many
RANGE_MAX = 20
# more groups than this are read as one number
MAX_GROUPS = 8

_SLASH = re.compile(r"\s*/\s*")
_EXPLICIT_ZERO = re.compile(r"\d\s*[-\u2010-\u2015/.]\s*0$")
_ENDING = re.compile(r"^(?P<first>.*\d)\s*-\s*(?P<ending>\d{1,4})$")
# "901820-10 - 19": a dash with spaces, between direct dials
_SPACED = re.compile(
    r"^(?P<first>.*\d-\s?\d{1,4})(?:\s+-\s*-?|\s*-\s*-)\s*(?P<ending>\d{1,4})$"
)
_DIRECT_DIAL = re.compile(r"-\s*(\d{1,4})$")
_LETTER = re.compile(r"[A-Za-z]")
_NATIONAL_TYPES = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.PAGER,
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
)


class Reading(NamedTuple):
    """One way to understand a text as a number of the public network."""

    e164: str  # empty when the country cannot be told
    national: str  # national significant digits; all digits when e164 is empty
    certain: bool  # the text names its country
    valid: bool  # in the tables of assigned numbers
    open_plan: bool  # a direct dial may extend it
    explicit_zero: bool  # written with a separate final zero: a switchboard


class Parsed(NamedTuple):
    """What a text is, and its readings, the likeliest first."""

    kind: str  # external, internal, anonymous, invalid
    readings: tuple
    internal: str  # the digits of an internal number


class Entry(NamedTuple):
    """What the directory keeps of a number in a field."""

    kind: str  # external, internal, unread
    number: str  # as written
    reading: Reading  # without E.164 and digits where nothing was understood


class _Readings(NamedTuple):
    """All readings of one number's text."""

    typed: tuple  # as people mean them, the likeliest first
    sent: tuple  # as telephone systems mean them
    kept: tuple  # those by which whoever has the number is to be found


_NOTHING = _Readings((), (), ())
_UNREAD = Reading("", "", False, False, False, False)


# -- one number --------------------------------------------------------------


def _as_reading(number, explicit, valid, explicit_zero):
    region = phonenumbers.region_code_for_number(number)
    open_plan = False
    if region and phone_plan.is_open(region):
        open_plan = phonenumbers.number_type(number) not in _NATIONAL_TYPES
    return Reading(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.national_significant_number(number),
        explicit,
        valid,
        open_plan,
        explicit_zero,
    )


def _parse_once(text, region, explicit, explicit_zero):
    """Stock's parser first, so that keys equal stock's sanitised numbers; then
    numbers that are possible though in no table of assigned ranges."""
    if not region and not explicit:
        return None
    try:
        return _as_reading(phone_parse(text, region), explicit, True, explicit_zero)
    except UserError:
        return _parse_possible(text, region, explicit, explicit_zero)


def _parse_possible(text, region, explicit, explicit_zero):
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return _as_reading(number, explicit, False, explicit_zero)


def _international(number, region, explicit_zero):
    """The reading of digits that begin with a country's code, or None."""
    found = _parse_once("+" + number, region, True, explicit_zero)
    if not (found and found.valid) and number[:2] == "39":
        # Italian numbers keep their zero abroad; many leave it out
        italian = _parse_once("+390" + number[2:], region, True, explicit_zero)
        if italian and italian.valid:
            return italian._replace(certain=False)
    return found


def _valid(reading):
    return reading if reading and reading.valid else None


def read(text, region, sent=False):
    """The readings of one number's text, the likeliest first.

    :param str text: one number, as :func:`split_numbers` returns them
    :param str region: two-letter code of the country to assume, or ``""``
    :param bool sent: by a telephone system: those send country codes without plus
    """
    readings = _read(text, region)
    return readings.sent if sent else readings.typed


@lru_cache(maxsize=8192)
def _read(text, region):
    explicit_zero = bool(_EXPLICIT_ZERO.search(text))
    number = digits(text)
    if _LETTER.search(text):
        return _read_vanity(text, region, explicit_zero)
    if not phone_plan.shortest(region) <= len(number) <= MAX_DIGITS:
        return _NOTHING
    if len(number) < phone_plan.SHORTEST:
        # as long as an extension: a number only where it is one of the country's
        found = _valid(_parse_once(number, region, False, explicit_zero))
        return _alike([found], number, explicit_zero) if found else _NOTHING
    stripped = re.sub(r"[\s().\-/]", "", text)
    if stripped.startswith("+"):
        if number.startswith("00"):
            number = number[2:]  # "+0049…"
        if not number.startswith("0"):  # "+030…" names no country
            found = _international(number, region, explicit_zero)
            return _alike([found] if found else [], number, explicit_zero)
    return _read_plain(number, region, explicit_zero)


def _read_plain(number, region, explicit_zero):
    """Readings of digits without a plus."""
    own = "+" + phone_plan.country_code(region)
    exits = phone_plan.abroad(number, region)
    dialled = [_valid(_international(rest, region, explicit_zero)) for rest in exits]
    # several where a country has prefixes of several lengths; its own code is likelier
    dialled = sorted(
        dict.fromkeys(filter(None, dialled)),
        key=lambda reading: not reading.e164.startswith(own),
    )
    if dialled and number.startswith("0"):
        kept = 1 if dialled[0].e164.startswith(own) else len(dialled)
        return _Readings(tuple(dialled), tuple(dialled), tuple(dialled[:kept]))
    abroad = dialled[0] if dialled else None
    national = _parse_once(number, region, False, explicit_zero)
    if national and not national.e164.startswith(own):
        # the library found another country's code in it, as is done below
        national = None
    if not abroad and not number.startswith("0"):
        # telephone systems send the country's code without its plus
        abroad = _valid(_international(number, region, explicit_zero))
        abroad = abroad and abroad._replace(certain=False)
    if not abroad and not _valid(national):
        # no number of any table, but dialled as one abroad
        for rest in exits[:1]:
            abroad = _parse_possible("+" + rest, region, True, explicit_zero)
    both = [reading for reading in (national, abroad) if reading]
    if not (_valid(national) and _valid(abroad)):
        both.sort(key=lambda reading: not reading.valid)
        return _alike(both, number, explicit_zero)
    if national.e164 == abroad.e164:
        return _alike(both[:1], number, explicit_zero)
    if not phone_plan.lacks_trunk(region, national.national):
        # written as all numbers of that country are: it is one of them
        return _Readings(tuple(both), tuple(both), (national,))
    return _Readings(tuple(both), (abroad, national), tuple(both))


def _alike(readings, number, explicit_zero):
    """Readings that are the same whoever wrote them; the first is kept."""
    if not readings:
        rest = number.lstrip("0")
        readings = [Reading("", rest, False, False, False, explicit_zero)]
    readings = tuple({r.e164: r for r in reversed(readings)}.values())[::-1]
    return _Readings(readings, readings, readings[:1])


def _read_vanity(text, region, explicit_zero):
    """A word that is dialled ("1-800-FLOWERS"), or no number at all."""
    match = phone_text.VANITY.fullmatch(text)
    if not match:
        return _NOTHING
    explicit = text.lstrip(" (").startswith("+")
    reading = _parse_once(text, region, explicit, explicit_zero)
    if not _valid(reading) or reading.open_plan or _is_number(match["digits"], region):
        return _NOTHING
    return _Readings((reading,), (reading,), (reading,))


# -- several numbers ---------------------------------------------------------


def _is_number(text, region):
    """Whether a text is a number by itself: with its country, or in full as one is
    written in the country assumed."""
    return any(
        reading.valid and (reading.certain or reading.e164 != "+" + digits(text))
        for reading in read(text, region)
    )


def _is_one(text, region):
    """Whether what was written in groups is one number."""
    return _is_number(text, region) and any(
        reading.valid and len(reading.national) <= MAX_GROUPED
        for reading in read(text, region)
    )


def split_numbers(text, region=""):
    """The numbers written in one field, each as a text of its own.

    :param str region: two-letter code of the country to assume, or ``""``
    """
    return list(_split(text, region))


@lru_cache(maxsize=4096)
def _split(text, region):
    text = phone_text.prepared(text)
    match = _LETTER.search(text) and phone_text.VANITY.search(text)
    if match and _read(match.group().strip(), region).typed:
        return (match.group().strip(),)
    numbers = []
    area = ""
    for before, piece in phone_text.cut(text):
        count = len(digits(piece))
        if count < phone_plan.shortest(region):
            if numbers and before in ("comma", "list"):
                numbers.extend(_successors(numbers[-1], [piece], region))
            elif not numbers:
                # "030, 1234567" typed with a comma after the area code
                area = piece if before != "word" else ""
            continue
        if area and before == "comma":
            piece = f"{area} {piece}"
        area = ""
        numbers.extend(_numbers_of(piece, region))
    return tuple(dict.fromkeys(numbers))


def _numbers_of(piece, region):
    """The numbers in a piece: slashes part groups of one number, or numbers, or a
    number and other endings of it."""
    first, *ranges = piece.split(RANGE)
    groups = [group for group in _SLASH.split(first) if digits(group)]
    if len(groups) == 1 or len(groups) > MAX_GROUPS:
        numbers = _one_or_endings(first, region)
    elif region or first.lstrip(" (").startswith("+"):
        numbers = _of_groups(groups, region)
    else:
        numbers = _of_groups_anywhere(groups)
    for ending in ranges:
        numbers.extend(_range(numbers[-1], ending)[1:])
    return numbers


def _one_or_endings(text, region):
    """A number; "415-555-2671-73" where that is none: it and its other endings."""
    match = _SPACED.match(text)
    if match and _is_number(match["first"], region):
        if _follows(match["first"], match["ending"]):
            return _range(match["first"], match["ending"])
    match = _ENDING.match(text)
    if match and not _is_number(text, region) and _is_number(match["first"], region):
        first, ending = match["first"], match["ending"]
        return _range(first, ending) if _follows(first, ending) else [first]
    return [text]


def _of_groups(groups, region):
    """Groups of digits between slashes, as numbers: one if all of them make one, else
    several that are numbers by themselves, else one with other endings."""
    if numbers := _with_endings(groups, region, sure=True):
        return numbers
    whole = "/".join(groups)
    if _is_one(whole, region):
        return [whole]
    count = len(groups)
    for parts in range(2, count + 1):
        best = None
        for cuts in combinations(range(1, count), parts - 1):
            edges = (0, *cuts, count)
            found = [groups[start:end] for start, end in pairwise(edges)]
            if all(_is_one("/".join(part), region) for part in found):
                rank = sum(not part[0].startswith(("+", "0", "(")) for part in found)
                if best is None or rank < best[0]:
                    best = rank, found
        if best:
            return [
                number
                for part in best[1]
                for number in (
                    _with_endings(part, region, sure=True) or ["/".join(part)]
                )
            ]
    if _read(whole, region).typed and _read(whole, region).typed[0].valid:
        return [whole]  # a country's code without plus
    if numbers := _with_endings(groups, region, sure=False):
        return numbers
    # a number beside something that is none
    return [group for group in groups if _is_one(group, region)] or [whole]


def _with_endings(groups, region, sure):
    """A number with other endings behind it ("1234567/68"), or an empty list.

    :param bool sure: only where the endings count on from the number's own, and the
        number is complete without them; else whatever is left over is one
    """
    for end in range(len(groups) - 1, 0, -1):
        first = "/".join(groups[:end])
        endings = groups[end:]
        if not _is_one(first, region):
            continue
        if any(len(digits(ending)) > len(digits(first)) - 2 for ending in endings):
            continue
        if sure and (
            len(digits(groups[end - 1])) < 6
            or any(len(digits(ending)) > 4 for ending in endings)
            or len(_successors(first, endings, region)) < len(endings)
        ):
            continue
        if sure and len(digits(first)) < 8:
            continue
        return [first, *(_with_ending(first, ending) for ending in endings)]
    return []


def _of_groups_anywhere(groups):
    """The same where no country is known, so that lengths alone can tell."""
    parts = [groups[0]]
    for group in groups[1:]:
        whole = len(digits(parts[-1])) >= 7
        if whole and len(digits(group)) >= 6:
            parts.append(group)
        elif whole and len(digits(group)) <= 4 and _follows(parts[-1], group):
            parts.append(_with_ending(parts[-1], group))
        else:
            parts[-1] += "/" + group
    return parts


def _successors(number, endings, region):
    """Numbers with other endings, as long as each counts on from the one before."""
    found = []
    for ending in endings:
        if not _follows(found[-1] if found else number, ending):
            break
        found.append(_with_ending(number, ending))
    return found


def _last(number, ending):
    """The end of a number that another ending takes the place of: text before it, its
    digits."""
    count = len(digits(ending))
    match = _DIRECT_DIAL.search(number)
    if match and (ending.lstrip().startswith("-") or len(match[1]) < count <= 4):
        return number[: match.start(1)], match[1]
    return phone_text.without_ending(number, count)


def _follows(number, ending):
    """Whether an ending counts on from a number's own, as those of one customer do."""
    if len(digits(number)) < 7:
        return False
    last = _last(number, ending)[1]
    return 0 < int(digits(ending)) - int(last) <= RANGE_MAX


def _with_ending(number, ending):
    return _last(number, ending)[0] + digits(ending)


def _range(number, ending):
    """Each number from one to that with another ending; of a longer range both ends.
    What does not count on is no end of a range."""
    before, last = _last(number, ending)
    first, final = int(last), int(digits(ending))
    if final <= first:
        return [number]
    if final >= first + RANGE_MAX:
        return [number, before + digits(ending)]
    width = len(last)
    return [number, *(f"{before}{n:0{width}}" for n in range(first + 1, final + 1))]


# -- texts -------------------------------------------------------------------


def parse(text, region, sent=False):
    """Classify a text and read the numbers in it.

    :param str text: what a person typed, pasted, or a provider sent
    :param str region: two-letter code of the country to assume, or ``""``
    :param bool sent: whether a telephone system sent it. Then digits that begin with a
        country's code are read so first; what people type is national first.
    :rtype: Parsed
    """
    if is_anonymous(text):
        return Parsed("anonymous", (), "")
    region = region or ""
    readings = []
    for number in split_numbers(text, region):
        readings.extend(read(number, region, sent))
    if readings:
        return Parsed("external", tuple(dict.fromkeys(readings)), "")
    internal = _internal(text)
    return Parsed("internal" if internal else "invalid", (), internal)


def _internal(text):
    """The digits of a text that is an internal number, else an empty text."""
    plain = phone_text.unwrap(phone_text.normalize(text))
    count = len(digits(plain))
    if 2 <= count <= INTERNAL_MAX_DIGITS and re.fullmatch(r"[\d\s.\-*#]+", plain):
        return digits(plain)
    return ""


def directory_entries(text, region):
    """What the directory keeps of a field's text: a list of :class:`Entry`.

    A number that can be read in two ways is entered both ways. What has digits and was
    not understood is entered, too, so that somebody can look at it.
    """
    if is_anonymous(text):
        return []
    region = region or ""
    entries = []
    unread = False
    for number in split_numbers(text, region):
        kept = _read(number, region).kept
        unread |= not kept
        entries.extend(Entry("external", number, reading) for reading in kept)
    if entries and not unread:
        return entries
    if internal := _internal(text):
        reading = Reading("", internal, False, False, False, False)
        return [Entry("internal", internal, reading)]
    if len(digits(phone_text.normalize(text))) >= 2 and (unread or not entries):
        written = phone_text.normalize(text)[: phone_text.MAX_SHOWN]
        entries.append(Entry("unread", written, _UNREAD))
    return entries


def switchboards(reading):
    """E.164 keys of the switchboards that a direct dial may belong to, the longest
    first: pairs of (key, whether the key counts only if written with "-0").

    Where a number can be extended, no other subscriber's number begins with it;
    so a stored number that begins the caller's is their switchboard. One of the
    same length that differs in its last digit only may be a neighbour's.
    """
    if not (reading.e164 and reading.open_plan):
        return []
    prefix = len(reading.e164) - len(reading.national)
    keys = []
    for cut in range(1, SWITCHBOARD_MAX_EXTENSION + 1):
        trunk = reading.e164[:-cut]
        if len(trunk) - prefix < SWITCHBOARD_MIN_NATIONAL:
            break
        keys.append((trunk, False))
        if (zero := trunk + "0") != reading.e164:
            keys.append((zero, cut == 1))
    return keys


def is_same_line(reading, e164, national, certain):
    """Whether a stored number may be the same line although the keys differ: one's
    national digits end with the other's, and not both name their country."""
    if reading.certain and certain:
        return False
    mine, other = reading.national.lstrip("0"), national.lstrip("0")
    return min(len(mine), len(other)) >= SUFFIX_DIGITS and (
        mine.endswith(other) or other.endswith(mine)
    )
