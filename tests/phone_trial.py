# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Example numbers of all countries, each written and dialled in many ways.

    scripts/python tests/phone_trial.py            # what comes of it
    scripts/python tests/phone_trial.py --write    # and into the documentation

The numbers are libphonenumber's own examples (fixed lines, mobile and toll-free) of all
of its regions. Each belongs to one contact. For each way of writing all contacts are
entered in a directory, by the code that enters them in Odoo's, and each number is
looked up in each way of writing as a telephone system would send it: on a line of its
own country, and with the prefix for calls abroad of lines elsewhere.
"""

import argparse
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

import odoo.init  # before anything else of Odoo

import odoo.addons

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT / "addons") not in odoo.addons.__path__:
    odoo.addons.__path__.append(str(ROOT / "addons"))

from odoo.addons.call_center.tools import phone_number  # noqa: E402

DOCUMENT = ROOT / "docs" / "integrators" / "phone-numbers.md"
START, END = "<!-- made by tests/phone_trial.py -->", "<!-- end -->"
TYPES = {
    PhoneNumberType.FIXED_LINE: "fixed line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "toll-free",
}
#: what is dialled before a number abroad, on lines of other countries
EXITS = {
    "DE": ("00",),
    "US": ("011",),
    "AU": ("0011",),
    "HK": ("001", "00"),
    "SG": ("001", "018"),
    "KR": ("00700", "001"),
    "JP": ("010",),
    "BR": ("0014", "0021"),
    "RU": ("8~10 ", "810"),
}
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


class Number(NamedTuple):
    region: str
    kind: str
    e164: str
    code: str
    significant: str  # national digits as dialled from abroad
    national: str  # as written in its country


def examples():
    """libphonenumber's examples, each number once."""
    found = {}
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind, name in TYPES.items():
            number = phonenumbers.example_number_for_type(region, kind)
            if not number:
                continue
            e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            found.setdefault(
                e164,
                Number(
                    region,
                    name,
                    e164,
                    str(number.country_code),
                    phonenumbers.national_significant_number(number),
                    phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
                ),
            )
    return list(found.values())


def groups(text, count):
    """The digits of a text in so many groups with slashes, the last the longest."""
    digits = "".join(char for char in text if char.isdigit())
    size = len(digits) // count
    edges = [size * position for position in range(count)] + [len(digits)]
    return "/".join(digits[start:end] for start, end in pairwise(edges))


def own_exit(region):
    """How a country dials abroad: the usual prefix, or one that fits its plan."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if metadata.preferred_international_prefix:
        return metadata.preferred_international_prefix
    for prefix in ("00", "011", "001", "010", "0011", "810", "0014", "119", "009"):
        if phone_number.phone_plan._exits(region).fullmatch(prefix):
            return prefix
    return "+"


def international(number):
    return f"+{number.code} {number.significant[:2]} {number.significant[2:]}"


SPELLINGS = {
    "international": international,
    "E.164": lambda n: n.e164,
    "national": lambda n: n.national,
    "no plus": lambda n: n.e164[1:],
    "double zero": lambda n: f"00{n.code}{n.significant}",
    "exit code": lambda n: f"{own_exit(n.region)}{n.code} {n.significant}",
    "slashes, 2 groups": lambda n: groups(n.national, 2),
    "slashes, 3 groups": lambda n: groups(n.national, 3),
    "slashes, 4 groups": lambda n: groups(n.national, 4),
    "dots": lambda n: groups(n.national, 3).replace("/", "."),
    "hyphens": lambda n: f"+{n.code}-{groups(n.significant, 2).replace('/', '-')}",
    "brackets": lambda n: f"({groups(n.national, 3).replace('/', ') ', 1)}".replace(
        "/", " "
    ),
    "words before": lambda n: f"Cell {n.national}",
    "words after": lambda n: f"{n.national} (privat)",
    "hours after": lambda n: f"Tel.: {international(n)} ab 18 Uhr",
    "extension": lambda n: f"{international(n)} ext. 12",
    "extension, national": lambda n: f"{n.national} x12",
    "extension, other word": lambda n: f"{n.national} доб. 12",
    "full width": lambda n: international(n).translate(FULL_WIDTH),
    "Arabic digits": lambda n: n.national.translate(ARABIC),
    "Devanagari digits": lambda n: international(n).translate(DEVANAGARI),
    "tel link": lambda n: f"tel:{n.e164}",
    "SIP address": lambda n: f"<sip:{n.e164[1:]}@pbx.example.com>",
}


def abroad(number):
    """(line's country, what, text) of calls from lines of other countries."""
    for region, prefixes in EXITS.items():
        if str(phonenumbers.country_code_for_region(region)) == number.code:
            continue
        yield region, "no plus, line abroad", number.e164[1:]
        for prefix in prefixes:
            text = f"{prefix}{number.code}{number.significant}"
            yield region, "exit code, line abroad", text


class Outcome(NamedTuple):
    """A look-up that did not lead to its contact alone."""

    stored: str
    dialled: str
    text: str
    line: str
    number: Number
    readings: tuple
    found: frozenset

    @property
    def why(self):
        if self.number.e164 in {reading.e164 for reading in self.readings}:
            return "the same digits are another number, too"
        if self.number.kind == "toll-free" and self.line != self.number.region:
            return "toll-free, called from abroad"
        return ""


class Call(NamedTuple):
    dialled: str
    line: str
    number: Number
    text: str
    readings: tuple


def directory(numbers, write):
    """Whose numbers they are, with each contact's number written in one way."""
    owners = defaultdict(set)
    for number in numbers:
        for entry in phone_number.directory_entries(write(number), number.region):
            if entry.reading.e164:
                owners[entry.reading.e164].add(number.e164)
    return owners


def look_up(owners, readings):
    """Whom the first reading that somebody has leads to."""
    for reading in readings:
        if reading.e164 in owners:
            return frozenset(owners[reading.e164])
    return frozenset()


def calls_of(numbers):
    """Each number, dialled in each way on its lines."""
    calls = []
    for number in numbers:
        for what, write in SPELLINGS.items():
            calls.append((what, number.region, number, write(number)))
        for line, what, text in abroad(number):
            calls.append((what, line, number, text))
    return [
        Call(
            what,
            line,
            number,
            text,
            phone_number.parse(text, line, sent=True).readings,
        )
        for what, line, number, text in calls
    ]


def trial(numbers):
    """(number of look-ups, the :class:`Outcome` of those that did not lead to their
    contact alone)."""
    calls = calls_of(numbers)
    count, rest = 0, []
    for stored, write in SPELLINGS.items():
        owners = directory(numbers, write)
        count += len(calls)
        for call in calls:
            found = look_up(owners, call.readings)
            if found != {call.number.e164}:
                rest.append(
                    Outcome(
                        stored,
                        call.dialled,
                        call.text,
                        call.line,
                        call.number,
                        call.readings,
                        found,
                    )
                )
    return count, rest


def table(numbers, count, rest):
    """What came of it, as the documentation has it."""
    lines = [
        (
            f"libphonenumber {phonenumbers.__version__}: {len(numbers):,} numbers of "
            f"{len({n.region for n in numbers})} countries, {len(SPELLINGS)} ways of "
            f"writing, {count:,} look-ups; {100 * (count - len(rest)) / count:.2f} % "
            "lead to their contact and nobody else."
        ),
        "",
        "| number | dialled | on a line of | taken for | why |",
        "| --- | --- | --- | --- | --- |",
    ]
    remaining = Counter(
        (o.number, o.text, o.line, ", ".join(sorted(o.found)) or "nobody", o.why)
        for o in rest
    )
    for number, text, line, found, why in sorted(remaining):
        lines.append(
            f"| {number.e164} ({number.region}, {number.kind}) | `{text}` | {line} "
            f"| {found} | {why or 'not understood'} |"
        )
    return "\n".join(lines)


def written():
    """The table that the documentation has."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.partition(START)[2].partition(END)[0].strip()


def main(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="into the documentation")
    options = parser.parse_args(arguments)
    numbers = examples()
    text = table(numbers, *trial(numbers))
    if options.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        before, _start, rest = document.partition(START)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(
            f"{before}{START}\n\n{text}\n\n{END}{after}", encoding="utf-8"
        )
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
