# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules of the 50 % and 90 % dates: the distribution of lateness."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lateness_cases import FLAT, PLAIN, SMALL, cases, many, on, row
from punctuality.history import History, Observation, Settings
from punctuality.pool import product_limit

# -- the distribution ------------------------------------------------------------------


def test_the_quantile_is_the_smallest_lateness_that_the_share_does_not_exceed():
    rows = [row(0, late) for late in range(100)]
    history = History(rows, PLAIN)
    assert history.quantile(0.5, ()).days == 49
    assert history.quantile(0.9, ()).days == 89
    assert history.quantile(0.91, ()).days == 90


def test_early_arrivals_give_a_date_before_the_planned_one():
    history = History([row(0, -late) for late in range(1, 101)], FLAT)
    assert history.quantile(0.5, ()).days == -51
    assert history.quantile(0.9, ()).days == -11


def test_a_group_with_much_history_speaks_for_itself():
    rows = many(500, 20, "slow") + many(500, 0, "fast")
    history = History(rows, PLAIN)
    assert history.quantile(0.5, ("slow",)).days == 20
    assert history.quantile(0.9, ("fast",)).days == 0


def test_a_group_with_little_history_leans_on_the_next_coarser_one():
    # Two late cases of the product; its vendor is on time, other vendors are not.
    rows = (
        many(2, 60, "product", "vendor")
        + many(400, 0, "other", "vendor")
        + many(400, 30, "third", "elsewhere")
    )
    estimate = History(rows, PLAIN).quantile(0.5, ("product", "vendor"))
    assert estimate.days == 0
    assert (estimate.source, estimate.count) == (1, 402)


def test_an_unknown_group_is_answered_from_everything_and_says_so():
    rows = many(50, 3, "product", "vendor")
    estimate = History(rows, PLAIN).quantile(0.9, ("new", False))
    assert estimate == (3, 50, 2, 1.0)


def test_a_falsy_key_is_no_group():
    rows = many(300, 9, False) + many(300, 0, "known")
    estimate = History(rows, PLAIN).quantile(0.5, (False,))
    assert (estimate.source, estimate.count) == (1, 600)


def test_the_same_key_at_another_place_is_another_group():
    # A vendor and a category may bear the same id.
    rows = many(300, 9, 7, 1) + many(300, 0, 8, 7)
    assert History(rows, PLAIN).quantile(0.5, (7, 1)).days == 9
    assert History(rows, PLAIN).quantile(0.5, (8, 7)).days == 0


def test_recent_cases_count_more_than_old_ones():
    rows = many(200, 0, "vendor", day=0) + many(60, 10, "vendor", day=365)
    assert History(rows, PLAIN).quantile(0.5, ("vendor",)).days == 10

    assert History(rows, FLAT).quantile(0.5, ("vendor",)).days == 0


def test_a_case_of_one_half_life_ago_counts_half():
    # 40 old at weight 1/2 against 19, then 21 new ones: the median changes sides.
    life = int(PLAIN.middle_half_life)
    for new, expected in ((19, 0), (21, 5)):
        rows = many(40, 0, day=0) + many(new, 5, day=life)
        assert History(rows, PLAIN).quantile(0.5, ()).days == expected


def test_what_is_overdue_counts_as_later_than_the_days_passed():
    # As of day 21: 60 on time, 40 of day 0 still missing. Ignoring them would call
    # everything on time; Kaplan-Meier leaves 40 % beyond what was seen.
    rows = many(60, 0) + many(40, None) + many(30, 25, day=-40)
    history = History(rows, FLAT)
    as_of = on(21)
    assert history.quantile(0.4, (), as_of).days == 0
    # 60/130 arrived at 0; then 30 of the 30 that remain at risk at 25 days.
    assert history.quantile(0.5, (), as_of).days == 25
    assert history.quantile(0.9, (), as_of).days == 25
    seen = [case for case in rows if case.actual]
    assert History(seen, FLAT).quantile(0.6, ()).days == 0


def test_the_product_limit_agrees_with_a_case_worked_by_hand():
    # At risk 5 at 1: 4/5 left. One leaves unseen after 1. At risk 3 at 3:
    # 4/5 * 2/3 = 8/15. One leaves after 4. At risk 1 at 6: nothing left.
    curve = product_limit({1: 1.0, 3: 1.0, 6: 1.0}, {1: 1.0, 4: 1.0})
    assert [late for _share, late in curve] == [1, 3, 6]
    assert [share for share, _late in curve] == pytest.approx([1 / 5, 7 / 15, 1])


# -- too little history ----------------------------------------------------------------


def test_too_little_history_gives_no_answer():
    assert History([]).quantile(0.9, ("vendor",)) is None
    assert History(many(29, 0)).quantile(0.9, ()) is None
    assert History(many(30, 0)).quantile(0.9, ()).days == 0


def test_open_cases_alone_are_no_history():
    rows = many(500, None)
    assert History(rows).quantile(0.9, (), on(100)) is None


def test_a_history_long_past_is_too_little():
    history = History(many(1000, 0))
    assert history.quantile(0.9, (), on(300)).days == 0
    assert history.quantile(0.9, (), on(3000)) is None


def test_a_higher_level_needs_more_recent_cases():
    # p / (1 - p): 99 cases for 99 %, 9 for 90 %.
    history = History(many(60, 0))
    assert history.quantile(0.9, ()) is not None
    assert history.quantile(0.99, ()) is None


# -- only what was known ---------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(cases, st.integers(20, 140), st.integers(0, 20), st.integers(1, 90))
def test_nothing_after_the_question_changes_its_answer(data, asked, notice, moved):
    rows = [row(*case) for case in data]
    future = []
    for case in rows:
        scheduled, actual, keys, _batch = case
        if actual and actual >= on(asked):
            actual = None if moved % 7 == 0 else actual + timedelta(days=moved)
        if scheduled >= on(asked) + timedelta(days=notice) and (
            not actual or actual >= on(asked)
        ):
            scheduled += timedelta(days=moved)
        future.append(Observation(scheduled, actual, keys))
    for level in (0.5, 0.9):
        answers = {
            History(some, SMALL, notice).quantile(level, ("a",), on(asked))
            for some in (rows, future)
        }
        assert len(answers) == 1


def test_an_arrival_of_the_day_itself_is_not_known_that_morning():
    history = History(many(30, 0), PLAIN)
    assert history.quantile(0.9, (), on(0)) is None
    assert history.quantile(0.9, (), on(1)).days == 0


@settings(max_examples=60, deadline=None)
@given(cases, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_of_questions_matters(data, chance):
    rows = [row(*case) for case in data]
    days = [on(day) for day in range(20, 140, 15)]
    history = History(rows, SMALL)
    expected = {day: history.quantile(0.9, ("a",), day) for day in days}
    shuffled = list(rows)
    chance.shuffle(shuffled)
    chance.shuffle(days)
    history = History(shuffled, SMALL)
    for day in days:
        found = history.quantile(0.9, ("a",), day)
        assert bool(found) == bool(expected[day])
        if found:
            assert found[:3] == expected[day][:3]
            assert found.share == pytest.approx(expected[day].share)


# -- against a plain model -------------------------------------------------------------


def _model(rows, level, keys, today, numbers):
    """The same by definition: every case and its weight, no running state."""
    known = []
    for scheduled, actual, names, _batch in rows:
        if actual and actual < today:
            known.append((min(scheduled, actual), scheduled, actual, names))
        elif scheduled < today:
            known.append((scheduled, scheduled, None, names))
    if sum(1 for case in known if case[2]) < numbers.minimum:
        return None

    def weight(case):
        return 0.5 ** ((today - case[0]).days / numbers.half_life_of(level))

    mass, left = [0.0] * len(known), 1.0
    for rank in range(len(keys) + 1):
        last = rank == len(keys)
        group = [
            i for i, case in enumerate(known) if last or case[3][rank] == keys[rank]
        ]
        total = sum(weight(known[i]) for i in group)
        if not group:
            continue
        part = left if last else left * total / (total + numbers.pooling)
        left -= part
        for i in group:
            mass[i] += part * weight(known[i]) / total
    if sum(map(weight, known)) < level / (1 - level):
        return None
    arrived = [(case[2] - case[1]).days if case[2] else None for case in known]
    remaining, answer = 1.0, None
    for lateness_ in sorted({late for late in arrived if late is not None}):
        risk = sum(
            m
            for m, late, case in zip(mass, arrived, known, strict=True)
            if (late if late is not None else (today - case[1]).days - 1) >= lateness_
        )
        hit = sum(m for m, late in zip(mass, arrived, strict=True) if late == lateness_)
        remaining *= 1 - hit / risk if risk > 1e-12 else 1
        answer = lateness_
        if 1 - remaining >= level - 1e-9:
            break
    return answer


@settings(max_examples=200, deadline=None)
@given(cases, st.integers(10, 200), st.sampled_from((0.37, 0.5, 0.83, 0.9)))
def test_the_running_state_agrees_with_the_definition(data, asked, level):
    numbers = SMALL._replace(corrected=())
    rows = [row(*case, 1 + (case[2] < "b")) for case in data]
    found = History(rows, numbers).quantile(level, ("a", 2), on(asked))
    expected = _model(rows, level, ("a", 2), on(asked), numbers)
    assert (found and found.days) == expected


@pytest.mark.parametrize("year", [1, 9998])
def test_a_mistyped_year_breaks_nothing(year):
    odd = Observation(date(year, 1, 1), date(year, 1, 9), ("vendor",))
    history = History([*many(50, 4, "vendor"), odd])
    assert history.quantile(0.9, ("vendor",), on(10)).days == 4
    assert history.quantile(0.9, ("vendor",), date(9999, 1, 1)) is None


def test_decades_of_history_do_not_wear_the_weights_out():
    # Hundreds of half-lives: the weights are rebased on the way.
    numbers = PLAIN._replace(half_life=1.0)
    rows = [row(day, day // 3000) for day in range(6000) for _i in range(40)]
    history = History(rows, numbers)
    assert history.quantile(0.9, (), on(2999)).days == 0
    assert history.quantile(0.9, (), on(5999)).days == 1


# -- bad questions ---------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, float("nan")])
def test_a_level_outside_0_and_1_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        History([]).quantile(level, ())


@pytest.mark.parametrize(
    "numbers",
    [
        {"half_life": 0},
        {"half_life": -1},
        {"middle_half_life": 0},
        {"pooling": -1},
    ],
)
def test_senseless_settings_are_refused(numbers):
    with pytest.raises(ValueError, match="half_life"):
        History([], Settings(**numbers))


def test_dates_that_cannot_be_meant_change_nothing():
    good = [Observation(on(day), on(day + day % 7), ("v",), None) for day in range(40)]
    nonsense = [
        Observation(planned, came, ("v",), None)
        for planned, came in (
            (date(1970, 1, 1), on(20)),
            (date(2999, 12, 31), on(20)),
            (on(20), date(2999, 12, 31)),
            (on(20), date(1970, 1, 1)),
            (on(20), on(20 + 731)),
            (date(1970, 1, 1), None),
        )
    ] * 2
    for level in (0.1, 0.5, 0.9):
        for day in (None, on(45)):
            clean = History(good).quantile(level, ("v",), day)
            assert clean == History(good + nonsense).quantile(level, ("v",), day)
            assert 0 <= clean.days <= 6
