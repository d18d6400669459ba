"""Counting: what `make test` says must be what happened."""

import pytest

from workbench import logcheck, testing

HEAD = "2026-01-01 10:00:00,000 12 {} db odoo.addons.{}: {} "


@pytest.fixture
def log(tmp_path):
    """A function that writes a log of (level, logger, message) and names it."""

    def write(*lines):
        path = tmp_path / "odoo.log"
        path.write_text("".join(HEAD.format(*line) + "\n" for line in lines if line[0]))
        return path

    return write


def test_tests_are_counted_by_addon(log):
    path = log(
        ("INFO", "one.tests.test_a", "Starting TestA.test_x ..."),
        ("INFO", "one.tests.test_a", "Starting TestA.test_y ..."),
        ("INFO", "one.tests.test_b", "Starting TestA.test_x ..."),
        ("INFO", "two.tests.test_a", "Starting TestA.test_x ..."),
        ("INFO", "two.tests.test_a", "skipped TestA.test_x : no browser"),
    )
    count = logcheck.count(path)
    assert {addon: len(names) for addon, names in count.started.items()} == {
        "one": 3,
        "two": 1,
    }
    assert (count.passed, count.failed, len(count.skipped)) == (3, 0, 1)


def test_two_failing_subtests_are_one_failed_test(log):
    path = log(
        ("INFO", "one.tests.test_a", "Starting TestA.test_x ..."),
        ("ERROR", "one.tests.test_a", "FAIL: Subtest TestA.test_x (case=1)"),
        ("ERROR", "one.tests.test_a", "FAIL: Subtest TestA.test_x (case=2)"),
        ("INFO", "one.tests.test_a", "Starting TestA.test_y ..."),
    )
    count = logcheck.count(path)
    assert (count.passed, count.failed) == (1, 1)
    assert logcheck.problems(path) == []


def test_a_broken_class_set_up_counts_as_failed(log):
    path = log(("ERROR", "one.tests.test_a", "ERROR: setUpClass (odoo.addons.one.X)"))
    assert logcheck.count(path).failed == 1


def test_two_broken_class_set_ups_are_two(tmp_path):
    path = tmp_path / "odoo.log"
    path.write_text(
        "".join(
            "2026-01-01 10:00:00,000 12 ERROR db odoo.tests.suite:"
            f" ERROR: setUpClass (odoo.addons.one.tests.test_a.{name})\n"
            for name in ("A", "B")
        )
    )
    assert logcheck.count(path).failed == 2


def test_a_warning_of_ours_is_a_problem_and_stock_odoos_deprecations_are_not(log):
    ours = f"{testing.paths.ADDONS}/one/models/a.py:3: DeprecationWarning: old"
    path = log(
        ("WARNING", "one.models.a", "something odd"),
        ("INFO", "one.models.a", "all is well"),
        ("ERROR", "one.models.a", "worse"),
    )
    with path.open("a") as handle:
        for text in ("/usr/lib/odoo/x.py:1: DeprecationWarning: old", ours):
            handle.write(f"2026-01-01 10:00:00,000 1 WARNING db py.warnings: {text}\n")
    found = [problem.message for problem in logcheck.problems(path)]
    assert found == ["something odd", "worse", ours]


def test_a_traceback_stays_with_its_record(log):
    path = log(("ERROR", "one.models.a", "broken"))
    with path.open("a") as handle:
        handle.write("Traceback (most recent call last):\n  ValueError\n")
    (problem,) = logcheck.problems(path)
    assert "ValueError" in problem.text


class Known:
    has_tests = True


def count(outcome, log, names, code=0):
    runner = testing.Runner.__new__(testing.Runner)
    runner.known = dict.fromkeys(names, Known())
    runner._count(outcome, names, log, code)


def test_an_addon_whose_tests_did_not_run_fails(log):
    path = log(("INFO", "one.tests.test_a", "Starting TestA.test_x ..."))
    outcome = testing.Outcome("x")
    count(outcome, path, ["one", "two"])
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert "not one of the tests of two ran" in outcome.notes[0]


def test_an_odoo_that_crashes_fails_though_no_test_did(log):
    path = log(("INFO", "one.tests.test_a", "Starting TestA.test_x ..."))
    outcome = testing.Outcome("x")
    count(outcome, path, ["one"], code=255)
    assert outcome.failed == 1


def test_pytests_report_is_added(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite tests="6" failures="1" errors="1" skipped="1">'
        '<testcase name="test_s"><skipped message="no compose"/></testcase>'
        "</testsuite></testsuites>"
    )
    outcome = testing.Outcome("tests")
    testing.read_report(outcome, report, 1)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (3, 2, 1)
    assert outcome.notes == ["skipped test_s: no compose"]


@pytest.mark.parametrize(("code", "exists"), [(3, True), (1, False)])
def test_a_pytest_that_broke_off_fails(tmp_path, code, exists):
    report = tmp_path / "report.xml"
    if exists:
        report.write_text('<testsuite tests="1" failures="0" errors="0" skipped="0"/>')
    outcome = testing.Outcome("tests")
    testing.read_report(outcome, report, code)
    assert outcome.failed == 1


def test_the_totals_are_the_last_line_and_decide_the_exit_code(capsys):
    good = testing.Outcome("a", passed=2, skipped=1)
    bad = testing.Outcome("b", passed=1, failed=1, notes=["what went wrong"])
    assert testing.close([good]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 passed, 0 failed, 1 skipped"
    assert testing.close([good, bad]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "3 passed, 1 failed, 1 skipped"
    assert "--- b: what went wrong" in lines
    assert testing.close([]) == 1, "nothing run is nothing proved"


def test_shares_are_even_and_complete():
    class Addon:
        def __init__(self, weight):
            self.weight = weight

    known = {name: Addon(w) for name, w in zip("abcd", (10, 6, 5, 1), strict=True)}
    original, testing._weight = testing._weight, lambda addon: addon.weight
    try:
        assert testing.shares(list(known), known, 2) == [["a", "d"], ["b", "c"]]
        assert testing.shares(["a"], known, 2) == [["a"]]
        assert testing.shares([], known, 2) == []
    finally:
        testing._weight = original
