from collections import defaultdict
from math import floor, inf

from odoo import models

from odoo.addons.stock_promise.models.own_context import without_defaults

from .components import components_of
from .delivery_promise import CLAIM


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _wanted_kits(self):
        """The line's quantity in the product's unit."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )

    def _kit_needs(self):
        """{part: how much of it all kits of the line need}; nothing if it is no kit.

        What was ordered counts: a kit may be changed later. A cancelled move was
        ordered, too, but what was ordered anew in its place is not needed twice. What
        a vendor sends may have no move yet.
        """
        wanted = self._wanted_kits()
        moves = self.move_ids.filtered(
            lambda move: (
                move.product_id != self.product_id and move._promise_delivery_sign() > 0
            )
        )
        parts = (
            self.env["delivery.promise.engine"]
            ._explode({self._goods(wanted)}, self.company_id)
            .get(self._goods(wanted), ())
        )
        needs = {part: ratio * wanted for part, ratio in parts}
        if not moves.bom_line_id:
            return needs
        ordered = defaultdict(float)
        for move in moves:
            ordered[move.product_id] += move.product_qty
        first = min(moves.mapped("create_date"))
        waiting = {
            part: need
            for part, need in needs.items()
            if part not in ordered and self._was_in_kit(part, first)
        }
        return waiting | {
            part: min(quantity, needs.get(part, inf))
            for part, quantity in ordered.items()
        }

    def _was_in_kit(self, part, moment):
        """Whether a part of a kit was one at that time."""
        return any(
            row.create_date <= moment and row.bom_id.type == "phantom"
            for row in part.bom_line_ids
        )

    def _complete_kits(self, delivered, needs):
        """How many kits the delivered quantities make: whole ones where whole ones
        were ordered."""
        wanted = self._wanted_kits()
        share = min(delivered[part] / need for part, need in needs.items())
        step = 1.0 if wanted.is_integer() else self.product_id.uom_id.rounding
        return floor(share * wanted / step + 1e-6) * step

    def _delivery_steps(self, moves):
        """A kit is delivered when the last of its components is."""
        self.ensure_one()
        needs = self._kit_needs()
        if not needs:
            return super()._delivery_steps(moves)
        delivered, complete, steps = defaultdict(float), 0.0, []
        for move, moment, quantity in moves:
            delivered[move.product_id] += quantity
            kits = self._complete_kits(delivered, needs)
            if kits != complete:
                steps.append((moment, kits - complete))
                complete = kits
        return steps

    def _parts_ahead(self):
        # sudo: what was delivered counts, whoever may read the moves
        line = self.sudo()
        delivered = defaultdict(float)
        for move, __, quantity in line._delivered_moves()[line]:
            delivered[move.product_id] += quantity
        needs = delivered and line._kit_needs()
        if not needs:
            return super()._parts_ahead()
        share = line._complete_kits(delivered, needs) / line._wanted_kits()
        ahead = {part.id: delivered[part] - share * needs[part] for part in needs}
        return tuple((part, more) for part, more in ahead.items() if more > 1e-6)

    def _products_of_causes(self):
        """What is being made rests on its components, too."""
        products = super()._products_of_causes()
        every = self.env["product.product"].union(*products.values())
        parts = components_of(self.env, every.ids)
        return {
            line: own.browse(
                {part_id for product_id in own.ids for part_id in parts[product_id]}
            )
            for line, own in products.items()
        }

    def _write_hours(self, confirmations):
        super()._write_hours(confirmations)
        if not self.env["delivery.promise.engine"]._has_work_centres():
            return
        # sudo: hours are written by the engine alone
        Claim = without_defaults(self.env[CLAIM].sudo())
        before = Claim.search([("line_id", "in", self.ids)])
        stays = before.filtered(
            lambda row: row.promise_id.state == "confirmed"
        )._with_production()
        (before - stays).unlink()
        number = max(stays.mapped("making"), default=0)
        rows = []
        for line, confirmation in zip(self, confirmations, strict=True):
            for claim in confirmation.planned if confirmation else ():
                number += 1
                rows += [
                    {
                        "line_id": line.id,
                        "promise_id": line.promise_id.id,
                        "workcenter_id": hours.centre_id,
                        "date_from": hours.start,
                        "date_to": hours.end,
                        "product_id": claim.product_id,
                        "warehouse_id": claim.warehouse_id,
                        "quantity": -claim.quantity,
                        "making": number,
                        "since": line.promise_id.state == "confirmed"
                        and self.env.cr.now(),
                    }
                    for hours in claim.hours
                ]
        Claim.create(rows)
