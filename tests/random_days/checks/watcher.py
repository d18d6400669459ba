# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""8: the watcher, run over everything once more, changes nothing."""

from .base import complaint


def watcher(view):
    """Run over everything once more, it changes nothing."""
    day, books = view.day, view.after.books
    before, messages = _watched(books.lines), view.told
    day.floor.watch(day.product_ids())
    lines = books.lines_now()
    found = []
    for key, value in _watched(lines).items():
        if before.get(key) != value:
            found.append(
                complaint(
                    8,
                    "the watcher changes something:"
                    f" {day.name_of(lines[key].product)}:"
                    f" {before.get(key)} becomes {value}",
                )
            )
    told = day.floor.messages(day.product_ids())
    if told != messages and not found:
        found.append(
            complaint(8, f"the watcher tells something: {messages} becomes {told}")
        )
    if not found and lines == books.lines:
        day.latest = view.after, told
    return found


def _watched(lines):
    return {
        line.id: (line.at_risk, line.feasible, line.cause, line.status, line.promised)
        for line in lines.values()
    }
