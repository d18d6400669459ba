"""Promises in force that are promised again, as one request under one lock.

Whoever has goods reserved keeps them. Then the greater priority comes first, then the
first promised date. Nobody comes later than now if they are not at risk, or than the
day that is possible for them if they are: until their turn comes, what they need for
that day is kept from those before them.
"""

from collections import defaultdict
from contextlib import suppress
from time import monotonic
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong

from .shelves import Shelves

#: seconds after which nobody's turn begins any more: with the last of them and the end
#: of the transaction, a lock is held for five at most
LONGEST = 3.5
#: how often a promise is computed again because some of its lines stay as they are
ROUNDS = 5


class Outcome(NamedTuple):
    """What became of a promise."""

    promise: models.BaseModel
    #: {line: its date before}
    before: dict
    #: {line: its date now}
    after: dict
    #: why it was not possible; it is as it was then
    error: UserError | None = None


class _Undo(Exception):
    """Ends a trial: what was computed is not kept."""


class PromisedAgain:
    """One run over some promises, which are locked when it begins.

    :param promises: ``delivery.promise`` records
    """

    def __init__(self, promises):
        self.env = promises.env
        self.engine = self.env["delivery.promise.engine"]
        self.promises = promises
        #: {line: the last day on which it may be promised, as a moment}
        self.bounds = {}
        self.moved = set()
        # sudo: what is taken counts, whoever may see it
        self.shelves = Shelves(self.env["delivery.promise"].sudo().env)
        self.products = self.env["product.product"]
        #: ((product, warehouse), day, quantity) that lacks in any case
        self.missing = []
        self.timelines = {}
        #: {warehouse id: its day, an ordinal}
        self.today = {}
        #: {id of a move, or of a claim, negated: the day on which it is served}
        self.served = {}
        #: ids of moves with a receipt of their own
        self.to_order = set()

    def run(self, seconds=None):
        """Promise all again.

        :param seconds: how long it may take; those whose turn has not come by then are
            left as they are, and are not in the result
        :return: [:class:`Outcome`], in the order of their turns
        """
        self.promises.check_access("write")
        refused = self.promises._lock_as_they_stand(refuse=False)
        # Who is late goes by what this transaction has done before, too.
        # sudo: a risk is noted whoever causes it
        self.env["delivery.promise"].sudo()._watch_touched()
        began = monotonic()
        waiting = self.promises._in_order_of_promising()
        self._prepare(waiting)
        outcomes = []
        for promise in waiting:
            if seconds and outcomes and monotonic() - began > seconds:
                break
            before = {line: line.promised_date for line in promise.line_ids}
            error = refused.get(promise)
            if not error:
                error = self._attempt(promise)
            self.moved.add(promise)
            after = {line: line.promised_date for line in promise.line_ids}
            outcomes.append(Outcome(promise, before, after, error))
        return outcomes

    def _attempt(self, promise):
        """Promise one again, or leave it as it is: the error then."""
        # What is done at the end of the transaction is not done for each of them.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self._promise(promise)
                self.env.flush_all()
        except WaitedTooLong:
            raise
        except UserError as error:
            self.env.transaction.clear()
            return error
        return None

    def preview(self, seconds=None):
        """What :meth:`run` would do: it is really done, read, and undone."""
        outcomes = []
        with suppress(_Undo), self.env.cr.savepoint(flush=True):
            outcomes += self.run(seconds)
            raise _Undo
        # What was noted for the end of the transaction finds nothing changed.
        self.env.invalidate_all(flush=False)
        return outcomes

    # -- what everybody has --------------------------------------------------------

    def _prepare(self, promises):
        lines = self._open_lines(promises)
        self.products = self.env["product.product"].union(
            *(line._stocked_products() for line in lines)
        )
        # sudo: who is at risk is looked at whoever asks
        self.env["delivery.promise"].sudo()._watch(self.products.ids)
        now = fields.Datetime.now()
        for line in lines:
            date = line.promised_date
            if line.at_risk:
                date = line.feasible_date
            elif date and line._end_of_day(date) <= now:
                # Nobody can come on a day that is over.
                date = False
            if date:
                self.bounds[line] = date
        self._load()
        self.missing = self._what_lacks(promises)

    def _open_lines(self, promises):
        return promises.line_ids.filtered(
            lambda line: not line.delivered_date and not line.closed_short
        )

    def _load(self):
        """Remember what is known of the goods that these promises take, and when each
        need is served as things are now."""
        by_warehouse = defaultdict(lambda: defaultdict(list))
        for demand in self.shelves.open_demand(self.products.ids):
            key = demand.product_id, demand.warehouse_id
            by_warehouse[demand.warehouse_id][key].append(demand)
        for warehouse in self.env["stock.warehouse"].sudo().browse(by_warehouse):
            by_key = by_warehouse[warehouse.id]
            loaded, schedule = self.shelves.load(warehouse, set(by_key))
            self.today[warehouse.id] = schedule.today
            self.timelines |= loaded.timelines
            late = self.shelves.env["delivery.promise"]._late_supplies(
                set(by_key), {warehouse.id: schedule}
            )
            for key, demands in by_key.items():
                self.to_order.update(loaded.pairs[key])
                pegging = self.shelves.settled(key, demands, loaded, late)
                self.served.update(pegging.days())

    def _demands(self):
        """{line id: [``ShelfDemand``]} as it is now of what comes from a shelf, without
        what is made to order."""
        result = {}
        for demand in self.shelves.open_demand(self.products.ids):
            if (
                demand.move_id not in self.to_order
                and demand.warehouse_id in self.today
            ):
                result.setdefault(demand.line_id, []).append(demand)
        return result

    def _shifts(self, promises, demands):
        """Where what these promises have is counted instead: what is reserved today,
        the rest on the day on which it is served as things are now. Those of whom
        nobody knows when keep nothing from others until their turn."""
        shifts = []
        for line in self._open_lines(promises):
            pending = line.promise_id not in self.moved
            for demand in demands.get(line.id, ()):
                key = demand.product_id, demand.warehouse_id
                today = self.today[demand.warehouse_id]
                day = max(demand.day, today)
                shifts += [
                    (key, demand.day, -demand.quantity),
                    (key, today, demand.reserved),
                ]
                if pending:
                    served = self.served.get(demand.move_id)
                    day = served and demand.dated and max(day, served)
                if day:
                    shifts.append((key, day, demand.quantity - demand.reserved))
        return [shift for shift in shifts if shift[2]]

    def _what_lacks(self, promises):
        """What is missing whoever is promised what, for others who are late already:
        they lack it all the same, and nobody comes later for it."""
        for key, day, quantity in self._shifts(promises, self._demands()):
            if key in self.timelines:
                self.timelines[key].add_demand(day, quantity)
        return [
            (key, day, -quantity)
            for key, timeline in self.timelines.items()
            for day, quantity in timeline.gaps(timeline.today - 1)
        ]

    # -- one promise ---------------------------------------------------------------

    def _promise(self, promise):
        lines = promise.line_ids
        if promise.state == "confirmed":
            lines = self._open_lines(promise)
            if not lines:
                raise UserError(self.env._("All of %s is delivered.", promise.name))
        elif promise.state != "held" or promise.hold_until <= fields.Datetime.now():
            raise UserError(
                self.env._(
                    "%s is not in force: hold it to promise dates.", promise.name
                )
            )
        demands = self._demands()
        others = self.promises - promise
        shifts = [*self.missing, *self._shifts(others, demands)]
        kept = lines.browse()
        for __ in range(ROUNDS):
            chosen = lines - kept
            if not chosen:
                return
            computation = self._compute(promise, chosen, kept, shifts, demands)
            worse = self._worse(promise, chosen, computation)
            if not worse:
                promise._check_answer(computation)
                self._write(promise, chosen, computation)
                return
            kept |= worse

    def _compute(self, promise, lines, kept, shifts, demands):
        # sudo: the moves of an order follow its promise, whoever may edit moves
        moves = lines.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        request = promise._prepare_request()
        request["lines"] = [
            (
                line._prepare_remaining_line()
                if promise.state == "confirmed"
                else line._prepare_request_line()
            )
            for line in lines
        ]
        if promise.state == "held":
            # The claims of the whole promise are left out.
            shifts = shifts + [
                ((demand.product_id, demand.warehouse_id), demand.day, demand.quantity)
                for line in kept
                for demand in demands.get(line.id, ())
            ]
        return promise._compute_again(
            request,
            moves.ids,
            refuse=False,
            lines=lines,
            shifts=shifts,
            line_vals=[{"price_unit": line.price_unit} for line in lines],
        )

    def _worse(self, promise, lines, computation):
        """Lines that would come later than they have to: they stay as they are."""
        worse = lines.browse()
        for line, confirmation in zip(lines, computation.confirmations, strict=True):
            bound = self.bounds.get(line)
            if not bound or line.at_risk:
                continue
            found = confirmation.promised
            if not found or found >= line._end_of_day(bound):
                worse |= line
        if worse and promise.shipping_policy == "one":
            return lines
        return worse

    def _write(self, promise, lines, computation):
        before = promise.promised_date
        lines._write_answer(computation.answer, computation.confirmations)
        if promise.state == "held":
            promise._write_claims(lines, computation.confirmations)
            promise._follow_held_date(before)
            return
        lines._write_hours(computation.confirmations)
        lines._update_move_dates()
        promise._follow_dates()


def days_between(before, after, warehouse):
    """Whole days of the warehouse by which a moment is later than another."""
    return (warehouse._promise_day(after) - warehouse._promise_day(before)).days
