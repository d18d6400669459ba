# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules of the 90 % date: its level is corrected by what came of earlier answers."""

import random

import pytest
from hypothesis import given, settings
from lateness_cases import SMALL, cases, drifting, many, on, row
from punctuality.backtest import backtest
from punctuality.history import History, Settings


def _kept(rows, numbers):
    return backtest(rows, on(300), (0.9,), numbers)[0].kept


def test_the_correction_keeps_the_promised_share_where_the_data_drifts():
    rows = drifting()
    slow = Settings(half_life=600)
    plain, corrected = _kept(rows, slow._replace(corrected=())), _kept(rows, slow)
    assert plain < 0.85
    assert corrected == pytest.approx(0.9, abs=0.02)


def test_the_correction_keeps_still_where_nothing_drifts():
    chance = random.Random(3)
    rows = [row(day, chance.randrange(100)) for day in range(1200) for _i in range(3)]
    assert _kept(rows, Settings()) == pytest.approx(0.9, abs=0.015)


def test_the_correction_does_not_swing_where_there_are_many_cases_a_day():
    chance = random.Random(5)
    rows = [row(day, chance.randrange(60)) for day in range(400) for _i in range(60)]
    history = History(rows)
    used = set()
    for day in range(200, 400, 5):
        history.quantile(0.9, (), on(day))
        used.add(history.corrected_level(0.9))
    assert 0.8 < min(used) < max(used) < 0.96


def test_the_correction_never_turns_on_time_into_early():
    # Four of five a month early, none late: "on the day" is kept always, and a level
    # lower than 80 % would promise a month less.
    rows = [row(day, 0 if day % 5 == 0 else -30) for day in range(1500)]
    history = History(rows)
    assert history.quantile(0.9, ()).days == 0
    assert history.corrected_level(0.9) < 0.75
    assert history.quantile(0.75, ()).days == -30


def test_the_level_is_what_the_answers_given_in_the_past_make_of_it():
    """By definition: each case is answered on the morning of its planned day, and its
    outcome counts from the morning after the day it was promised for."""
    chance = random.Random(8)
    rows = [
        row(day, chance.choice((-6, 0, 0, 0, day % 13, 30)), chance.choice("ab"))
        for day in range(300)
        for _i in range(2)
    ]
    rows = [case._replace(batch=number) for number, case in enumerate(rows)]
    history = History(rows)
    level, outcomes = 0.9, {}
    for day in range(320):
        for morning in sorted(outcomes):
            if morning <= day:
                level += 0.01 * sum(missed - 0.1 for missed in outcomes.pop(morning))
                level = min(1 - 0.1 / 3, max(0.65, level))
        for number, case in enumerate(rows):
            if case.scheduled == on(day):
                asked = case.keys, on(day), number
                estimate = history.quantile(0.9, *asked)
                if estimate:
                    promised = day + estimate.days
                    missed = case.actual > on(promised)
                    outcomes.setdefault(max(promised, day) + 1, []).append(missed)
        history.quantile(0.9, (), on(day))
        assert history.corrected_level(0.9) == pytest.approx(level)
    assert level != pytest.approx(0.9, abs=0.01)


def test_an_answer_is_judged_when_its_day_has_passed():
    # The case planned for day 40 is promised for that day and comes ten days later.
    rows = [*many(100, 0, day=30), row(40, 10)]
    history = History(rows, notice=5, calibrate_from=on(35))
    levels = []
    for day in (40, 41):
        history.quantile(0.9, (), on(day))
        levels.append(history.corrected_level(0.9))
    assert levels[0] == 0.9 < levels[1]


def test_the_correction_learns_from_answers_without_their_own_batch():
    # Two halves of a shipment: the first far early gives the second's date away, and
    # an answer that uses it is missed. Without it both are kept, the level falls.
    rows = many(200, 0, day=0)
    for day in range(10, 100):
        for late in (-9, 0):
            rows.append(row(day, late, day)._replace(batch=day))
    history = History(rows, Settings(pooling=0.01), calibrate_from=on(5))
    history.quantile(0.9, ())
    assert history.corrected_level(0.9) < 0.85


def test_misses_raise_the_level_and_stay_within_bounds():
    rows = many(300, 0, day=0) + [row(day, day) for day in range(1, 200)]
    history = History(rows)
    history.quantile(0.9, ())
    assert 0.9 < history.corrected_level(0.9) <= 1 - 0.1 / 3


def test_a_level_not_corrected_is_used_as_it_is():
    history = History(drifting(days=300))
    history.quantile(0.5, ())
    assert history.corrected_level(0.5) == 0.5
    assert history.corrected_level(0.9) != 0.9


@settings(max_examples=80, deadline=None)
@given(cases)
def test_the_date_at_90_is_never_before_the_date_at_50(data):
    history = History([row(*case) for case in data], SMALL)
    for day in range(20, 200, 20):
        half = history.quantile(0.5, ("a",), on(day))
        most = history.quantile(0.9, ("a",), on(day))
        assert not (half and most) or half.days <= most.days


def test_the_correction_may_start_late():
    rows = drifting(days=900)
    late = History(rows, calibrate_from=on(600))
    late.quantile(0.9, (), on(600))
    assert late.corrected_level(0.9) == 0.9
    late.quantile(0.9, (), on(900))
    full = History(rows)
    full.quantile(0.9, (), on(900))
    assert late.corrected_level(0.9) == pytest.approx(
        full.corrected_level(0.9), abs=0.02
    )
