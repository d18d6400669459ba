"""The ranking of dealers against a count that rates everybody, by its own formulas."""

import math
import os
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addon's package would ask for a whole Odoo.
sys.path.insert(0, str(ROOT / "addons" / "dealer_locator"))

from ranking import geo, hours, rules, search  # noqa: E402
from ranking.values import (  # noqa: E402
    Area,
    Candidate,
    Known,
    Opening,
    Place,
    Question,
    Weights,
)

EFFORT = float(os.environ.get("PROMISE_FUZZ", "1"))
AT = datetime(2026, 6, 3, 10, 0)
LONG_AGO = datetime(2020, 1, 1)


# -- a count of its own ----------------------------------------------------------------


def haversine(one, other):
    (lat1, lon1), (lat2, lon2) = (map(math.radians, point) for point in (one, other))
    a = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(min(math.sqrt(a), 1.0))


def may(dealer, question):
    areas = dealer.areas
    place = question.place
    served = not areas or any(
        area.country_id == place.country_id
        and (
            not (area.zip_from or area.zip_to)
            or (
                area.zip_from <= place.zip[: len(area.zip_from)]
                and place.zip[: len(area.zip_to)] <= area.zip_to
            )
        )
        for area in areas
    )
    return (
        dealer.status == "active"
        and dealer.id not in question.exclude
        and (not question.holders or dealer.id in question.holders)
        and served
        and question.skills <= dealer.skills
        and dealer.service_level >= question.service_level
        and (question.max_km is None or dealer.km <= question.max_km)
        and (dealer.capacity == 0 or dealer.load < dealer.capacity)
    )


def worth(dealer, question, weights):
    total = 0.0
    if dealer.known:
        if dealer.known.sold + dealer.known.served:
            total += weights.history
        total -= weights.complaint * min(dealer.known.complaints, 3)
    total += weights.level * max(dealer.service_level - question.service_level, 0)
    if dealer.capacity:
        total -= weights.load * dealer.load / dealer.capacity
    if dealer.opening and dealer.opening.open:
        total += weights.open
    elif dealer.opening and dealer.opening.next_open:
        wait = (dealer.opening.next_open - question.at) / timedelta(hours=24)
        total += weights.open * max(0.0, 1 - wait)
    if question.lang and question.lang[:2] in {code[:2] for code in dealer.languages}:
        total += weights.language
    if dealer.asked:
        total += weights.acceptance * dealer.accepted / dealer.asked
    if dealer.response_hours is not None:
        total += weights.response / max(1, dealer.response_hours)
    return total


def brute(dealers, question, weights):
    rated = [
        (
            round(dealer.km - worth(dealer, question, weights), 6),
            dealer.last_given or datetime(1, 1, 1),
            dealer.id,
        )
        for dealer in dealers
        if may(dealer, question)
    ]
    return sorted(rated)[: question.limit]


# -- dealers as people live, and as nobody lives ---------------------------------------


def points(dice, number):
    towns = [(dice.uniform(36, 60), dice.uniform(-9, 30)) for _town in range(60)]
    found = []
    while len(found) < number:
        kind = dice.random()
        if kind < 0.55:
            lat, lon = dice.choice(towns)
            found.append((lat + dice.gauss(0, 0.2), lon + dice.gauss(0, 0.3)))
        elif kind < 0.7:
            found.append(dice.choice(towns))  # many at one point
        elif kind < 0.8:
            found.append((dice.choice((-1, 1)) * dice.uniform(88, 90), found_lon(dice)))
        elif kind < 0.9:
            lon = dice.choice((-1, 1)) * dice.uniform(179, 180)
            found.append((dice.uniform(-60, 70), lon))
        else:
            lat = math.degrees(math.asin(dice.uniform(-1, 1)))
            found.append((lat, found_lon(dice)))
    return found


def found_lon(dice):
    return dice.uniform(-180, 180)


def opening(dice):
    kind = dice.random()
    if kind < 0.5:
        return Opening(True, until=AT + timedelta(hours=3))
    if kind < 0.8:
        return Opening(False, next_open=AT + timedelta(hours=dice.uniform(0, 40)))
    return Opening(False) if kind < 0.9 else None


def make_dealers(dice, number):
    made = []
    for id_, point in enumerate(points(dice, number), 1):
        area = ()
        if dice.random() < 0.2:
            first = dice.choice(("", "1", "20"))
            area = (Area(dice.choice((1, 2)), None, first, "5" if first else ""),)
        asked = dice.choice((0, 0, 10))
        made.append(
            (
                point,
                Candidate(
                    id=id_,
                    km=None,
                    status="active" if dice.random() < 0.95 else "paused",
                    skills=frozenset(s for s in (1, 2) if dice.random() < 0.4)
                    | (frozenset({3}) if dice.random() < 0.002 else frozenset()),
                    areas=area,
                    service_level=dice.randrange(4),
                    capacity=dice.choice((0, 5, 10)),
                    load=dice.randrange(6),
                    languages=frozenset(dice.sample(("de_DE", "fr_FR", "de_AT"), 1)),
                    asked=asked,
                    accepted=dice.randrange(11) if asked else 0,
                    response_hours=dice.choice((None, 0.5, 2.0, 8.0)),
                    known=None,
                    opening=opening(dice),
                    last_given=dice.choice(
                        (None, LONG_AGO, LONG_AGO + timedelta(days=dice.randrange(9)))
                    ),
                ),
            )
        )
    return made


def make_question(dice, dealers):
    point = dice.choice(dealers)[0] if dice.random() < 0.7 else points(dice, 1)[0]
    question = Question(
        at=AT,
        place=Place(dice.choice((1, 2, 3)), None, dice.choice(("10115", "2000", "99"))),
        skills=dice.choice((frozenset(), frozenset({1}), frozenset({3}))),
        service_level=dice.choice((0, 0, 2)),
        lang=dice.choice(("", "de_CH", "fr_FR")),
        exclude=frozenset(dice.sample(range(1, len(dealers)), 3)),
        max_km=dice.choice((None, None, 40.0, 500.0)),
        limit=dice.choice((1, 3, 20)),
    )
    if dice.random() < 0.05:
        question = question._replace(holders=frozenset(dice.sample(range(1, 99), 2)))
    names = [name for name in Weights._fields if name != "response_hours"]
    weights = Weights(**{name: dice.choice((0, 2, 15, 60)) for name in names})
    return point, question, weights


def in_pages(dealers, point, dice):
    """As an index would read them: by chord, a few at a time."""
    here = geo.unit_vector(*point)
    near = sorted(
        (geo.chord(here, geo.unit_vector(*where)), dealer.id, dealer)
        for where, dealer in dealers
    )
    rows = [dealer._replace(km=geo.km_of_chord(length)) for length, _id, dealer in near]
    size = dice.choice((7, 64))
    read = []

    def pages():
        for start in range(0, len(rows), size):
            read.extend(rows[start : start + size])
            yield rows[start : start + size]

    return rows, pages(), read


@pytest.mark.parametrize("seed", range(max(int(3 * EFFORT), 1)))
def test_the_order_is_that_of_rating_everybody(seed):
    dice = random.Random(seed)
    dealers = make_dealers(dice, 20_000)
    fewer = 0
    for _case in range(12):
        point, question, weights = make_question(dice, dealers)
        knows = dict.fromkeys(dice.sample(range(1, len(dealers)), 4))
        for id_ in knows:
            knows[id_] = Known(dice.randrange(3), dice.randrange(2), dice.randrange(5))
        dealers_now = [
            (where, one._replace(known=knows.get(one.id))) for where, one in dealers
        ]
        rows, pages, read = in_pages(dealers_now, point, dice)
        known = [one for one in rows if one.id in knows]
        found = search.best(question, weights, pages, known)
        expected = brute(rows, question, weights)
        assert [search.order(one) for one in found.ranked] == expected
        fewer += len(read) < len(rows) / 4
    assert fewer >= 3  # it did stop on the way


def test_distances_are_those_of_the_great_circle():
    dice = random.Random(1)
    places = points(dice, 400)
    for one, other in zip(places, reversed(places), strict=True):
        km = geo.distance_km(one, other)
        # haversine itself loses digits near the antipode
        assert km == pytest.approx(haversine(one, other), rel=1e-9, abs=0.3)
        chord = geo.chord(geo.unit_vector(*one), geo.unit_vector(*other))
        assert geo.chord_of_km(geo.km_of_chord(chord)) == pytest.approx(chord)


def test_poles_and_the_date_line_are_near():
    assert geo.distance_km((0.0, 179.99), (0.0, -179.99)) < 3
    assert geo.distance_km((89.99, 0.0), (89.99, 180.0)) < 3
    half = geo.distance_km((0.0, 1.0), (0.0, -179.0))
    assert half == pytest.approx(geo.HALF_ROUND_KM)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((0.0, 0.0), False),
        ((0.0, 6.6), True),
        ((51.5, 0.0), True),
        ((91.0, 5.0), False),
        ((5.0, 181.0), False),
        ((float("nan"), 5.0), False),
        ((float("inf"), 5.0), False),
    ],
)
def test_what_is_a_position(point, expected):
    assert geo.is_position(*point) is expected


def near(id_, km, **values):
    return Candidate(id=id_, km=km, **values)


def first(question, *dealers, weights=None, **options):
    found = search.best(question, weights or Weights(), [list(dealers)], **options)
    return [one.candidate.id for one in found.ranked]


def test_who_knows_the_customer_is_found_beyond_all_that_is_read():
    far = near(9, 300.0, known=Known(sold=2))
    weights = Weights(history=400.0)
    crowd = [near(id_, 1.0) for id_ in range(1, 6)]
    question = Question(at=AT, limit=1)
    found = search.best(question, weights, [crowd], [far])
    assert [one.candidate.id for one in found.ranked] == [9]


def test_ties_go_to_who_had_least_lately():
    question = Question(at=AT, limit=3)
    day = timedelta(days=1)
    dealers = (
        near(1, 4.0, last_given=AT - day),
        near(2, 4.0, last_given=AT - 2 * day),
        near(3, 4.0),
    )
    assert first(question, *dealers) == [3, 2, 1]


def test_changed_weights_change_the_order():
    question = Question(at=AT, limit=2)
    closed = near(1, 2.0, opening=Opening(False))
    opened = near(2, 9.0, opening=Opening(True, until=AT + timedelta(hours=1)))
    assert first(question, closed, opened, weights=Weights(open=10.0)) == [2, 1]
    assert first(question, closed, opened, weights=Weights(open=5.0)) == [1, 2]


@pytest.mark.parametrize(
    ("values", "question", "code"),
    [
        ({"status": "paused"}, {}, "status"),
        ({}, {"exclude": frozenset({1})}, "declined"),
        ({"km": None, "has_position": False}, {}, "position"),
        ({}, {"holders": frozenset({2})}, "exclusive"),
        ({"areas": (Area(2),)}, {"place": Place(1)}, "territory"),
        ({"expired": frozenset({4})}, {"skills": frozenset({4})}, "skill"),
        ({"service_level": 1}, {"service_level": 2}, "service_level"),
        ({"km": 41.0}, {"max_km": 40.0}, "distance"),
        ({"capacity": 2, "load": 2}, {}, "capacity"),
    ],
)
def test_each_rule_keeps_out_and_says_so(values, question, code):
    dealer = Candidate(**{"id": 1, "km": 5.0, **values})
    found = rules.keep_out(dealer, Question(at=AT, **question))
    assert found.code == code
    left_aside = rules.keep_out(
        dealer, Question(at=AT, **question), without=frozenset({code})
    )
    assert left_aside is None


@pytest.mark.parametrize(
    ("area", "place", "expected"),
    [
        (Area(1), Place(1), True),
        (Area(1), Place(2), False),
        (Area(1), Place(), True),
        (Area(1, exclusive=True), Place(), False),
        (Area(1, 5), Place(1, 6), False),
        (Area(1, 5), Place(1), True),
        (Area(1, 5, exclusive=True), Place(1), False),
        (Area(1, None, "10", "12"), Place(1, None, "12999"), True),
        (Area(1, None, "10", "12"), Place(1, None, "13000"), False),
        (Area(1, None, "10", "12"), Place(1), True),
        (Area(1, None, "10", "12", True), Place(1), False),
        (Area(1, None, "SW1", "SW3"), Place(1, None, "SW2A1AA"), True),
        (Area(1, None, "80", ""), Place(1, None, "99999"), True),
        (Area(1, None, "", "20"), Place(1, None, "20999"), True),
    ],
)
def test_what_a_territory_holds(area, place, expected):
    assert rules.covers(area, place) is expected


def test_zip_codes_are_compared_without_signs():
    assert rules.plain_zip(" sw1a-1aa ") == "SW1A1AA"
    assert rules.plain_zip(None) == ""


# -- opening hours ---------------------------------------------------------------------

BERLIN = "Europe/Berlin"


def week(*slots, tz=BERLIN):
    return hours.Week(tz, tuple(hours.Slot(*slot) for slot in slots))


def test_open_until_and_the_next_opening():
    monday = week((0, 8, 12), (0, 13, 17))
    found = hours.opening(monday, [], datetime(2026, 6, 1, 7, 0))
    assert found == Opening(True, until=datetime(2026, 6, 1, 10, 0))
    found = hours.opening(monday, [], datetime(2026, 6, 1, 10, 0))
    assert found == Opening(False, next_open=datetime(2026, 6, 1, 11, 0))
    found = hours.opening(monday, [], datetime(2026, 6, 1, 15, 0))
    assert found == Opening(False, next_open=datetime(2026, 6, 8, 6, 0))


def test_a_holiday_closes_and_opens_in_the_middle():
    monday = week((0, 8, 12))
    closed = [(datetime(2026, 6, 1, 5), datetime(2026, 6, 1, 8))]
    found = hours.opening(monday, closed, datetime(2026, 6, 1, 6, 30))
    assert found == Opening(False, next_open=datetime(2026, 6, 1, 8, 0))


def test_the_clocks_change_between_two_openings():
    sunday = week((6, 9, 11))
    before = hours.opening(sunday, [], datetime(2026, 3, 28, 12))
    assert before.next_open == datetime(2026, 3, 29, 7, 0)  # summer time from 01:00 UTC
    assert hours.opening(sunday, [], datetime(2026, 3, 22, 7, 59)).open is False


def test_who_never_opens_has_no_next_opening():
    assert hours.opening(week(), [], AT) == Opening(False)
    always = [(AT - timedelta(days=1), AT + timedelta(days=999))]
    assert hours.opening(week((0, 8, 12)), always, AT) == Opening(False)
