"""Phone numbers as people type them and as telephone systems send them.

Plain Python, no database: a text goes in, readings come out. A *reading* is one
way to understand a text as a number. Most texts have one; digits without a
leading ``+`` can have two ("33123456789" called from Germany is a number in
Potsdam or one in Paris), and the caller of this module tries them in order.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import phonenumbers
from phonenumbers.phonenumberutil import NumberParseException

from odoo.exceptions import UserError

from odoo.addons.phone_validation.tools.phone_validation import phone_parse

INTERNAL_MAX_DIGITS = 5
SUFFIX_DIGITS = 8
# E.164 has 15 digits; an international prefix or a trunk zero may come on top
MAX_DIGITS = 20
SWITCHBOARD_MAX_EXTENSION = 6
SWITCHBOARD_MIN_NATIONAL = 5
# a numbering plan in which subscribers' numbers differ that much in length is an
# open one: a direct dial there extends the number of the switchboard
OPEN_PLAN_SPREAD = 4

ANONYMOUS_WORDS = frozenset(
    """
    anonymous anonym anonyme anonimo anonimous unknown unbekannt inconnu restricted
    private privat prive withheld unavailable blocked none null nonumber
    numberwithheld privatenumber withheldnumber unknownnumber unknowncaller
    unterdrueckt unterdrückt masque masqué asserted-unknown anonymous.invalid
    notavailable coverageunavailable payphone
    """.split()
)
# what one large provider sends for a withheld number: the word on a keypad
ANONYMOUS_KEYPAD = frozenset(
    ["266696687", "7378742833", "2562533", "8566696", "86282452253"]
)

REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)

_SCHEME = re.compile(r"^(?:sips?|tel|callto|phone|xmpp)\s*:\s*(?://)?", re.IGNORECASE)
_ANGLE = re.compile(r"<([^<>]*)>")
_LABEL = re.compile(r"[^\W\d_][^\W\d]*\.?\s*:|\b(?:tel|mob|fax|fon|phone)\b\.?", re.I)
_DIRECT_DIAL = re.compile(r"(?<=\d)\s*[-/,]?\s*\b(?:dw|durchwahl|nst)\b\.?\s*", re.I)
_EXTENSION = re.compile(
    r"(?<=[\d)])\s*[,;]*\s*"
    r"(?:;ext=|\bext(?:ension|\.)?|\bx|#|\bapp\.?|\bpost[ei]?\.?|\banexo\b|\bint\.?"
    r"|\binterno\b|\btoestel\b|,,+|\bp)\s*[:.=]?\s*\d{1,7}\s*#?\s*$",
    re.I,
)
_SEPARATOR = re.compile(
    r"\s*(?:[;|\n\r\t,]|\s(?:or|oder|ou|and|und|et|o|y|e|bzw\.?|&)\s|\s-{2,}\s)\s*",
    re.I,
)
_PLUS_AHEAD = re.compile(r"(?<=\d)\s*(?=\+\s*[1-9])")
_SLASH = re.compile(r"\s*/\s*")
_EXPLICIT_ZERO = re.compile(r"\d\s*[-\u2010-\u2015/.]\s*0$")
_VANITY = re.compile(r"\+?[\d\s().-]{3,}[A-Za-z][A-Za-z\s-]{2,}")
_NOT_DIGIT = re.compile(r"\D")


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


def digits(text):
    """The ASCII digits of a text."""
    return _NOT_DIGIT.sub("", text)


def _normalize(text):
    """Plain characters: no direction marks, wide or foreign digits, odd spaces."""
    out = []
    for char in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(char)
        if category == "Nd":
            out.append(str(unicodedata.digit(char)))
        elif category in ("Cf", "Mn"):
            continue
        elif category == "Zs":
            out.append(" ")
        elif category == "Pd":
            out.append("-")
        else:
            out.append(char)
    return "".join(out).strip()


def _unwrap(text):
    """The number inside a SIP address, a tel link or a display name."""
    if "%" in text:
        text = unquote(text)
    if match := _ANGLE.search(text):
        # a name before the brackets is not part of the number
        text = match.group(1)
    text = text.strip(" \"'")
    if match := _SCHEME.match(text):
        text = text[match.end() :]
        text, *parameters = re.split(r";(?!ext=)", text, flags=re.I)
        for parameter in parameters:
            name, _sep, value = parameter.partition("=")
            if name.strip().lower() == "phone-context" and value.startswith("+"):
                text = value + digits(text).lstrip("0")
    if "@" in text:
        text = text.split("@", 1)[0].split(";", 1)[0]
    return text.strip()


def is_anonymous(text):
    """Whether the text stands for a withheld or unknown number."""
    text = _unwrap(_normalize(text))
    word = re.sub(r"[\s._-]", "", text).lower()
    return (
        word in ANONYMOUS_WORDS
        or text.lower() in ANONYMOUS_WORDS
        or (text.startswith("+") and digits(text) in ANONYMOUS_KEYPAD)
        or (bool(text) and not re.sub(r"[-\s.*?]", "", text))
    )


def split_numbers(text):
    """The numbers written in one field, each as a text of its own.

    ``/`` and ``-`` also belong to single numbers ("030/1234567"): they part two
    numbers only where both sides are long enough to be one.
    """
    text = _normalize(text)
    if _ANGLE.search(text) or _SCHEME.match(text):
        return [part for part in [_unwrap(text)] if part]
    text = _DIRECT_DIAL.sub("-", _unwrap(_LABEL.sub(" ", text)))
    parts = []
    for chunk in _SEPARATOR.split(_EXTENSION.sub("", text)):
        for piece in _PLUS_AHEAD.split(chunk):
            parts.extend(_split_slash(_EXTENSION.sub("", piece).strip(" .")))
    numbers = []
    for part in parts:
        count = len(digits(part))
        if not count:
            continue
        if numbers and count < 6:
            if len(digits(numbers[0])) < 6:
                # "030, 1234567" typed with a comma after the area code
                numbers[0] += " " + part
            # else an extension or a second ending after a whole number
            continue
        if len(numbers) == 1 and len(digits(numbers[0])) < 6:
            numbers[0] += " " + part
            continue
        numbers.append(part)
    return numbers


def _split_slash(text):
    """Split on the slashes that part two whole numbers."""
    pieces = _SLASH.split(text)
    if len(pieces) == 1:
        return pieces
    parts = [pieces[0]]
    for piece in pieces[1:]:
        whole = len(digits(parts[-1])) >= 7
        count = len(digits(piece))
        if whole and count >= 6:
            parts.append(piece)
        elif whole and 1 < count <= 3 and "-" not in parts[-1]:
            # "1234567/68": the second line differs in its last digits alone
            first = digits(parts[-1])
            plus = "+" if parts[-1].lstrip(" (").startswith("+") else ""
            parts.append(plus + first[:-count] + digits(piece))
        else:
            parts[-1] += "/" + piece
    return parts


@lru_cache(maxsize=512)
def _is_open_plan(region):
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    lengths = metadata.fixed_line.possible_length if metadata else ()
    return bool(lengths) and max(lengths) - min(lengths) >= OPEN_PLAN_SPREAD


def _as_reading(number, explicit, valid, explicit_zero):
    region = phonenumbers.region_code_for_number(number)
    open_plan = False
    if region and _is_open_plan(region):
        open_plan = phonenumbers.number_type(number) not in (
            phonenumbers.PhoneNumberType.MOBILE,
            phonenumbers.PhoneNumberType.PAGER,
            phonenumbers.PhoneNumberType.TOLL_FREE,
            phonenumbers.PhoneNumberType.PREMIUM_RATE,
        )
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


@lru_cache(maxsize=4096)
def read(text, region):
    """The readings of one number's text, the likeliest first.

    :param str text: one number, as :func:`split_numbers` returns them
    :param str region: two-letter code of the country to assume, or ``""``
    """
    explicit_zero = bool(_EXPLICIT_ZERO.search(text))
    number = digits(text)
    stripped = re.sub(r"[\s().\-/]", "", text)
    explicit = stripped.startswith("+")
    if explicit:
        if number.startswith("00"):
            number = number[2:]  # "+0049…"
        explicit = not number.startswith("0")  # "+030…" names no country
    elif number.startswith("00"):
        explicit, number = True, number.lstrip("0")
    if re.search(r"[A-Za-z]", text):
        # a vanity number ("1-800-FLOWERS"), or no number at all
        reading = _VANITY.fullmatch(text) and _parse_once(
            text, region, explicit, explicit_zero
        )
        return (reading,) if reading and reading.valid else ()
    if not 6 <= len(number) <= MAX_DIGITS:
        return ()
    if explicit:
        found = [_parse_once("+" + number, region, True, explicit_zero)]
        if not (found[0] and found[0].valid) and number[:2] == "39":
            # Italian numbers keep their zero abroad; many leave it out
            italian = _parse_once("+390" + number[2:], region, True, explicit_zero)
            if italian and italian.valid:
                found = [italian._replace(certain=False)]
    else:
        national = _parse_once(number, region, False, explicit_zero)
        abroad = None
        if not number.startswith("0"):
            # telephone systems send the country's code without its "+"
            abroad = _parse_once("+" + number, region, True, explicit_zero)
            abroad = abroad and abroad.valid and abroad._replace(certain=False)
        unsure = not (national and national.valid)
        found = [abroad, national] if unsure else [national, abroad]
    readings = {r.e164: r for r in reversed([r for r in found if r])}
    if readings:
        return tuple(reversed(readings.values()))
    return (Reading("", number.lstrip("0"), False, False, False, explicit_zero),)


def parse(text, region):
    """Classify a text and read the numbers in it.

    :param str text: what a person typed, pasted, or a provider sent
    :param str region: two-letter code of the country to assume, or ``""``
    :rtype: Parsed
    """
    if is_anonymous(text):
        return Parsed("anonymous", (), "")
    readings = []
    for number in split_numbers(text):
        readings.extend(read(number, region or ""))
    if readings:
        return Parsed("external", tuple(dict.fromkeys(readings)), "")
    plain = _unwrap(_normalize(text))
    count = len(digits(plain))
    if 2 <= count <= INTERNAL_MAX_DIGITS and re.fullmatch(r"[\d\s.\-*#]+", plain):
        return Parsed("internal", (), digits(plain))
    return Parsed("invalid", (), "")


def directory_entries(text, region):
    """What the directory keeps of a field's text: pairs of (number as written,
    its likeliest reading). An internal number has a reading without country."""
    if is_anonymous(text):
        return []
    entries = [
        (number, readings[0])
        for number in split_numbers(text)
        if (readings := read(number, region or ""))
    ]
    if not entries:
        parsed = parse(text, region)
        if parsed.kind == "internal":
            number = parsed.internal
            entries.append((number, Reading("", number, False, False, False, False)))
    return entries


def switchboards(reading):
    """E.164 keys of the switchboards that a direct dial may belong to, the longest
    first: pairs of (key, whether the key counts only if written with "-0").

    Where a number can be extended, no other subscriber's number begins with it;
    so a stored number that begins the caller's is his switchboard. One of the
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
