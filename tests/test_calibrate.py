# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command that judges the 50 % and 90 % dates on a file of deliveries."""

import csv
import random
import subprocess
import sys
from datetime import date

import pytest
from lateness_cases import ROOT, on
from punctuality.backtest import backtest, replay, split
from punctuality.history import Observation

CALIBRATE = ROOT / "bench" / "calibrate.py"
sys.path.append(str(CALIBRATE.parent))

import baselines  # noqa: E402
import calibrate  # noqa: E402

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
    rows = calibrate.read_rows(path)
    scores = backtest(rows, date(2020, 7, 1), (0.9, 0.5))
    for score, name in zip(scores, ("90 %", "50 %"), strict=True):
        expected = (
            f"{name}: kept {score.kept * 100:.1f} %, pinball loss {score.loss:.2f} days"
        )
        assert expected in lines
        # At the start of a line once: what is compared stands further in.
        assert sum(line.startswith(name) for line in lines) == 1
    fitted, judged = split(rows, date(2020, 7, 1))
    assert f"fitted on {len(fitted)} rows" in done.stdout
    assert f"the other {len(judged)} rows" in done.stdout
    for name, _method in baselines.BASELINES:
        assert name in done.stdout


def test_make_calibrate_runs_it(tmp_path):
    folder = tmp_path / "some files"
    folder.mkdir()
    path = _file(folder, _deliveries())
    done = subprocess.run(
        ["make", "--no-print-directory", "calibrate", f"CSV={path}", "FROM=2020-07-01"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == _run(path).stdout


def test_the_splits_are_of_each_quarter_and_whole_years():
    rows = [Observation(on(day), on(day), ()) for day in (0, 800)]  # to March 2022
    found = calibrate.windows(rows, date(2020, 7, 1))
    assert found == [
        (date(2020, 7, 1), date(2021, 7, 1)),
        (date(2020, 10, 1), date(2021, 10, 1)),
        (date(2021, 1, 1), date(2022, 1, 1)),
        (date(2021, 4, 1), date(2022, 4, 1)),
    ]
    found = calibrate.windows(rows, date(2020, 1, 1))
    assert (date(2020, 1, 1), date(2022, 1, 1)) in found


def test_a_split_is_judged_by_its_rows_alone(tmp_path):
    """Over one year, as far as the file goes: the same as the judgement from there."""
    path = _file(tmp_path, _deliveries(550))  # to the 3rd of July 2021
    rows = calibrate.read_rows(path)
    start = date(2020, 7, 1)
    answers = dict(replay(rows, date(2020, 1, 1)))
    nine, half = calibrate.scores(rows, answers, start, date(2022, 1, 1))
    assert [nine[""], half[""]] == backtest(rows, start, (0.9, 0.5))
    _fitted, judged = split(rows, start)
    shorter, _half = calibrate.scores(rows, answers, start, date(2021, 1, 1))
    assert shorter[""].judged == sum(case.scheduled.year == 2020 for case in judged)
    done = _run(path, "2020-07-01", "--splits")
    assert done.returncode == 0, done.stderr
    line = next(text for text in done.stdout.splitlines() if text.startswith("2020-07"))
    year = calibrate.scores(rows, answers, start, date(2021, 7, 1))[0].pop("")
    assert f"2021-07-01  {year.judged:5}  {year.kept * 100:4.1f}%" in line
    assert "1 splits: kept " in done.stdout


def test_splits_need_a_year(tmp_path):
    done = _run(_file(tmp_path, _deliveries()), "2020-07-01", "--splits")
    assert done.returncode == 2
    assert "less than a year" in done.stderr
    assert not done.stdout


def test_the_baselines_are_what_they_are_called(tmp_path):
    keys = [("k", (vendor, "c"), (vendor,)) for vendor in "ab"]
    fitted = [Observation(on(0), on(late), keys[0]) for late in range(40)]
    fitted += [Observation(on(0), on(0), keys[1]) for _i in range(20)]
    judged = [Observation(on(50), on(50), key) for key in keys]
    args = (fitted, judged, fitted + judged, 0.9)
    assert baselines.baseline_global(*args) == [33, 33]
    assert baselines.baseline_vendor(*args) == [35, 33]
    assert baselines.baseline_rolling(*args) == [35, 33]


def test_a_row_not_delivered_yet_counts_as_open(tmp_path):
    rows = _deliveries()
    rows[350][1] = ""
    done = _run(_file(tmp_path, rows))
    assert done.returncode == 0
    assert "1 rows are not delivered yet" in done.stdout


def test_what_is_missing_past_its_date_counts_as_not_kept(tmp_path):
    """Of 100 judged on the day nine come, the tenth never does. The last of them may
    still come on the day."""
    rows = _deliveries(300)
    for day, cells in enumerate(rows):
        cells[1] = "" if day >= 200 and day % 10 == 9 else on(day)
    rows.append([on(300), "", *rows[0][2:]])
    rows.append([on(300), on(300), *rows[0][2:]])
    path = _file(tmp_path, rows)
    start = on(200).isoformat()
    assert calibrate.kept_of_all(calibrate.read_rows(path), on(200)) == [
        pytest.approx(91 / 101),
        pytest.approx(91 / 101),
    ]
    done = _run(path, start)
    assert "90 %: kept 100.0 %" in done.stdout
    assert "\n  90 % with those missing past it: kept 90.1 %\n" in done.stdout


def test_without_enough_history_it_says_so(tmp_path):
    path = _file(tmp_path, _deliveries(12))
    done = _run(path, "2020-01-06")
    assert "\n90 %: no answer, too little history\n" in done.stdout
    path = _file(
        tmp_path, [[on(day * 40), on(day * 40), *"vcmgs1"] for day in range(20)]
    )
    done = _run(path, "2020-03-01", "--splits")
    assert done.returncode == 0, done.stderr
    assert "too little history" in done.stdout
    assert " splits: kept" not in done.stdout


def test_a_reader_may_stop_reading(tmp_path):
    path = _file(tmp_path, _deliveries())
    command = [sys.executable, CALIBRATE, "--csv", str(path), "--from", "2020-07-01"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")


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


def test_without_a_file_it_says_which_file_is_wanted(capsys):
    assert calibrate.main([]) == 2
    said = capsys.readouterr().err
    assert "make calibrate CSV=deliveries.csv" in said
    assert "scheduled_date" in said
    assert "usage" not in said


def test_without_a_first_day_the_last_third_is_judged(tmp_path, capsys):
    path = _file(tmp_path, _deliveries(300))
    assert calibrate.main(["--csv", str(path)]) == 0
    said = capsys.readouterr().out
    assert f"judged from {on(200)} on" in said
    assert "FROM=" in said


def test_rows_whose_dates_cannot_be_meant_are_left_out_and_said(tmp_path, capsys):
    rows = _deliveries(300)
    clean = _file(tmp_path, rows)
    results = calibrate.calibrate(clean, on(200))
    nonsense = [
        [planned, came, *rows[0][2:]]
        for planned, came in (
            ("1970-01-01", on(150)),
            (on(150), "2999-12-31"),
            ("2999-12-31", on(150)),
            (on(150), "1970-01-01"),
            ("1970-01-01", ""),
        )
        * 20
    ]
    messy = _file(tmp_path, rows + nonsense)
    assert calibrate.calibrate(messy, on(200)) == results
    assert "100 of 400 rows left out" in capsys.readouterr().out
    with pytest.raises(calibrate.InputError, match="in no row"):
        calibrate.calibrate(_file(tmp_path, nonsense), on(200))
