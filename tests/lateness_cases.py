# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Past cases for the tests of the 50 % and 90 % dates."""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
# The package stands alone; importing its addon would ask for a whole Odoo.
sys.path.insert(0, str(ROOT / "addons" / "promise_statistics"))

from punctuality.history import Observation, Settings  # noqa: E402

DAY = date(2020, 1, 1)
PLAIN = Settings(corrected=())
FLAT = PLAIN._replace(half_life=1e15, middle_half_life=1e15)
SMALL = Settings(minimum=5, half_life=60, middle_half_life=40, pooling=4, gain=0.05)

cases = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.one_of(st.none(), st.integers(-30, 60)),
        st.sampled_from("abc"),
    ),
    min_size=30,
    max_size=80,
)


def on(day):
    return DAY + timedelta(days=day)


def row(scheduled, late, *keys):
    """A case planned for a day and late by days (None: not arrived)."""
    actual = None if late is None else on(scheduled + late)
    return Observation(on(scheduled), actual, keys)


def many(count, late, *keys, day=0):
    return [row(day, late, *keys) for _i in range(count)]


def drifting(seed=7, days=1500):
    """Lateness that grows all the time: what the past says is always too small."""
    chance = random.Random(seed)
    return [
        row(day, round(chance.expovariate(1 / (1 + day / 250))), "vendor")
        for day in range(days)
        for _i in range(3)
    ]
