# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""8: the watcher, run over everything once more, changes nothing."""

from .base import complaint


def watcher(view):
    """Run over everything once more, it changes nothing."""
    before = _watched(view.after.books)
    messages = view.day.floor.messages(view.day.product_ids())
    view.day.floor.watch(view.day.product_ids())
    again = view.day.count()
    found = []
    after = _watched(again.books)
    for key, value in after.items():
        if before.get(key) != value:
            line = again.books.lines[key]
            found.append(
                complaint(
                    8,
                    f"the watcher changes something: {view.day.name_of(line.product)}:"
                    f" {before.get(key)} becomes {value}",
                )
            )
    told = view.day.floor.messages(view.day.product_ids())
    if told != messages and not found:
        found.append(
            complaint(8, f"the watcher tells something: {messages} becomes {told}")
        )
    return found


def _watched(books):
    return {
        line.id: (line.at_risk, line.feasible, line.cause, line.status, line.promised)
        for line in books.lines.values()
    }
