# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What has to be true after each step. Each check answers with complaints, in words
that name what was expected and what is there."""

from typing import NamedTuple

from .count import SMALL

#: days of the profile that are compared
PROFILE_DAYS = 75


class View(NamedTuple):
    """A step, and the tables before and after it."""

    day: object
    step: object
    before: object  # Count, None at first
    after: object
    messages: tuple  # see Floor.messages
    note: str


def run(view):
    """[Complaint] of all checks."""
    found = []
    for check in CHECKS:
        found += check(view)
    return found


def complaint(check, words):
    from .day import Complaint

    return Complaint(check, words)


def near(one, other):
    return abs(one - other) < SMALL


# -- 1: reservations -------------------------------------------------------------


def reserved(view):
    """Reserved never exceeds what lies there, and is what the moves say."""
    books = view.after.books
    found = []
    for quant in books.quants:
        place = books.places[quant.place]
        if (
            place.usage == "internal"
            and quant.reserved > max(quant.quantity, 0) + SMALL
        ):
            found.append(
                complaint(
                    1,
                    f"more reserved than lies there: {quant.reserved:g} of"
                    f" {quant.quantity:g} in {place.name}",
                )
            )
    return found


def moved(view):
    """A reservation moves only to a promise that ranks before and has a date, and the
    loser still meets its day; otherwise only by a person's hand."""
    return []


# -- 2: the profile --------------------------------------------------------------


def profile(view):
    """The profile that the API gives is what the ledger says, day by day."""
    found = []
    asked = {}
    for product, warehouse in view.after.pairs_known():
        asked.setdefault(warehouse, []).append(product)
    for warehouse, products in asked.items():
        answer = view.day.floor.profile(products, warehouse, PROFILE_DAYS)
        for product in products:
            counted = view.after.profile(product, warehouse, PROFILE_DAYS)
            for row, balance in zip(answer[product], counted, strict=True):
                if near(row["projected"], balance.projected) and near(
                    row["available_to_promise"], balance.available
                ):
                    continue
                found.append(
                    complaint(
                        2,
                        f"profile is not the ledger: {view.day.name_of(product)} on"
                        f" {row['date']}: projected {row['projected']:g}, available"
                        f" {row['available_to_promise']:g}; counted"
                        f" {balance.projected:g}, {balance.available:g}",
                    )
                )
                break
    return found


# -- 5: states -------------------------------------------------------------------


def states(view):
    """State, status, delivered quantity and dates are what lines and deliveries say."""
    books = view.after.books
    found = []
    for line in books.lines.values():
        found += _delivered(view, line)
        before = view.before and view.before.books.lines.get(line.id)
        if before and before.first and line.first != before.first:
            found.append(
                complaint(
                    5,
                    f"the first promise moves: {view.day.name_of(line.product)} from"
                    f" {before.first} to {line.first}",
                )
            )
    for promise in books.promises.values():
        lines = [line for line in books.lines.values() if line.promise == promise.id]
        open_moves = [
            move
            for move in books.open_moves()
            if move.line in {line.id for line in lines}
            and books.places[move.final].usage == "customer"
        ]
        if promise.state == "done" and open_moves:
            found.append(complaint(5, f"done with open deliveries: {promise.name}"))
    return found


def _delivered(view, line):
    """What went to the customer less what came back."""
    books = view.after.books
    total = 0.0
    for move in books.moves.values():
        if move.line != line.id or move.state != "done" or move.product != line.product:
            continue
        source, dest = books.places[move.source].usage, books.places[move.dest].usage
        if dest == "customer" and source != "customer":
            total += move.reserved
        elif source == "customer" and dest != "customer":
            total -= move.reserved
    if not near(total / line.factor, line.delivered) and not view.day.is_kit(
        line.product
    ):
        return [
            complaint(
                5,
                f"delivered is not what left: {view.day.name_of(line.product)}:"
                f" {line.delivered:g}, but {total / line.factor:g} left",
            )
        ]
    return []


# -- 8: the watcher --------------------------------------------------------------


def watcher(view):
    """Run over everything once more, it changes nothing."""
    before = _watched(view.after.books)
    messages = view.day.floor.messages()
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
    told = view.day.floor.messages()
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


#: in this order: the last one changes what it finds
CHECKS = (reserved, moved, profile, states, watcher)
