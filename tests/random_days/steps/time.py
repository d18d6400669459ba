# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Time alone, and the scheduled jobs that it brings."""

from datetime import timedelta

from ..company import PLANNER
from .base import Kind


class Wait(Kind):
    name = "wait"
    over_http = True
    weight = 3
    who = (PLANNER,)

    def draw(self, day, dice):
        return {"hours": dice.choice([1, 5, 12, 24, 26, 49, 72, 120])}

    def play(self, day, step):
        day.clock.move(day.clock.now + timedelta(hours=step.arguments["hours"]))
        day.floor.jobs()

    def words(self, arguments):
        return f"wait for {arguments['hours']} hours; the hourly jobs run"
