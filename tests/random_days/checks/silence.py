# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""6: a step that leaves every date on the same day leaves no message, history row,
activity or mail of the suite."""

from .base import complaint

#: these are about promises themselves, which say what was done to them
TELLS = {
    "hold",
    "release",
    "extend",
    "confirm",
    "confirm many",
    "cancel",
    "back to quotation",
    "delete quotation",
    "by hand",
    "hold and release",
}
WHAT = (
    "messages on promises",
    "notes on orders",
    "rows of history",
    "activities",
    "mails",
)


def silence(view):
    """Nobody is told anything where nothing changed for the customer."""
    if not view.before or view.step.kind in TELLS or view.told == view.messages:
        return []
    if _said(view.before) != _said(view.after):
        return []
    more = [
        f"{after - before} {what}"
        for what, before, after in zip(WHAT, view.messages, view.told, strict=True)
        if after > before
    ]
    if not more:
        return []
    return [complaint(6, f"told without a reason: {', '.join(more)}")]


def _said(count):
    """What a customer or colleague could be told: promised days, risks, states."""
    books = count.books

    def day(moment, line):
        return moment and count.day(moment, line.warehouse)

    lines = {
        line.id: (
            day(line.promised, line),
            line.at_risk,
            day(line.feasible, line),
            line.status,
        )
        for line in books.lines.values()
    }
    states = {promise.id: promise.state for promise in books.promises.values()}
    return lines, states
