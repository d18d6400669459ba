# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two people at the same moment: the request of one has begun when the other's is
carried out."""

from ..desk import Hidden, Refused
from .base import KINDS, Kind

#: steps of which both may be one
SHORT = (
    "hold",
    "confirm",
    "quantity",
    "delivery date",
    "release",
    "vendor's date",
    "count",
    "reserve",
    "receive",
    "deliver",
    "cancel",
    "promise again",
)


class Meanwhile(Kind):
    name = "meanwhile"
    weight = 1.5
    who = ("two people",)

    def draw(self, day, dice):
        drawn = []
        for __ in range(12):
            kind = KINDS[dice.choice(SHORT)]
            arguments = kind.draw(day, dice)
            who = dice.choice(kind.who)
            if arguments is None or who in [one["who"] for one in drawn]:
                continue
            drawn.append({"kind": kind.name, "who": who, "arguments": arguments})
            if len(drawn) == 2:
                return {"steps": drawn}
        return None

    def play(self, day, step):
        first, second = (step._replace(**one) for one in step.arguments["steps"])
        notes = []
        day.person(first.who).between = lambda: notes.append(self._one(day, second))
        try:
            notes.append(self._one(day, first))
        finally:
            day.person(first.who).between = None
        return "; ".join(note for note in notes if note)

    def _one(self, day, step):
        try:
            return KINDS[step.kind].play(day, step) or ""
        except Hidden:
            return "not offered"
        except Refused as refused:
            return f"told: {refused}"

    def words(self, arguments):
        first, second = (
            f"{one['who']}: {KINDS[one['kind']].words(one['arguments'])}"
            for one in arguments["steps"]
        )
        return f"at the same moment {first} | {second}"
