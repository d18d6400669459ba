# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""7: what is undone leaves profile, claims, days and status as before; a refused step
leaves the database as it was."""

from .base import complaint, near

#: kinds that do something and undo it
PAIRS = {
    "quantity and back",
    "hold and release",
    "vendor's date and back",
    "archive and back",
}

#: what a refused step may not change
TABLES = ("quants", "moves", "claims", "lines", "promises", "sale_lines", "orders")


def undone(view):
    """Pairs, and what was refused."""
    if not view.before:
        return []
    if view.refused:
        return _refused(view)
    if view.step.kind in PAIRS and "undone" in view.note:
        return _pair(view)
    return []


def _refused(view):
    before, after = view.before.books, view.after.books
    for name in (
        "quants",
        "moves",
        "claims",
        "lines",
        "promises",
        "sale_lines",
        "orders",
    ):
        if getattr(before, name) != getattr(after, name):
            return [complaint(7, f"a refused step changed something: {name}")]
    return []


def _pair(view):
    found = []
    count, again = view.before, view.after
    for product, warehouse in set(count.pairs_known()) | set(again.pairs_known()):
        rows = zip(
            count.profile(product, warehouse, 75),
            again.profile(product, warehouse, 75),
            strict=True,
        )
        if not all(
            near(one.projected, two.projected) and near(one.available, two.available)
            for one, two in rows
        ):
            found.append(
                complaint(7, f"undone, another profile: {view.day.name_of(product)}")
            )
    before, after = _days(count), _days(again)
    for id_, said in after.items():
        # a hold that was made and released leaves a released promise
        if id_ in before and before[id_] != said:
            line = again.books.lines[id_]
            found.append(
                complaint(
                    7,
                    f"undone, another promise: {view.day.name_of(line.product)}:"
                    f" {before[id_]} becomes {said}",
                )
            )
    return found


def _days(count):
    return {
        line.id: (
            line.promised and count.day(line.promised, line.warehouse).isoformat(),
            line.status,
            line.quantity,
            count.books.promises[line.promise].state,
        )
        for line in count.books.lines.values()
    }
