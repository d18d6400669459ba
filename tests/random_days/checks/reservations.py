# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""1: reservations move only to a promise that ranks before and has a counted date, and
the loser still meets its day; otherwise only by a person's hand."""

from ..count import SMALL
from .base import complaint

#: the person decides by these which goods go where
BY_HAND = {"by hand", "backorder", "type a quantity", "unreserve", "deliver", "receive"}
#: goods vanish from the shelf by these
SHRINKS = {"count", "scrap", "deliver", "expiry", "return", "make", "unbuild"}


def reserved(view):
    """Reserved never exceeds what lies there: what a person types in stock Odoo's own
    form apart, it is the system's to see to."""
    if view.step.kind in ("type a quantity", "deliver"):
        return []
    books = view.after.books
    before = {
        quant.id: quant.reserved - max(quant.quantity, 0)
        for quant in (view.before.books.quants if view.before else ())
    }
    found = []
    for quant in books.quants:
        place = books.places[quant.place]
        over = quant.reserved - max(quant.quantity, 0)
        if place.usage == "internal" and over > max(before.get(quant.id, 0), 0) + SMALL:
            found.append(
                complaint(
                    1,
                    f"more reserved than lies there: {quant.reserved:g} of"
                    f" {quant.quantity:g} in {place.name}",
                )
            )
    return found


def moved(view):
    """Who lost goods, and to whom."""
    if not view.before or view.step.kind in BY_HAND:
        return []
    found = []
    for product, warehouse in view.after.pairs_known():
        found += _moved(view, product, warehouse)
    return found


def _reserved(count, product, warehouse):
    """{move: what it has reserved}, of open moves that leave a warehouse."""
    books = count.books
    return {
        move.id: move.reserved
        for move in books.open_moves()
        if move.product == product and books.leaves(move) == warehouse
    }


def _moved(view, product, warehouse):
    before = _reserved(view.before, product, warehouse)
    after = _reserved(view.after, product, warehouse)
    moves = view.after.books.moves
    losers = [
        moves[id_]
        for id_, had in before.items()
        # what needs less lets go of it
        if id_ in after and min(had, moves[id_].quantity) - after[id_] > SMALL
    ]
    gainers = [
        moves[id_] for id_, has in after.items() if has - before.get(id_, 0) > SMALL
    ]
    found = []
    name = view.day.name_of(product)
    if (
        losers
        and not gainers
        and view.step.kind not in SHRINKS
        and not _own(view, losers)
    ):
        found.append(
            complaint(
                1,
                "goods are reserved for nobody any more:"
                f" {name}, {[move.picking_name for move in losers]}",
            )
        )
    for loser in losers:
        line = view.after.books.lines.get(loser.line)
        for gainer in gainers:
            if view.after.rank(gainer) >= view.after.rank(loser):
                found.append(
                    complaint(
                        1,
                        "goods go to whom ranks after: "
                        f"{name}, {loser.picking_name} lost"
                        f" {before[loser.id] - after[loser.id]:g},"
                        f" {gainer.picking_name} has {after[gainer.id]:g}"
                        f" ({_ranks(view, loser, gainer)})",
                    )
                )
            elif line and line.at_risk:
                found.append(
                    complaint(
                        1,
                        "goods are taken from a promise that is now at risk: "
                        f"{name}, {loser.picking_name} lost"
                        f" {before[loser.id] - after[loser.id]:g} to"
                        f" {gainer.picking_name} ({_ranks(view, loser, gainer)})",
                    )
                )
    found += _passed_over(view, product, warehouse, gainers)
    return found


def _ranks(view, loser, gainer):
    """Who loses and who wins, in words."""
    words = []
    for who, move in (("loser", loser), ("winner", gainer)):
        line = view.after.books.lines.get(move.line)
        when = f"promised {line.promised}" if line else "no promise"
        words.append(f"{who} planned {move.date}, {when}")
    return "; ".join(words)


def _own(view, losers):
    """Whether the step is about the document of those who lose: it is changed, moved or
    cancelled."""
    document = view.step.arguments.get("document") or view.step.arguments.get("order")
    documents = view.step.arguments.get("orders") or [document]
    own = {
        picking
        for label in documents
        if label in view.day.things
        for picking in view.day.pickings_of(label)
    }
    return all(move.picking in own for move in losers)


def _passed_over(view, product, warehouse, gainers):
    """Nobody is given what promises that rank before still need from the shelf."""
    if not gainers:
        return []
    free = view.after.free(product, warehouse)
    found = []
    for gainer in gainers:
        if gainer.id in view.after.sourced():
            continue  # its goods were brought for it
        rank = view.after.rank(gainer)
        short = [
            need
            for need in view.after.needs(product, warehouse)
            if need.promised
            and need.move != gainer.id
            and not need.waits_for
            and need.move not in view.after.sourced()
            and need.rank < rank
            and need.quantity - need.reserved > SMALL
        ]
        missing = sum(need.quantity - need.reserved for need in short)
        if missing - free > SMALL:
            found.append(
                complaint(
                    1,
                    "goods are given to whom ranks after: "
                    f"{view.day.name_of(product)}, {gainer.picking_name} has"
                    f" {gainer.reserved:g} while promises before it need {missing:g}"
                    f" and {free:g} are left",
                )
            )
    return found
