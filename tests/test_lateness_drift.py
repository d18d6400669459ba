# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The 50 % and 90 % dates on histories whose truth is known: what a file of another
company may look like."""

import math
import random
from statistics import fmean
from typing import NamedTuple

import pytest
from lateness_cases import on, row
from punctuality.backtest import backtest, pinball, replay
from punctuality.history import History, Settings

DAYS = 1600
START = 500  # the first day judged


class Truth(NamedTuple):
    """Lateness of a case: early and late by geometric numbers of days, else none."""

    early: float
    late: float
    days_early: float
    days_late: float

    def draw(self, chance):
        number = chance.random()
        if number < self.early:
            return -1 - int(chance.expovariate(1 / self.days_early))
        if number < self.early + self.late:
            return 1 + int(chance.expovariate(1 / self.days_late))
        return 0

    def quantile(self, level):
        """The smallest lateness with at least this share up to it."""
        assert level > self.early
        if 1 - level >= self.late:
            return 0
        # late by more than k days: late * exp(-k / days_late)
        return math.ceil(self.days_late * math.log(self.late / (1 - level)) - 1e-9)


def slow_waves(chance):
    """Punctuality comes and goes over a year or two."""
    shift = chance.uniform(0, 6)
    for day in range(DAYS):
        late = 0.3 + 0.2 * math.sin(day / 150 + shift)
        early = 0.2 + 0.15 * math.sin(day / 230 + 2 * shift)
        scale = 8 * math.exp(0.5 * math.sin(day / 190 + shift))
        yield day, [("v", Truth(early, late, 6, scale))]


def sudden_changes(chance):
    """Two vendors who change overnight, after some months, not at the same time."""
    until, now = {}, {}
    for day in range(DAYS):
        for vendor in "vw":
            if until.get(vendor, 0) <= day:
                until[vendor] = day + chance.randrange(90, 400)
                early = chance.uniform(0, 0.4)
                late = chance.uniform(0.12, 0.5)
                scale = chance.choice((2, 5, 12, 25))
                now[vendor] = Truth(early, late, 8, scale)
        yield day, list(now.items())


def vendors_come_and_go(chance):
    """A dozen vendors, each with a drift of its own; half of them start later."""
    known = {
        vendor: [
            chance.choice((0, chance.randrange(START))),
            chance.uniform(0, 0.4),
            chance.uniform(0.12, 0.4),
            chance.lognormvariate(2, 0.5),
        ]
        for vendor in range(1, 13)
    }
    for day in range(DAYS):
        present = []
        for vendor, (first, early, late, scale) in known.items():
            late = min(0.5, max(0.1, late * math.exp(chance.gauss(0, 0.02))))
            scale = min(30, max(2, scale * math.exp(chance.gauss(0, 0.02))))
            known[vendor][2:] = late, scale
            if first <= day and chance.random() < 0.2:
                present.append((vendor, Truth(early, late, 8, scale)))
        yield day, present


def history(kind, seed):
    """([row], {row: its truth}): some shipments a day, of one to four lines each."""
    chance = random.Random(seed)
    rows, truths = [], {}
    for day, vendors in kind(chance):
        for vendor, truth in vendors:
            # A shipment is of one fate, but for one line in three.
            together = truth.draw(chance)
            for part in range(chance.choice((1, 1, 2, 4))):
                late = truth.draw(chance) if chance.random() < 0.33 else together
                case = row(day, late, (vendor, part), vendor)
                case = case._replace(batch=(day, vendor, len(rows)))
                if part:
                    case = case._replace(batch=rows[-1].batch)
                rows.append(case)
                truths[case] = truth
    return rows, truths


def judged(rows, truths, numbers=None):
    """(share kept, loss in relation to that of the true quantiles)."""
    kept, loss, least = [], [], []
    for case, (estimate,) in replay(rows, on(START), (0.9,), numbers):
        late = (case.actual - case.scheduled).days
        kept.append(late <= estimate.days)
        loss.append(pinball(0.9, late, estimate.days))
        least.append(pinball(0.9, late, truths[case].quantile(0.9)))
    return fmean(kept), fmean(loss) / fmean(least)


@pytest.mark.parametrize("kind", [slow_waves, sudden_changes, vendors_come_and_go])
def test_the_share_kept_is_near_90_whatever_the_drift(kind):
    results = [judged(*history(kind, seed)) for seed in range(3)]
    shares, losses = zip(*results, strict=True)
    assert fmean(shares) == pytest.approx(0.9, abs=0.01)
    assert all(share == pytest.approx(0.9, abs=0.02) for share in shares)
    # Whoever knew the truth would not do much better.
    assert fmean(losses) < 1.12


# -- where most come on the day -------------------------------------------------------


def mostly_on_time(early, seed=1):
    """One in twenty is late, so many early; all others come on the day."""
    chance = random.Random(seed)
    truth = Truth(early, 0.05, 12, 10)
    return [row(day, truth.draw(chance), "v") for day in range(DAYS) for _i in "ab"]


def test_on_time_stays_on_time_where_most_come_on_the_day():
    """Two thirds on the day, 28 % before it: a date before it would be kept by far too
    few, so more than 90 % are."""
    answers = replay(mostly_on_time(0.28), on(START), (0.9,))
    assert {estimate.days for _case, (estimate,) in answers} == {0}


def test_on_time_becomes_early_where_nearly_as_many_come_before():
    """88.5 % come before their day and 95 % by it. The date given is one or the other
    by turns, so that in all 90 % are kept."""
    answers = replay(mostly_on_time(0.885), on(START), (0.9,))
    days = [estimate.days for _case, (estimate,) in answers]
    assert 0.2 < fmean(day < 0 for day in days) < 0.9
    kept = fmean(
        (case.actual - case.scheduled).days <= estimate.days
        for case, (estimate,) in answers
    )
    assert kept == pytest.approx(0.9, abs=0.015)


# -- odd files ------------------------------------------------------------------------


def test_all_on_time_is_on_time():
    rows = [row(day, 0, "v") for day in range(200)]
    for score in backtest(rows, on(100)):
        assert (score.kept, score.loss, score.unanswered) == (1, 0, 0)


@pytest.mark.parametrize("late", [-30, 7])
def test_all_late_or_early_by_the_same_days_is_foreseen(late):
    rows = [row(day, late, "v") for day in range(200)]
    for score in backtest(rows, on(100)):
        assert (score.kept, score.loss) == (1, 0)


def test_a_small_file_of_one_vendor_is_answered():
    """60 cases in all, of which the last 20 are judged: no more than a rough answer."""
    for seed in range(20):
        chance = random.Random(seed)
        rows = [row(day, chance.randrange(10), "v") for day in range(0, 240, 4)]
        score = backtest(rows, on(160), (0.9,))[0]
        assert score.judged + score.unanswered >= 20
        assert score.judged >= 18
        assert 0.6 <= score.kept <= 1


def test_everything_on_one_day_is_one_piece_of_news():
    """Five hundred planned for the same day: whatever their order, they move the level
    together, and none is answered from the others."""
    chance = random.Random(2)
    past = [row(day, chance.randrange(20), "v") for day in range(200)]
    crowd = [row(210, late % 40, "v") for late in range(500)]
    found = set()
    for rows in (past + crowd, past + crowd[::-1], crowd + past):
        history_ = History(rows)
        days = {
            estimate.days
            for case, (estimate,) in replay(rows, on(205), (0.9,))
            if case.scheduled == on(210)
        }
        history_.quantile(0.9, ("v",), on(240))
        found.add((*days, round(history_.corrected_level(0.9), 9)))
    assert len(found) == 1
    assert all(len(answer) == 2 for answer in found)


def test_nothing_known_later_changes_what_is_replayed():
    """Neither what came on the day asked about or later, nor what became of it."""
    rows, _truths = history(sudden_changes, 9)
    asked = on(900)
    told = [
        case._replace(actual=asked + (case.actual - asked) * 3)
        if case.actual >= asked
        else case
        for case in rows
    ]
    before, after = (
        [
            estimates
            for case, estimates in replay(some, on(START))
            if on(600) <= case.scheduled <= asked
        ]
        for some in (rows, told)
    )
    assert len(before) > 500
    assert before == after


def test_questions_in_between_change_no_answer():
    """Weeks lie between the shipments, and many answers are under way."""
    chance = random.Random(6)
    rows = [
        row(day, chance.randrange(-20, 40))
        for day in range(0, 700, 25)
        for _i in range(40)
    ]
    numbers = Settings(damping=0.05)
    straight, chatty = History(rows, numbers), History(rows, numbers)
    for day in range(300, 700):
        chatty.quantile(0.9, (), on(day))
    straight.quantile(0.9, (), on(700))
    assert chatty.corrected_level(0.9) == straight.corrected_level(0.9) != 0.9
