# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""3: a promise is at risk exactly if its own supply is late, without a legitimate
grace."""

from .base import complaint


def risks(view):
    """Each line of a promise in force, with its goods pegged independently."""
    books, count = view.after.books, view.after
    expected = {}
    for product, warehouse in count.pairs_known():
        for line, late in count.late(product, warehouse).items():
            expected.setdefault(line, []).append(late)
    found = []
    for line in books.lines.values():
        promise = books.promises[line.promise]
        held = promise.state == "held" and promise.until > count.now
        if not line.promised or not (held or promise.state == "confirmed"):
            continue
        if line.delivered_date or line.short or view.day.kind_of(line) == "drop-ship":
            continue
        late = [one for one in expected.get(line.id, ()) if one]
        # What is still to be ordered may come in time. Of a receipt that is late
        # nobody can tell here whether it was ordered for it: tests of their own do.
        grace = count.can_be_ordered(line.id)
        postponed = count.postponed(line)
        if grace and late and not any("no known" in one for one in late):
            continue
        right = bool(postponed) or (bool(late) and not grace)
        if right != line.at_risk:
            why = "; ".join([*late, *postponed]) or "its goods are there in time"
            found.append(
                complaint(
                    3,
                    (
                        "at risk, and should not be"
                        if line.at_risk
                        else "not at risk, and should be"
                        + (" (its delivery was put off)" if postponed else "")
                    )
                    + f": {view.day.name_of(line.product)} of {promise.name}"
                    f" ({line.quantity:g}): {why}",
                )
            )
    return found
