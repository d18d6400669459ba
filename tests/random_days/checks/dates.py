# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""4: dates that are given in a step fall on the day that brute force finds."""

from collections import defaultdict
from datetime import timedelta

from ..count import DAY, SMALL
from .base import complaint

#: steps in which new promises are made, for orders that had none
GIVE = {"hold", "confirm"}
#: days that are tried
FAR = 120
#: products whose dates rest on what lies there, comes, and can be bought
SIMPLE = ("stocked", "bought")


def dates(view):
    """Promises that did not exist before, of products that are simply bought."""
    if not view.before or view.step.kind not in GIVE or view.refused:
        return []
    new = [
        line
        for id_, line in sorted(view.after.books.lines.items())
        if id_ not in view.before.books.lines
    ]
    if not new or len({line.promise for line in new}) > 1:
        return []
    if not all(_is_simple(view, line) for line in new):
        return []
    taken = defaultdict(lambda: defaultdict(float))
    answers = [_answer(view, line, taken) for line in new]
    policy = view.day.policy(view.step.arguments["order"])
    if policy == "one":
        common = (
            None
            if any(None in days for days in answers)
            else {max(max(days) for days in answers)}
        )
        answers = [common or {None}] * len(answers)
    found = []
    for line, days in zip(new, answers, strict=True):
        promised = line.promised and view.after.day(line.promised, line.warehouse)
        if promised not in days:
            right = " or ".join(sorted(str(day) for day in days))
            found.append(
                complaint(
                    4,
                    f"another day than by trial: {view.day.name_of(line.product)}"
                    f" ({line.quantity:g}): {promised}, not {right}",
                )
            )
    return found


def _is_simple(view, line):
    """Whether all that counts is known here: no calendar, no rule besides, at most the
    vendor that the day's planner has entered."""
    kind = view.day.kind_of(line)
    sellers = view.before.books.sellers.get(line.product, [])
    known = 1 if kind == "bought" else 0
    return (
        kind in SIMPLE
        and line.warehouse == view.day.company.warehouses["WH"]
        and len(sellers) == known
        and line.product in view.before.books.active
        and not view.day.has_route(line)
    )


def _answer(view, line, taken):
    """{day}: the first day on which it harms nobody, or None. What can be bought helps
    from the day on that it takes; it is noted what this line takes."""
    count, product, warehouse = view.before, line.product, line.warehouse
    on_hand, supply, demand = count.flows(product, warehouse)
    today = count.today(warehouse)
    balances, balance = {}, on_hand
    for offset in range(FAR):
        day = today + offset * DAY
        balance += supply.get(day, 0.0) - demand.get(day, 0.0)
        balance -= taken[product].get(day, 0.0)
        balances[day] = balance
    wanted = line.quantity * line.factor
    lead = view.day.lead_of(product)
    first = count.day(count.now + timedelta(days=lead), warehouse)
    if line.requested and line.requested > count.now:
        first = max(first, count.day(line.requested, warehouse))
    sellers = view.before.books.sellers.get(product, [])
    bought = None
    if sellers:
        bought = count.day(count.now + timedelta(days=sellers[0]), warehouse)
    found = set()
    for until_bought in (False, True):
        for day in sorted(balances):
            if day < first:
                continue
            if bought and day >= bought:
                found.add(day)
                break
            later = [
                left
                for other, left in balances.items()
                # others that go short later can have what is bought for them
                if other >= day and not (until_bought and bought and other >= bought)
            ]
            if min(later) >= wanted - SMALL:
                found.add(day)
                break
    if found:
        taken[product][min(found)] += wanted
    return found or {None}
