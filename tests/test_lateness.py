# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules of the 50 % and 90 % dates: the distribution of lateness and its judgement."""

import csv
import random
import subprocess
import sys
from datetime import date, timedelta
from importlib import util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
CALIBRATE = ROOT / "bench" / "calibrate.py"


def _load(name, path):
    # By path: importing the addon's package would ask for a whole Odoo.
    spec = util.spec_from_file_location(name, path)
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


lateness = _load(
    "promise_lateness",
    ROOT / "addons" / "stock_promise" / "promising" / "lateness.py",
)
History, Observation, Settings = (
    lateness.History,
    lateness.Observation,
    lateness.Settings,
)

DAY = date(2020, 1, 1)
PLAIN = Settings(corrected=())
FLAT = PLAIN._replace(half_life=1e15)


def on(day):
    return DAY + timedelta(days=day)


def row(scheduled, late, *keys):
    """A case planned for a day and late by days (None: not arrived)."""
    actual = None if late is None else on(scheduled + late)
    return Observation(on(scheduled), actual, keys)


def many(count, late, *keys, day=0):
    return [row(day, late, *keys) for _i in range(count)]


# -- the distribution ----------------------------------------------------------------


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
    life = int(PLAIN.half_life)
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
    curve = lateness._curve({1: 1.0, 3: 1.0, 6: 1.0}, {1: 1.0, 4: 1.0})
    assert [late for _share, late in curve] == [1, 3, 6]
    assert [share for share, _late in curve] == pytest.approx([1 / 5, 7 / 15, 1])


# -- too little history --------------------------------------------------------------


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


cases = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.one_of(st.none(), st.integers(-30, 60)),
        st.sampled_from("abc"),
    ),
    min_size=30,
    max_size=80,
)
SMALL = Settings(minimum=5, half_life=60, pooling=4, gain=0.05)


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
    history = History(many(30, 0))
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
        return 0.5 ** ((today - case[0]).days / numbers.half_life)

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


# -- the correction --------------------------------------------------------------------


def _drifting(seed=7, days=1500):
    """Lateness that grows all the time: what the past says is always too small."""
    chance = random.Random(seed)
    return [
        row(day, round(chance.expovariate(1 / (1 + day / 250))), "vendor")
        for day in range(days)
        for _i in range(3)
    ]


def _kept(rows, numbers):
    return lateness.backtest(rows, on(300), (0.9,), numbers)[0].kept


def test_the_correction_keeps_the_promised_share_where_the_data_drifts():
    rows = _drifting()
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
    history = History(_drifting(days=300))
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
    rows = _drifting(days=900)
    late = History(rows, calibrate_from=on(600))
    late.quantile(0.9, (), on(600))
    assert late.corrected_level(0.9) == 0.9
    late.quantile(0.9, (), on(900))
    full = History(rows)
    full.quantile(0.9, (), on(900))
    assert late.corrected_level(0.9) == pytest.approx(
        full.corrected_level(0.9), abs=0.02
    )


# -- bad questions ---------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, float("nan")])
def test_a_level_outside_0_and_1_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        History([]).quantile(level, ())


@pytest.mark.parametrize(
    "numbers", [{"half_life": 0}, {"half_life": -1}, {"pooling": -1}]
)
def test_senseless_settings_are_refused(numbers):
    with pytest.raises(ValueError, match="half_life"):
        History([], Settings(**numbers))


# -- the judgement ---------------------------------------------------------------------


def test_the_pinball_loss_weighs_late_by_the_level_and_early_by_the_rest():
    assert lateness.pinball(0.9, 10, 0) == pytest.approx(9)
    assert lateness.pinball(0.9, 0, 10) == pytest.approx(1)
    assert lateness.pinball(0.5, 4, 0) == lateness.pinball(0.5, 0, 4) == 2


def test_the_back_test_judges_every_row_not_fitted_once():
    rows = [row(day, 0, "v") for day in range(100)]
    rows += [row(45, 10, "v"), row(55, -10, "v"), row(60, None, "v")]
    fitted, judged = lateness.split(rows, on(50))
    assert (len(fitted), len(judged)) == (50, 52)
    (score,) = lateness.backtest(rows, on(50), (0.9,))
    assert (score.judged, score.unanswered) == (52, 0)
    # Kept: all but the one row 10 days late; its loss 0.9 * 10, the early one's
    # 0.1 * 10, over 52 rows.
    assert score.kept == pytest.approx(51 / 52)
    assert score.loss == pytest.approx((9 + 1) / 52)


def test_rows_without_an_answer_are_counted_apart():
    rows = [row(day, 0) for day in range(40)]
    (score,) = lateness.backtest(rows, on(1), (0.9,))
    assert (score.judged, score.unanswered) == (39 - 29, 29)


def test_fitted_once_does_not_learn_from_later_rows():
    rows = [row(day, 0) for day in range(60)] + [row(day, 9) for day in range(60, 120)]
    learning, frozen = (
        lateness.backtest(rows, on(60), (0.5,), PLAIN, frozen=frozen)[0]
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
        lateness.backtest(
            list(rows(batched)), on(300), (0.5,), FLAT._replace(pooling=1)
        )
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
    answers = lateness.replay(rows, on(200), (0.5,), FLAT._replace(pooling=0.01))
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
        lateness.backtest(rows, on(60), (0.5,), PLAIN, notice=notice)[0].kept
        for notice in (0, 30)
    )
    assert near > far


# -- the command -----------------------------------------------------------------------

HEADER = [
    "scheduled_date",
    "delivered_date",
    "vendor",
    "country",
    "shipment_mode",
    "product_group",
    "manufacturing_site",
    "quantity",
]


def _file(tmp_path, rows, header=HEADER):
    path = tmp_path / "deliveries.csv"
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def _deliveries(count=400, seed=1):
    chance = random.Random(seed)
    rows = []
    for day in range(count):
        late = chance.choice((0, 0, 0, 2, 5, -4, 20))
        rows.append(
            [
                on(day),
                on(day + late),
                f"V{day % 3}",
                "Côte d'Ivoire",
                "Air",
                "G",
                "S",
                1,
            ]
        )
    return rows


def _run(path, start="2020-07-01", *more):
    return subprocess.run(
        [sys.executable, CALIBRATE, "--csv", str(path), "--from", start, *more],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_prints_a_line_for_each_level(tmp_path):
    path = _file(tmp_path, _deliveries())
    done = _run(path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    calibrate = _load("promise_calibrate", CALIBRATE)
    rows = calibrate.read_rows(path)
    scores = calibrate.lateness.backtest(rows, date(2020, 7, 1), (0.9, 0.5))
    for score, name in zip(scores, ("90 %", "50 %"), strict=True):
        expected = (
            f"{name}: kept {score.kept * 100:.1f} %, pinball loss {score.loss:.2f} days"
        )
        assert expected in lines
        # At the start of a line once: what is compared stands further in.
        assert sum(line.startswith(name) for line in lines) == 1
    fitted, judged = lateness.split(rows, date(2020, 7, 1))
    assert f"fitted on {len(fitted)} rows" in done.stdout
    assert f"the other {len(judged)} rows" in done.stdout
    for name, _method in calibrate.BASELINES:
        assert name in done.stdout


def test_the_baselines_are_what_they_are_called(tmp_path):
    calibrate = _load("promise_calibrate", CALIBRATE)
    keys = [("k", (vendor, "c"), (vendor,)) for vendor in "ab"]
    fitted = [Observation(on(0), on(late), keys[0]) for late in range(40)]
    fitted += [Observation(on(0), on(0), keys[1]) for _i in range(20)]
    judged = [Observation(on(50), on(50), key) for key in keys]
    args = (fitted, judged, fitted + judged, 0.9)
    assert calibrate.baseline_global(*args) == [33, 33]
    assert calibrate.baseline_vendor(*args) == [35, 33]
    assert calibrate.baseline_rolling(*args) == [35, 33]


def test_a_row_not_delivered_yet_counts_as_open(tmp_path):
    rows = _deliveries()
    rows[350][1] = ""
    done = _run(_file(tmp_path, rows))
    assert done.returncode == 0
    assert "1 rows are not delivered yet" in done.stdout


def _fails(done, *words):
    assert done.returncode == 2
    assert not done.stdout
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_missing_column_is_named(tmp_path):
    header = [*HEADER[:2], "seller", *HEADER[3:]]
    _fails(_run(_file(tmp_path, _deliveries(), header)), "line 1", "vendor")


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("text", ["31/12/2012", "2012-02-30", "soon"])
def test_a_date_that_is_none_is_named_with_its_line(tmp_path, column, text):
    rows = _deliveries()
    rows[7][column] = text
    _fails(_run(_file(tmp_path, rows)), "line 9", HEADER[column], text)


def test_a_row_cut_short_or_too_long_is_named_with_its_line(tmp_path):
    rows = _deliveries()
    rows[3] = rows[3][:5]
    _fails(_run(_file(tmp_path, rows)), "line 5", "8 columns")
    rows = _deliveries()
    rows[3].append("more")
    _fails(_run(_file(tmp_path, rows)), "line 5", "8 columns")


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("")
    _fails(_run(path), "empty")
    _fails(_run(_file(tmp_path, [])), "no rows")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    _fails(_run(tmp_path / "none.csv"), "none.csv", "No such file")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\xff\xfe\x00\x01" * 20)
    _fails(_run(path), "not a UTF-8 text")


def test_a_start_without_rows_before_or_after_is_refused(tmp_path):
    path = _file(tmp_path, _deliveries())
    _fails(_run(path, "2013-01-01"), "nothing to fit")
    _fails(_run(path, "2033-01-01"), "nothing to judge", "2021-02-03")


@pytest.mark.parametrize("start", ["", "yesterday", "2013-13-01"])
def test_a_start_that_is_no_date_is_refused(tmp_path, start):
    _fails(_run(_file(tmp_path, _deliveries()), start), "--from")


def test_a_negative_notice_is_refused(tmp_path):
    path = _file(tmp_path, _deliveries())
    _fails(_run(path, "2020-07-01", "--notice=-1"), "--notice")
