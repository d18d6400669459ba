"""Spellings of phone numbers with the contact that each must find.

The table is made from base numbers by rules, each rule a way in which people or
telephone systems write numbers; the traps beside it are written by hand.
"""

from typing import NamedTuple

# country, country code, trunk prefix, groups of the national number
BASE_NUMBERS = [
    ("DE", "49", "0", ("30", "901", "820")),
    ("DE", "49", "0", ("8152", "93", "7410")),
    ("DE", "49", "0", ("151", "2345", "6789")),
    ("AT", "43", "0", ("1", "514", "4420")),
    ("AT", "43", "0", ("664", "123", "4567")),
    ("CH", "41", "0", ("44", "668", "18", "00")),
    ("CH", "41", "0", ("78", "123", "45", "67")),
    ("FR", "33", "0", ("1", "42", "68", "53", "00")),
    ("FR", "33", "0", ("6", "12", "34", "56", "78")),
    ("GB", "44", "0", ("20", "7946", "0958")),
    ("GB", "44", "0", ("7911", "123456")),
    ("IE", "353", "0", ("1", "677", "8921")),
    ("IE", "353", "0", ("85", "012", "3456")),
    ("NL", "31", "0", ("20", "624", "1111")),
    ("NL", "31", "0", ("6", "1234", "5678")),
    ("BE", "32", "0", ("2", "548", "0452")),
    ("BE", "32", "0", ("470", "12", "34", "56")),
    ("IT", "39", "", ("06", "6988", "2011")),
    ("IT", "39", "", ("312", "345", "6789")),
    ("ES", "34", "", ("912", "345", "678")),
    ("ES", "34", "", ("612", "345", "678")),
    ("PT", "351", "", ("21", "234", "5678")),
    ("PT", "351", "", ("912", "345", "678")),
    ("DK", "45", "", ("32", "12", "34", "56")),
    ("DK", "45", "", ("20", "12", "34", "56")),
    ("SE", "46", "0", ("8", "505", "213", "00")),
    ("SE", "46", "0", ("70", "123", "45", "67")),
    ("NO", "47", "", ("21", "23", "45", "67")),
    ("NO", "47", "", ("406", "12", "345")),
    ("FI", "358", "0", ("9", "1234", "5678")),
    ("FI", "358", "0", ("41", "234", "5678")),
    ("PL", "48", "", ("22", "123", "45", "67")),
    ("PL", "48", "", ("512", "345", "678")),
    ("CZ", "420", "", ("212", "345", "678")),
    ("CZ", "420", "", ("601", "123", "456")),
    ("HU", "36", "06", ("1", "234", "5678")),
    ("HU", "36", "06", ("20", "123", "4567")),
    ("US", "1", "1", ("212", "456", "7890")),
    ("US", "1", "1", ("415", "200", "1234")),
    ("AU", "61", "0", ("2", "9374", "4000")),
    ("AU", "61", "0", ("412", "345", "678")),
    ("JP", "81", "0", ("3", "3210", "7000")),
    ("JP", "81", "0", ("90", "1234", "5678")),
    ("BR", "55", "0", ("11", "2395", "8400")),
    ("BR", "55", "0", ("11", "96123", "4567")),
    ("IN", "91", "0", ("22", "6192", "5000")),
    ("IN", "91", "0", ("81234", "56789")),
]


class Spelling(NamedTuple):
    rule: str
    text: str
    country: str  # of the line that was called
    e164: str


def _national(trunk, groups):
    # Nobody dials the 1 before an American number, everybody the 0 elsewhere
    return ("" if trunk == "1" else trunk) + groups[0]


RULES = {
    "international": lambda cc, trunk, g: f"+{cc} {' '.join(g)}",
    "e164": lambda cc, trunk, g: f"+{cc}{''.join(g)}",
    "double zero": lambda cc, trunk, g: f"00{cc}{''.join(g)}",
    "double zero, spaced": lambda cc, trunk, g: f"00{cc} {' '.join(g)}",
    "without plus": lambda cc, trunk, g: f"{cc}{''.join(g)}",
    "national": lambda cc, trunk, g: f"{_national(trunk, g)}{''.join(g[1:])}",
    "national, slash": lambda cc, trunk, g: f"{_national(trunk, g)}/{''.join(g[1:])}",
    "national, brackets": lambda cc, trunk, g: (
        f"({_national(trunk, g)}) {' '.join(g[1:])}"
    ),
    "national, hyphens": lambda cc, trunk, g: (
        f"{_national(trunk, g)}-{'-'.join(g[1:])}"
    ),
    "bracketed trunk prefix": lambda cc, trunk, g: (
        f"+{cc} ({trunk}){''.join(g)}" if trunk not in ("", "1") else ""
    ),
    "international, hyphens": lambda cc, trunk, g: f"+{cc}-{'-'.join(g)}",
    "international, dots": lambda cc, trunk, g: f"+{cc}.{'.'.join(g)}",
    "no-break spaces": lambda cc, trunk, g: f"+{cc}\u00a0{chr(0x202F).join(g)}",
    "en dash": lambda cc, trunk, g: f"+{cc} {g[0]} \u2013 {''.join(g[1:])}",
    "direction marks": lambda cc, trunk, g: f"\u202a+{cc} {' '.join(g)}\u202c",
    "tel link": lambda cc, trunk, g: f"tel:+{cc}-{'-'.join(g)}",
    "sip address": lambda cc, trunk, g: (
        f"sip:+{cc}{''.join(g)}@pbx.example.com;user=phone"
    ),
    "display name": lambda cc, trunk, g: f'"Max Muster" <+{cc}{"".join(g)}>',
    "label": lambda cc, trunk, g: f"Tel.: +{cc} {' '.join(g)}",
}


def e164(base):
    _country, code, _trunk, groups = base
    return f"+{code}{''.join(groups)}"


def spellings():
    """Each base number in each way of writing it."""
    table = []
    for base in BASE_NUMBERS:
        country, code, trunk, groups = base
        for rule, write in RULES.items():
            if text := write(code, trunk, groups):
                table.append(Spelling(rule, text, country, e164(base)))
    return table


def stored_spelling(position):
    """How the contact's own number is written: another rule for each contact, of
    those that a form would be given."""
    base = BASE_NUMBERS[position]
    rules = ["national", "international", "double zero", "bracketed trunk prefix"]
    rules += ["national, slash", "without plus", "national, brackets", "e164"]
    rules = rules[position % len(rules) :] + rules
    texts = (RULES[rule](base[1], base[2], base[3]) for rule in rules)
    return next(text for text in texts if text)


def neighbours(base):
    """Other people's numbers that look alike: another last digit, another first
    digit of the subscriber's number, the same national number abroad."""
    _country, code, _trunk, groups = base
    national = "".join(groups)
    last = str((int(national[-1]) + 1) % 10)
    cut = len(groups[0])
    middle = str((int(national[cut]) + 1) % 10)
    abroad = "43" if code != "43" else "49"
    return [
        f"+{code}{national[:-1]}{last}",
        f"+{code}{national[:cut]}{middle}{national[cut + 1 :]}",
        f"+{abroad}{national}",
    ]


class Trap(NamedTuple):
    name: str
    stored: str
    stored_country: str
    called: str
    line_country: str
    expected: str  # certainty, or "" where nothing may be found


TRAPS = [
    Trap("slash", "030/1234567", "DE", "+49301234567", "DE", "exact"),
    Trap("bracketed zero", "+49 (0)30 1234567", "", "0301234567", "DE", "exact"),
    Trap("no plus", "49301234567", "DE", "+49301234567", "DE", "exact"),
    Trap("plus and zeros", "+0049 30 1234567", "", "+49301234567", "DE", "exact"),
    Trap(
        "two numbers, first",
        "030 1234567 / 0151 23456789",
        "DE",
        "+49301234567",
        "DE",
        "exact",
    ),
    Trap(
        "two numbers, second",
        "030 1234567 / 0151 23456789",
        "DE",
        "+4915123456789",
        "DE",
        "exact",
    ),
    Trap(
        "two numbers, semicolon",
        "030 1234567; +43 1 5144420",
        "DE",
        "+4315144420",
        "DE",
        "exact",
    ),
    Trap(
        "two numbers, plus ahead",
        "+49 30 1234567 +49 151 23456789",
        "",
        "+4915123456789",
        "DE",
        "exact",
    ),
    Trap(
        "two numbers, labels",
        "Büro: 030 1234567, Mobil: 0151 23456789",
        "DE",
        "+4915123456789",
        "DE",
        "exact",
    ),
    Trap("two endings", "030 1234567/68", "DE", "+49301234568", "DE", "exact"),
    Trap("extension kept", "+49 30 1234567-12", "", "+4930123456712", "DE", "exact"),
    Trap("switchboard", "+49 30 1234567", "", "+4930123456712", "DE", "switchboard"),
    Trap(
        "switchboard with zero",
        "+49 30 1234567-0",
        "",
        "+4930123456712",
        "DE",
        "switchboard",
    ),
    Trap(
        "switchboard, zero glued",
        "+49 30 12345670",
        "",
        "+4930123456712",
        "DE",
        "switchboard",
    ),
    Trap(
        "switchboard, one digit",
        "030 1234567-0",
        "DE",
        "+493012345675",
        "DE",
        "switchboard",
    ),
    Trap("switchboard abroad", "+43 1 51444", "", "+43151444200", "DE", "switchboard"),
    Trap(
        "neighbour is no switchboard", "+49 30 12345670", "", "+493012345675", "DE", ""
    ),
    Trap(
        "closed plan has no switchboard",
        "+1 212 456 7890",
        "",
        "+1 212 456 7891",
        "US",
        "",
    ),
    Trap(
        "mobile has no switchboard", "+49 151 2345678", "", "+49 151 23456789", "DE", ""
    ),
    Trap(
        "direct dial is not the colleague's",
        "+49 30 1234567-12",
        "",
        "+4930123456713",
        "DE",
        "",
    ),
    Trap(
        "country missing in the contact",
        "030 1234567",
        "",
        "+49301234567",
        "DE",
        "suffix",
    ),
    Trap(
        "country wrong in the contact",
        "030 1234567",
        "AT",
        "+49301234567",
        "DE",
        "suffix",
    ),
    Trap(
        "area code missing in the contact",
        "4012 3456",
        "DE",
        "+4930 4012 3456",
        "DE",
        "suffix",
    ),
    Trap("abroad, both certain", "+43 5574 41012", "", "+49 5574 41012", "DE", ""),
    Trap("abroad, one impossible", "+43 30 9018200", "", "+49 30 9018200", "DE", ""),
    Trap("another mobile network", "0151 12345678", "DE", "+49 171 12345678", "DE", ""),
    Trap("seven digits prove nothing", "123 4567", "DE", "+49 30 1234567", "DE", ""),
    Trap("other area", "+49 89 1234567", "", "+49 30 1234567", "DE", ""),
    Trap(
        "provider's digits from abroad",
        "+33 1 23 45 67 89",
        "",
        "33123456789",
        "DE",
        "exact",
    ),
    Trap("line of another country", "+43 1 5144420", "", "01 5144420", "AT", "exact"),
    Trap("Italian zero left out", "+39 2 12345678", "", "+390212345678", "IT", "exact"),
    Trap(
        "Italian bracketed zero",
        "+39 (0)2 12345678",
        "",
        "+390212345678",
        "IT",
        "exact",
    ),
    Trap("Hungarian 06", "+36 (06) 1 2345678", "", "+3612345678", "HU", "exact"),
    Trap("Russian 8", "8 (495) 123-45-67", "RU", "+74951234567", "RU", "exact"),
    Trap("Argentinian 15", "011 15 2345-6789", "AR", "+5491123456789", "AR", "exact"),
    Trap("Mexican 1", "+52 1 55 1234 5678", "", "+525512345678", "MX", "exact"),
    Trap(
        "American dialling out",
        "+49 30 1234567",
        "",
        "011 49 30 1234567",
        "US",
        "exact",
    ),
    Trap(
        "American extension",
        "+1 212 456 7890 ext. 12",
        "",
        "+12124567890",
        "US",
        "exact",
    ),
    Trap(
        "American extension, x", "(212) 456-7890 x12", "US", "2124567890", "US", "exact"
    ),
    Trap("dialled pause", "+1 212 456 7890,,101#", "", "+12124567890", "US", "exact"),
    Trap("vanity number", "1-800-FLOWERS", "US", "+18003569377", "US", "exact"),
    Trap("fictional number", "+1 555-555-5555", "", "5555555555", "US", "exact"),
    Trap("Arabic digits", "٠٣٠ ١٢٣٤٥٦٧", "DE", "+49301234567", "DE", "exact"),
    Trap(
        "full-width digits",
        "＋４９ ３０ １２３４５６７",
        "",
        "+49301234567",
        "DE",
        "exact",
    ),
    Trap("Durchwahl", "030 1234567 DW 12", "DE", "+49 30 1234567-12", "DE", "exact"),
    Trap("encoded plus", "+49 30 1234567", "", "%2B49301234567", "DE", "exact"),
    Trap("space for the plus", "+49 30 1234567", "", " 49301234567", "DE", "exact"),
    Trap(
        "sip with password part",
        "+49 30 1234567",
        "",
        "sip:0049301234567;phone-context=x@host",
        "DE",
        "exact",
    ),
    Trap(
        "phone context",
        "+49 30 1234567",
        "",
        "tel:1234567;phone-context=+4930",
        "DE",
        "exact",
    ),
    Trap(
        "spoken separators",
        "+44 20 7946 0958 or +44 7911 123456",
        "",
        "+447911123456",
        "GB",
        "exact",
    ),
    Trap(
        "comma after the area code", "030, 1234567", "DE", "+49301234567", "DE", "exact"
    ),
]
