# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How numbers are read: by examples, and by what holds for any text."""

import os
import time
from itertools import pairwise

import phone_trial
import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from phone_trial import phone_number

EXAMPLES = phone_trial.examples()
# The same cases in each run; others, as many times as many, with PROMISE_FUZZ=10.
FUZZ = int(os.environ.get("PROMISE_FUZZ") or 0)
BOUNDED = settings(max_examples=300 * max(FUZZ, 1), deadline=None, derandomize=not FUZZ)


def keys(text, region):
    """What the directory would have of a field: E.164 numbers, in order."""
    return [
        entry.reading.e164
        for entry in phone_number.directory_entries(text, region)
        if entry.reading.e164
    ]


def kinds(text, region):
    return [entry.kind for entry in phone_number.directory_entries(text, region)]


def sent(text, region):
    return [r.e164 for r in phone_number.parse(text, region, sent=True).readings]


def typed(text, region):
    return [r.e164 for r in phone_number.parse(text, region).readings]


# -- without a plus --------------------------------------------------------------------


def test_systems_send_country_codes_without_plus():
    assert sent("491702345678", "DE") == ["+491702345678", "+49491702345678"]
    assert sent("33123456789", "DE") == ["+33123456789", "+4933123456789"]
    assert sent("4930901820", "DE")[0] == "+4930901820"


def test_people_type_national_numbers():
    assert typed("491702345678", "DE") == ["+49491702345678", "+491702345678"]
    assert typed("0170 2345678", "DE") == ["+491702345678"]


def test_what_is_no_number_abroad_is_national_though_a_system_sent_it():
    # +30 1234567 is possible in Greece, and in no table
    assert sent("301234567", "DE") == ["+49301234567"]


def test_numbers_as_long_as_national_ones_are_national_where_nothing_stands_before():
    # Los Angeles and Antwerp: nobody writes anything before an American number
    assert sent("3232345678", "US") == ["+13232345678", "+3232345678"]
    assert keys("3232345678", "US") == ["+13232345678"]
    assert sent("12125550100", "US") == ["+12125550100"]


def test_a_contact_is_in_the_directory_by_both_readings():
    assert set(keys("491702345678", "DE")) == {"+49491702345678", "+491702345678"}


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("0011 49 30 1234567", "AU", "+49301234567"),
        ("001149301234567", "AU", "+49301234567"),
        ("001 65 6123 4567", "HK", "+6561234567"),
        ("001 852 2123 4567", "SG", "+85221234567"),
        ("018 852 2123 4567", "SG", "+85221234567"),
        ("00700 49 30 1234567", "KR", "+49301234567"),
        ("001 49 30 1234567", "KR", "+49301234567"),
        ("8~10 49 30 1234567", "RU", "+49301234567"),
        ("810 49 30 1234567", "RU", "+49301234567"),
        ("010 49 30 1234567", "JP", "+49301234567"),
        ("011 49 30 1234567", "US", "+49301234567"),
        ("0014 49 30 1234567", "BR", "+49301234567"),
        ("0 15 11 2395 8400", "BR", "+551123958400"),
        ("009 44 20 7946 0958", "NG", "+442079460958"),
        ("119 49 30 1234567", "CU", "+49301234567"),
        # what most of the world dials is understood on any line
        ("0049 30 1234567", "US", "+49301234567"),
        ("0049 30 1234567", "AU", "+49301234567"),
        ("0044 20 7946 0958", "JP", "+442079460958"),
    ],
)
def test_a_country_decides_how_it_dials_abroad(text, region, expected):
    assert sent(text, region) == [expected]
    assert keys(text, region) == [expected]


# -- several numbers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("0812/340/613", "DE", ["+49812340613"]),
        ("030/12345/67", "DE", ["+49301234567"]),
        ("0470/12/34/56", "BE", ["+32470123456"]),
        ("01/42/68/53/00", "FR", ["+33142685300"]),
        ("+49/30/1234567", "DE", ["+49301234567"]),
        ("49/170/2345678", "FR", ["+491702345678"]),
        ("030 1234567 / 0151 23456789", "DE", ["+49301234567", "+4915123456789"]),
        ("030/1234567/0151/23456789", "DE", ["+49301234567", "+4915123456789"]),
        ("040/123456/0171/1234567", "DE", ["+4940123456", "+491711234567"]),
        ("32 12 34 56/20 12 34 56", "DK", ["+4532123456", "+4520123456"]),
        ("555-2671/415-555-2672", "US", ["+14155552672"]),
    ],
)
def test_slashes_part_numbers_only_where_each_is_one(text, region, expected):
    assert keys(text, region) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("030 1234510 bis 12", ["+49301234510", "+49301234511", "+49301234512"]),
        ("030 1234510 bis 17 Uhr", ["+49301234510"]),
        ("030 1234567 bis 17", ["+49301234567"]),
        ("030 1234510 to 15 p.m.", ["+49301234510"]),
        ("030 1234510 bis 17h, sonst 0171 1234567", ["+49301234510", "+491711234567"]),
    ],
)
def test_an_hour_is_no_end_of_a_range(text, expected):
    assert keys(text, "DE") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mobile 2: +49 171 1234567", ["+491711234567"]),
        ("(2) +49 171 1234567", ["+491711234567"]),
        ("2.) +49 171 1234567", ["+491711234567"]),
        ("030 1234567 - +49 171 1234567", ["+49301234567", "+491711234567"]),
        ("030 1234567/+49 171 1234567", ["+49301234567", "+491711234567"]),
        ("(+49) 171 1234567", ["+491711234567"]),
    ],
)
def test_a_plus_begins_a_number_whatever_stands_before_it(text, expected):
    assert keys(text, "DE") == expected


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("020 7946 0958/9", "GB", ["+442079460958", "+442079460959"]),
        ("020 7946 0958-9", "GB", ["+442079460958", "+442079460959"]),
        ("+1-415-555-2671/2672", "US", ["+14155552671", "+14155552672"]),
        ("415-555-2671/555-2690", "US", ["+14155552671", "+14155552690"]),
        ("415-555-2671-73", "US", ["+14155552671", "+14155552672", "+14155552673"]),
        ("415-555-2671-12", "US", ["+14155552671"]),
        ("030 1234567/68", "DE", ["+49301234567", "+49301234568"]),
        ("030/1234567/68", "DE", ["+49301234567", "+49301234568"]),
        ("030 1234567, 68", "DE", ["+49301234567", "+49301234568"]),
        ("030 1234567 und 68", "DE", ["+49301234567", "+49301234568"]),
        ("030 1234567, 12", "DE", ["+49301234567"]),
        ("030 901820-0/-12", "DE", ["+49309018200", "+493090182012"]),
        ("030 901820-10/11/12", "DE", [f"+4930901820{n}" for n in (10, 11, 12)]),
    ],
)
def test_each_ending_is_a_number(text, region, expected):
    assert keys(text, region) == expected


@pytest.mark.parametrize(
    "text",
    [
        "030 901820-10 bis -19",
        "030 901820-10 bis 19",
        "030 901820-10 to 19",
        "030 901820-10 – -19",
        "030 901820-10 - 19",
        "030 901820-10 … -19",
    ],
)
def test_each_number_of_a_range_is_one(text):
    assert keys(text, "DE") == [f"+4930901820{n}" for n in range(10, 20)]


def test_of_a_range_of_more_than_twenty_both_ends_are_numbers():
    assert len(keys("030 901820-10 bis -29", "DE")) == 20
    assert keys("030 901820-10 bis -30", "DE") == ["+493090182010", "+493090182030"]


# -- words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("0171 1234567 (privat)", "DE", ["+491711234567"]),
        ("Cell 415-555-2671", "US", ["+14155552671"]),
        (
            "T +49 30 1234567, M +49 171 1234567",
            "DE",
            ["+49301234567", "+491711234567"],
        ),
        ("T:030/1234567 F:030/1234568", "DE", ["+49301234567", "+49301234568"]),
        ("0171 1234567 ab 18 Uhr", "DE", ["+491711234567"]),
        ("030 1234567 (Mo-Fr 8:00-17:00)", "DE", ["+49301234567"]),
        ("Mo-Fr 9-17 Uhr: 030 1234567", "DE", ["+49301234567"]),
        ("0171 1234567 seit 01.02.2023", "DE", ["+491711234567"]),
        ("0171 1234567 until 2024-12-31", "DE", ["+491711234567"]),
        ("anna2024@example.com 030 1234567", "DE", ["+49301234567"]),
        ("#31#030 1234567", "DE", ["+49301234567"]),
        ("030 1234567 Zimmer 12", "DE", ["+49301234567"]),
        ("030 12345 Max", "DE", ["+493012345"]),
        ("1-800-FLOWERS", "US", ["+18003569377"]),
        ("Tel 1-800-FLOWERS", "US", ["+18003569377"]),
        (
            "Anna 0171-1234567 oder Büro 030/1234567-0",
            "DE",
            ["+491711234567", "+493012345670"],
        ),
    ],
)
def test_words_are_no_part_of_a_number(text, region, expected):
    assert keys(text, region) == expected


EXTENSIONS = [
    *("ext. 12", "ext 12", "extn 12", "extension 12", "xtn 12", "x12", "x 12", "#12"),
    *(";ext=12", ",,12#", "anexo 12", "int. 12", "доб. 12", "~12", "- 12#"),
    *("poste 12", "interno 12", "ramal 12", "toestel 12", "wew. 12", "linka 12"),
    *("klapka 12", "mellék 12", "/ 12 mellék", "вн. 12", "дод. 12", "anknytning 12"),
    *("ankn. 12", "lokal 12", "alanumero 12", "dahili 12", "εσωτ. 12", "extensión 12"),
    *("Apparat 12", "App. 12", "内線12", "内线 12", "分机12", "내선 12", "تحويلة 12"),
    *("שלוחה 12", "ต่อ 12", "máy lẻ 12", "(ext. 12)", "(x12)", "Durchwahl 12"),
]


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("number", ["+1 212 456 7890", "(212) 456-7890"])
def test_extensions_are_left_out_in_any_language(number, extension):
    assert keys(f"{number} {extension}", "US") == ["+12124567890"]
    assert keys(f"{number} {extension}, 415-555-2671", "US")[-1] == "+14155552671"


def test_a_direct_dial_is_part_of_the_number_where_numbers_can_be_extended():
    assert keys("030 1234567 DW 12", "DE") == ["+4930123456712"]
    assert keys("01 5144420 Klappe 12", "AT") == ["+431514442012"]
    assert keys("030 1234567-12", "DE") == ["+4930123456712"]


def test_what_has_digits_and_is_no_number_is_listed():
    assert kinds("room 12", "DE") == ["unread"]
    assert kinds("12345678901234567890123", "DE") == ["unread"]
    assert kinds("030 1234567; 12345678901234567890123", "DE") == ["external", "unread"]
    assert kinds("ask reception", "DE") == []
    assert kinds("unknown", "DE") == []
    assert kinds("101", "DE") == ["internal"]


def test_addresses_with_digits_are_no_numbers():
    assert keys("sip:anna20242024@example.com", "DE") == []
    assert keys("anna20242024@example.com", "DE") == []
    assert keys("sip:493012345678@example.com", "DE") == ["+493012345678"]


def test_in_countries_with_few_telephones_numbers_are_short():
    assert keys("40123", "SB") == ["+67740123"]
    assert kinds("40123", "DE") == ["internal"]
    assert kinds("401", "SB") == ["internal"]


# -- all countries ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def tried():
    return phone_trial.trial(EXAMPLES)


def test_examples_of_all_countries_are_found_in_any_spelling(tried):
    count, rest = tried
    assert count > 600_000
    assert len(phone_trial.SPELLINGS) >= 12
    counted = [outcome for outcome in rest if not outcome.why]
    assert len(counted) <= count / 100
    assert [outcome for outcome in counted if outcome.found] == []


def test_documentation_has_what_remains(tried):
    table = phone_trial.table(EXAMPLES, *tried)
    if f"libphonenumber {phonenumbers.__version__}:" not in phone_trial.written():
        pytest.skip("made with another version of libphonenumber")
    assert phone_trial.written() == table


# -- any text --------------------------------------------------------------------------

numbers = st.sampled_from([n for n in EXAMPLES if n.kind != "toll-free"])


@BOUNDED
@given(numbers, st.data())
def test_a_number_in_groups_of_any_size_is_one(number, data):
    digits = phone_number.digits(number.national)
    cuts = data.draw(
        st.sets(st.integers(2, len(digits) - 2), min_size=1, max_size=3), "cuts"
    )
    edges = [0, *sorted(cuts), len(digits)]
    groups = [digits[start:end] for start, end in pairwise(edges)]
    # an ending that counts on is one: "030 1234567/68"
    assume(max(len(group) for group in groups[:-1]) < 6)
    assert keys("/".join(groups), number.region) == [number.e164]


@BOUNDED
@given(numbers, numbers, st.sampled_from([" / ", "; ", "\n", " or ", ", ", " | "]))
def test_two_numbers_in_a_field_are_two(one, other, between):
    text = f"+{one.code} {one.significant}{between}+{other.code} {other.significant}"
    expected = list(dict.fromkeys([one.e164, other.e164]))
    assert keys(text, one.region) == expected


words = st.sampled_from(
    "privat mobil Büro Herr work home nur abends ne pas appeler лично 自宅".split()
)


@BOUNDED
@given(numbers, st.lists(words, max_size=3), st.lists(words, max_size=3))
def test_words_around_a_number_change_nothing(number, before, after):
    text = " ".join([*before, f"+{number.code} {number.significant}", *after])
    assert keys(text, number.region) == [number.e164]


@BOUNDED
@given(
    # without what means an ending, a range or an extension: dashes and letters
    st.text(alphabet="0123456789 +().:;#~*", max_size=60),
    st.sampled_from(["DE", "GB", "FR"]),
)
def test_no_digits_are_invented(text, region):
    # Codes between them are left out, so each comes after the one before it, not
    # always beside it.
    for entry in phone_number.directory_entries(text, region):
        # libphonenumber puts in the mobile digit that these countries have added
        added = entry.reading.e164.startswith(("+52", "+54", "+55"))
        if entry.kind == "external" and not added:
            left = iter(phone_number.digits(text))
            assert all(digit in left for digit in entry.reading.national.lstrip("0"))


@BOUNDED
@given(st.text(max_size=300), st.sampled_from(["DE", "US", "IT", "HK", "RU", ""]))
def test_any_text_is_read_or_listed(text, region):
    entries = phone_number.directory_entries(text, region)
    assert all(entry.number for entry in entries)
    phone_number.parse(text, region, sent=True)


@pytest.mark.parametrize(
    "text",
    [
        "0" * 40_000,
        "1/" * 20_000,
        "12345 " * 8_000,
        "- " * 20_000,
        "1, " * 15_000,
        "a1" * 20_000,
        "(" * 40_000,
        "1-" * 20_000,
        "030 1234567/" * 4_000,
        "+49 30 1234567 ext " * 2_000,
        "%2B" * 15_000,
    ],
)
def test_long_texts_take_no_time(text):
    start = time.process_time()
    phone_number.directory_entries(text, "DE")
    phone_number.parse(text, "DE", sent=True)
    assert time.process_time() - start < 1
