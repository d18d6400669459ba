# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules of the back-test: what would have been answered, and what came of it."""

import random

import pytest
from lateness_cases import FLAT, PLAIN, on, row
from punctuality.backtest import backtest, pinball, replay, split
from punctuality.history import History


def test_the_pinball_loss_weighs_late_by_the_level_and_early_by_the_rest():
    assert pinball(0.9, 10, 0) == pytest.approx(9)
    assert pinball(0.9, 0, 10) == pytest.approx(1)
    assert pinball(0.5, 4, 0) == pinball(0.5, 0, 4) == 2


def test_the_back_test_judges_every_row_not_fitted_once():
    rows = [row(day, 0, "v") for day in range(100)]
    rows += [row(45, 10, "v"), row(55, -10, "v"), row(60, None, "v")]
    fitted, judged = split(rows, on(50))
    assert (len(fitted), len(judged)) == (50, 52)
    (score,) = backtest(rows, on(50), (0.9,))
    assert (score.judged, score.unanswered) == (52, 0)
    # Kept: all but the one row 10 days late; its loss 0.9 * 10, the early one's
    # 0.1 * 10, over 52 rows.
    assert score.kept == pytest.approx(51 / 52)
    assert score.loss == pytest.approx((9 + 1) / 52)


def test_rows_without_an_answer_are_counted_apart():
    rows = [row(day, 0) for day in range(40)]
    (score,) = backtest(rows, on(1), (0.9,))
    assert (score.judged, score.unanswered) == (39 - 29, 29)


def test_fitted_once_does_not_learn_from_later_rows():
    rows = [row(day, 0) for day in range(60)] + [row(day, 9) for day in range(60, 120)]
    learning, frozen = (
        backtest(rows, on(60), (0.5,), PLAIN, frozen=frozen)[0]
        for frozen in (False, True)
    )
    assert frozen.kept == 0
    assert learning.kept > 0.2


def test_a_row_is_answered_without_what_moved_with_it():
    # Every tenth day a shipment of five comes 40 days early, all of it together.
    def rows(batched):
        for day in range(0, 600, 2):
            for part in range(5):
                late = -40 if day % 10 == 0 else 0
                case = row(day, late, day)
                yield case._replace(batch=day if batched else (day, part))

    together, apart = (
        backtest(list(rows(batched)), on(300), (0.5,), FLAT._replace(pooling=1))
        for batched in (True, False)
    )
    # Told of its other parts, the early shipment's date seems foreseen.
    assert apart[0].kept == 1
    assert apart[0].loss == 0
    assert together[0].loss == pytest.approx(0.5 * 40 / 5)


def test_a_row_is_never_evidence_for_itself():
    # Each alone in its group and early, at odds with all others.
    rows = [row(day, 0, "v") for day in range(300)]
    rows += [row(day, -10, f"own {day}") for day in range(250, 300, 10)]
    answers = replay(rows, on(200), (0.5,), FLAT._replace(pooling=0.01))
    assert {asked[0].days for case, asked in answers if case.keys != ("v",)} == {0}


def test_leaving_a_batch_out_agrees_with_a_history_without_it():
    chance = random.Random(11)
    rows = [
        row(chance.randrange(100), chance.randrange(-20, 30), chance.choice("ab"))
        for _i in range(200)
    ]
    rows = [case._replace(batch=i % 40) for i, case in enumerate(rows)]
    for as_of in (60, 90, 150):
        for batch in range(0, 40, 7):
            rest = [case for case in rows if case.batch != batch]
            for level in (0.5, 0.9):
                found = History(rows, PLAIN).quantile(level, ("a",), on(as_of), batch)
                expected = History(rest, PLAIN).quantile(level, ("a",), on(as_of))
                assert found[:3] == expected[:3]
                assert found.share == pytest.approx(expected.share)


def test_more_notice_means_less_knowledge():
    # Late by 9 from day 60 on: known 10 days later at the earliest.
    rows = [row(day, 0) for day in range(60)] + [row(day, 9) for day in range(60, 120)]
    near, far = (
        backtest(rows, on(60), (0.5,), PLAIN, notice=notice)[0].kept
        for notice in (0, 30)
    )
    assert near > far
