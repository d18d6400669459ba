# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""5: state, status, delivered quantity and dates are what the lines of orders and their
deliveries say; nothing is done with something open; the first promise never moves."""

from datetime import timedelta

from ..count import SMALL
from .base import complaint, near


def states(view):
    """All promises of the day."""
    books = view.after.books
    found = []
    for line in books.lines.values():
        found += _line(view, line)
    for promise in books.promises.values():
        found += _promise(view, promise)
    for sold in books.sale_lines.values():
        found += _sold(view, sold)
    return found


def deliveries(view, line):
    """[(moment, quantity in the line's unit)] of what went to the customer, what came
    back counted against it."""
    books = view.after.books
    steps = []
    for move in books.moves.values():
        if move.line != line.id or move.state != "done" or move.product != line.product:
            continue
        source, dest = books.places[move.source].usage, books.places[move.dest].usage
        if dest == "customer" and source != "customer":
            steps.append((move.date, move.reserved / line.factor))
        elif source == "customer" and dest != "customer":
            steps.append((move.date, -move.reserved / line.factor))
    return sorted(steps)


def _line(view, line):
    name = view.day.name_of(line.product)
    found = []
    before = view.before and view.before.books.lines.get(line.id)
    if before and before.first and line.first != before.first:
        found.append(
            complaint(
                5,
                f"the first promise moves: {name} from {before.first} to {line.first}",
            )
        )
    if view.day.is_kit(line.product):
        return found
    steps = deliveries(view, line)
    total = sum(quantity for __, quantity in steps)
    if not near(total, line.delivered):
        found.append(
            complaint(
                5,
                f"delivered is not what left: {name}: {line.delivered:g}, but {total:g}"
                " left",
            )
        )
    found += _status(view, line, name)
    return found


def _status(view, line, name):
    promise = view.after.books.promises[line.promise]
    if line.short:
        right = "broken"
    elif line.delivered_date:
        kept = line.promised and (
            view.after.day(line.delivered_date, line.warehouse)
            <= view.after.day(line.promised, line.warehouse)
        )
        right = "kept" if kept else "broken"
    elif promise.state in ("held", "confirmed"):
        right = "at_risk" if line.at_risk or not line.promised else "on_time"
    else:
        right = None
    if line.status != right:
        return [
            complaint(5, f"status is not right: {name}: {line.status}, not {right}")
        ]
    return []


def _promise(view, promise):
    books = view.after.books
    lines = [line for line in books.lines.values() if line.promise == promise.id]
    own = {line.id for line in lines}
    leaving = [
        move
        for move in books.open_moves()
        if move.line in own and books.places[move.final].usage == "customer"
    ]
    if promise.state == "done" and leaving:
        return [complaint(5, f"done with open deliveries: {promise.name}")]
    if promise.state == "confirmed" and lines and not leaving:
        settled = all(
            line.short
            or sum(quantity for __, quantity in deliveries(view, line))
            >= line.quantity - SMALL
            for line in lines
            if not view.day.is_kit(line.product)
        )
        whole = len(lines) == books.line_counts.get(promise.id)
        if settled and whole and not view.day.has_kits():
            return [complaint(5, f"confirmed with nothing open: {promise.name}")]
    return []


def _sold(view, sold):
    """An order's line and its promise say the same."""
    books = view.after.books
    line = books.lines.get(sold.promise_line)
    if not line:
        return []
    name = view.day.name_of(sold.product)
    promise = books.promises[line.promise]
    found = []
    if sold.state == "sale" and promise.state in ("confirmed", "done"):
        if not near(sold.quantity, line.quantity):
            found.append(
                complaint(
                    5,
                    f"promised is not what is ordered: {name}: {line.quantity:g}, but"
                    f" {sold.quantity:g} are ordered",
                )
            )
    if promise.state in ("held", "confirmed") and sold.promised != line.promised:
        found.append(
            complaint(
                5,
                f"the order's line has another date: {name}: {sold.promised}, promised"
                f" {line.promised}",
            )
        )
    found += _planned(view, line, name)
    return found


def _planned(view, line, name):
    """What leaves is due on the day for which it is promised to leave."""
    books = view.after.books
    if not line.ship:
        return []
    for move in books.open_moves():
        if move.line != line.id or move.part or not move.deadline:
            continue
        if books.places[move.dest].usage != "customer" or move.returned:
            continue
        if abs(move.deadline - line.ship) > timedelta(days=1):
            return [
                complaint(
                    5,
                    f"the deadline is not the promised shipment: {name}:"
                    f" {move.deadline}, promised {line.ship}",
                )
            ]
    return []
