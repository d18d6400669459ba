# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random working days, checked by an independent ledger after each step.

`make random-days DAYS=2000 SEED=7` plays more of them, and others. A day that fails is
shortened and printed as a list that a person can click through.
"""

import os

import pytest
from random_days.run import play_days, prove, tell

DAYS = int(os.environ.get("RANDOM_DAYS", "60"))
STEPS = 15
WORKERS = 2


@pytest.fixture(scope="module")
def tally(templates):
    seeds = [f"test/{number}" for number in range(1, DAYS + 1)]
    return play_days(
        templates,
        os.environ["PROMISE_DESK_SUITE_DATABASE"],
        seeds,
        workers=WORKERS,
        steps=STEPS,
    )


def test_after_each_step_the_ledger_and_the_suite_say_the_same(tally, capsys):
    with capsys.disabled():
        print("\n" + tally.words())
    assert not tally.failures, "\n\n".join(tell(outcome) for outcome in tally.failures)


def test_the_days_are_worth_it(tally):
    """Most steps are played, few are refused, and no kind of step is never drawn."""
    assert tally.days == DAYS
    assert tally.steps > DAYS * STEPS * 0.9
    assert tally.refused < tally.steps * 0.25


@pytest.fixture(scope="module")
def proven(templates):
    return prove(templates, os.environ["PROMISE_DESK_SUITE_DATABASE"])


def test_without_a_fault_no_check_complains(proven):
    assert proven[""] == []


def test_each_check_notices_the_fault_made_for_it(proven):
    faults = {name: words for name, words in proven.items() if name}
    assert faults
    assert [name for name, words in faults.items() if not words] == []
