# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When a customer will pay: the rules of ``punctuality.payments``."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payments_cases import as_known, habits, on, paid
from punctuality.backtest import pinball
from punctuality.payments import Payments, Settings, restored, shape_of

PLAIN = Settings(corrected=())
LATER = on(700)


def answers(history, day, customers=("C1", "C2", "nobody")):
    found = []
    for customer in customers:
        forecast = history.forecast(customer, day)
        found.append(forecast and (forecast.days(0.5), forecast.days(0.9)))
    return found


def test_a_customers_own_level_is_found():
    rows = [paid("late", day, 20 + day % 3) for day in range(0, 400, 10)]
    rows += [paid("early", day, -10 - day % 3) for day in range(0, 400, 10)]
    history = Payments(rows, PLAIN)
    assert history.forecast("late", on(500)).days(0.5) == pytest.approx(21, abs=1)
    assert history.forecast("early", on(500)).days(0.5) == pytest.approx(-11, abs=1)


def test_one_case_leans_on_all_customers_and_many_do_not():
    others = [
        paid(f"C{customer}", day, customer + day % 5)
        for customer in range(10)
        for day in range(0, 300, 15)
    ]
    level = []
    for count in (0, 1, 20):
        own = [paid("new", 15 * number, 40) for number in range(count)]
        level.append(Payments(others + own, PLAIN).forecast("new", on(400)).days(0.5))
    nothing, one, many = level
    assert nothing < one < many
    assert nothing == pytest.approx(6, abs=3)
    assert many == pytest.approx(40, abs=3)


def test_too_little_history_gives_no_answer():
    rows = [paid("C1", 0, 3) for _number in range(9)]
    assert Payments(rows).forecast("C1", LATER) is None
    assert Payments([*rows, paid("C2", 0, 3)]).forecast("C1", LATER)
    assert Payments([]).forecast("C1", LATER) is None


def test_what_is_not_paid_counts_as_later_than_today():
    rows = [paid("C1", day, day % 4) for day in range(0, 300, 10)]
    rows += [paid("C2", day, day % 4) for day in range(0, 300, 10)]
    waiting = [paid("C1", 300 + day, None) for day in range(0, 50, 10)]
    before = Payments(rows, PLAIN).forecast("C1", on(420)).days(0.5)
    after = Payments(rows + waiting, PLAIN).forecast("C1", on(420)).days(0.5)
    assert after > before + 5
    # And what is not due yet tells nothing.
    waiting = [paid("C1", 410 + number, None) for number in range(5)]
    after = Payments(rows + waiting, PLAIN).forecast("C1", on(420)).days(0.5)
    assert after == before


def test_old_cases_count_less():
    rows = [paid("C1", day, 0) for day in range(0, 300, 10)]
    rows += [paid("C1", day, 30) for day in range(300, 400, 10)]
    rows = [row._replace(customer="changed") for row in rows] + habits(days=400)
    quick, slow = (
        Payments(rows, PLAIN._replace(half_life=half_life))
        .forecast("changed", on(440))
        .days(0.5)
        for half_life in (30, 3000)
    )
    assert slow < 15
    assert quick > 20


def test_an_outlier_hardly_moves_the_level():
    rows = [paid("C1", day, 5 + day % 3) for day in range(0, 300, 10)]
    rows += [paid("C2", day, day % 3) for day in range(0, 300, 10)]
    plain = Payments(rows, PLAIN).forecast("C1", LATER).days(0.5)
    rows.append(paid("C1", 290, 300))
    assert Payments(rows, PLAIN).forecast("C1", LATER).days(0.5) <= plain + 1


def test_what_is_disputed_is_expected_later():
    history = Payments(habits(), PLAIN)
    for customer in ("C1", "C5", "nobody"):
        plain, unknown, disputed = (
            history.forecast(customer, on(600), disputed=value)
            for value in (False, None, True)
        )
        assert disputed.days(0.5) >= plain.days(0.5) + 8
        assert plain.days(0.9) <= unknown.days(0.9) <= disputed.days(0.9)


def test_who_often_disputes_is_expected_later_at_nine_in_ten():
    rows = habits(disputes=0)
    for day in range(0, 500, 20):
        rows.append(paid("calm", day, day % 5))
        often = day % 40 == 0
        rows.append(paid("cross", day, day % 5 + 20 * often, disputed=often))
    history = Payments(rows, PLAIN)
    calm = history.forecast("calm", on(600))
    cross = history.forecast("cross", on(600))
    assert cross.days(0.9) >= calm.days(0.9) + 8


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(60, 560))
def test_nothing_is_used_that_was_not_known_that_morning(seed, day):
    rows = habits(seed % 7, customers=6)
    random.Random(seed).shuffle(rows)
    known = as_known(rows, on(day))
    assert answers(Payments(rows), on(day)) == answers(Payments(known), on(day))


def test_answers_do_not_depend_on_the_order_of_rows_or_questions():
    rows = habits(customers=6)
    days = [on(day) for day in (200, 333, 480)]
    expected = [answers(Payments(rows), day) for day in days]
    random.Random(1).shuffle(rows)
    history = Payments(rows)
    for day, answer in list(zip(days, expected, strict=True))[::-1]:
        assert answers(history, day) == answer


def test_days_are_the_smallest_with_the_share():
    history = Payments(habits(), PLAIN)
    for customer in ("C1", "C2", "nobody"):
        whole = history.forecast(customer, on(450))
        for forecast in (whole, whole.later_than(3), whole.later_than(40)):
            for level in (0.1, 0.5, 0.75, 0.9, 0.97):
                days = forecast.days(level)
                assert days == 730 or forecast.share(days) >= level - 1e-9
                assert forecast.share(days - 1) < level


def test_an_instalment_that_is_overdue_is_expected_after_today():
    whole = Payments(habits(), PLAIN).forecast("C1", on(450))
    last = whole.days(0.5)
    for passed in (0, 20, 60, 200, 600):
        forecast = whole.later_than(passed)
        assert forecast.share(passed) == 0
        assert forecast.days(0.5) > passed
        assert forecast.days(0.5) <= forecast.days(0.9) <= 730
        assert forecast.days(0.5) >= last
        last = forecast.days(0.5)
        # "Not by then" is taken in steps or at once.
        assert whole.later_than(-5).later_than(passed).days(0.9) == forecast.days(0.9)


def test_the_share_never_falls_and_is_all_in_the_end():
    forecast = Payments(habits(), PLAIN).forecast("C3", on(450))
    shares = [forecast.share(days) for days in range(-200, 400)]
    assert shares == sorted(shares)
    assert shares[0] < 0.001
    assert shares[-1] > 0.99


def test_the_shape_is_kaplan_and_meiers():
    chance = random.Random(5)
    for _case in range(20):
        left = [(chance.gauss(0, 2), chance.random()) for _n in range(12)]
        waiting = [(chance.gauss(0, 2), chance.random()) for _n in range(6)]
        shape = shape_of(left, waiting, 1e-9)
        for place, _weight in left:
            still = 1.0
            for other, weight in sorted(left):
                if other > place:
                    break
                at_risk = sum(w for p, w in left if p >= other)
                at_risk += sum(w for p, w in waiting if p >= other)
                still *= 1 - weight / at_risk
            assert shape.share(place) == pytest.approx(1 - still, abs=1e-6)


def test_a_drift_of_all_customers_is_followed():
    """Each quarter everybody pays three days later: half are paid by the 50 % date."""
    chance = random.Random(11)
    rows = [
        paid(f"C{name}", day, round(name + day / 30 + chance.gauss(0, 3)))
        for name in range(12)
        for day in range(0, 720, 12)
    ]
    history = Payments(rows, PLAIN)
    late = 0
    judged = [row for row in rows if row.invoiced >= on(360)]
    for row in sorted(judged, key=lambda row: row.invoiced):
        middle = history.forecast(row.customer, row.invoiced).days(0.5)
        late += (row.paid - row.due).days > middle
    assert late / len(judged) < 0.65


def test_ninety_in_a_hundred_are_kept_and_at_less_loss_than_the_due_date():
    kept = loss = due = judged = 0
    for seed in range(3):
        rows = sorted(habits(seed, days=800), key=lambda row: row.invoiced)
        history = Payments(rows)
        for row in rows:
            if row.invoiced >= on(300):
                days = history.forecast(row.customer, row.invoiced).days(0.9)
                late = (row.paid - row.due).days
                kept += late <= days
                loss += pinball(0.9, late, days)
                due += pinball(0.9, late, 0)
                judged += 1
    assert kept / judged == pytest.approx(0.9, abs=0.02)
    assert loss < 0.5 * due


def test_a_forecast_is_kept_as_plain_values():
    history = Payments(habits())
    shared = json.loads(json.dumps(history.shared(on(450))))
    for customer in ("C1", "C7", "nobody"):
        for disputed in (None, False, True):
            forecast = history.forecast(customer, on(450), disputed)
            own = json.loads(json.dumps(history.forecast(customer, on(450)).own()))
            again = restored(shared, own, disputed)
            assert again.count == forecast.count
            for level in (0.1, 0.5, 0.9):
                assert abs(again.days(level) - forecast.days(level)) <= 1
            assert abs(again.share(5) - forecast.share(5)) < 0.02
    assert Payments([]).shared(on(450)) is None


def test_dates_that_cannot_be_meant_are_left_out():
    rows = habits()
    wrong = [
        paid("C1", 10, 9000),
        paid("C1", 10, 0)._replace(due=on(0).replace(year=1970)),
        paid("C1", 10, None)._replace(invoiced=on(0).replace(year=2999)),
    ]
    plain = answers(Payments(rows), LATER)
    assert answers(Payments(rows + wrong), LATER) == plain


def test_a_level_is_between_none_and_all():
    forecast = Payments(habits()).forecast("C1", LATER)
    for level in (0, 1, -0.1, math.nan):
        with pytest.raises(ValueError, match="level"):
            forecast.days(level)
