"""What the customer of an order agrees to, and what follows from it for its moves."""

from odoo import models
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _promise_all_at_once(self):
        return self.picking_policy == "one"

    def _hold_has_consent(self, promise, lines):
        """Whether the hold was made for just what the customer agrees to."""
        consent = self._promise_consent()
        return all(promise[name] == given for name, given in consent.items()) and all(
            line._minimum_first_asked().get("minimum_first", 0.0)
            == line.promise_line_id.minimum_first
            for line in lines.sudo()  # sudo: the order's own hold
        )

    def _get_promise_consent(self):
        """What the customer agrees to, in sentences for him."""
        self.ensure_one()
        consent = self._promise_consent()
        said = []
        if consent["allow_split"]:
            said.append(
                self.env._(
                    "You accept a product in several deliveries, each with its date."
                )
            )
        if consent["partial"]:
            said.append(
                self.env._(
                    "Where not all of a product can be promised, you accept a part of"
                    " it; the rest follows without a promised date."
                )
            )
        return said


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _auto_init(self):
        # The column of a stored computed field, made beforehand: no line is in parts
        # yet, so there is nothing to compute for the many that may exist.
        if not column_exists(self.env.cr, "sale_order_line", "promise_parts"):
            create_column(self.env.cr, "sale_order_line", "promise_parts", "jsonb")
        return super()._auto_init()

    # -- the moves of a line in parts --------------------------------------------------

    def _action_launch_stock_rule(self, **kwargs):
        # sudo: as in _create_procurements
        with self.sudo().promise_line_id._remember_rests():
            return super()._action_launch_stock_rule(**kwargs)

    def _create_procurements(self, product_qty, procurement_uom, values):
        """Each part of a promised line is procured for its own date."""
        # sudo: whoever confirms (a customer online, a shop) may not read promises
        promise_line = self.sudo().promise_line_id
        less = procurement_uom.compare(product_qty, 0.0) < 0
        if not values.get("promise_line_id") or not (
            promise_line._parts() or (less and promise_line._is_undated())
        ):
            return super()._create_procurements(product_qty, procurement_uom, values)
        if not promise_line._parts():
            shares = self._shares_of_undated(product_qty, procurement_uom)
        elif less:
            shares = self._shares_to_take_back(product_qty, procurement_uom)
        else:
            shares = self._shares_to_procure(product_qty, procurement_uom)
        procurements = []
        for quantity, own in shares:
            procurements += super()._create_procurements(
                quantity, procurement_uom, {**values, **own}
            )
        return procurements

    def _shares_to_procure(self, product_qty, uom):
        """[(quantity, values)] of the parts of what is procured; what was ordered in
        addition is dealt out to them when it is promised."""
        line = self.sudo().promise_line_id  # sudo: as above
        to_send = line._parts_to_send()
        whole = sum(quantity for __, __, quantity in to_send)
        asked = uom._compute_quantity(
            product_qty, line.product_uom_id, rounding_method="HALF-UP"
        )
        if not to_send or line.product_uom_id.compare(asked, whole):
            return [(product_qty, {})]
        shares, left = [], product_qty
        for number, part, quantity in to_send:
            share = uom.round(product_qty * quantity / whole)
            if part is to_send[-1][1]:
                share = left
            left -= share
            material, ship = line._part_moments(number, part)
            values = {
                "promise_part": number,
                "date_planned": material,
                "date_deadline": ship,
            }
            shares.append((share, values))
        return shares

    def _shares_to_take_back(self, product_qty, uom):
        """[(negative quantity, values)] of the parts that get less, the last one
        first: what has no date, then what comes last. Odoo takes them off the moves
        that were asked for by the same values."""
        line = self.sudo().promise_line_id  # sudo: as above
        moves = line._open_moves().sorted("id")
        shares, left = [], -product_qty
        for number, __, quantity in reversed(line._parts_to_send()):
            move = moves.filtered(lambda m, number=number: m.promise_part == number)[:1]
            there = line.product_uom_id._compute_quantity(
                quantity, uom, rounding_method="HALF-UP"
            )
            taken = min(there, left)
            if not move or uom.compare(taken, 0.0) <= 0:
                continue
            left -= taken
            values = {
                "promise_part": number,
                "date_planned": move.date,
                "date_deadline": move._promise_deadline_asked(),
            }
            shares.append((-taken, values))
        if uom.compare(left, 0.0) > 0:
            shares.append((-left, {}))
        return shares

    def _shares_of_undated(self, product_qty, uom):
        """The same for a line without a date, whose moves are planned after all that
        is known."""
        line = self.sudo().promise_line_id  # sudo: as above
        moves = line._open_moves().sorted("id")
        moves = moves.filtered(
            lambda m: m.location_dest_id == moves[0].location_dest_id
        )
        shares, left = [], -product_qty
        for move in moves.sorted("id", reverse=True):
            taken = min(
                move.product_uom._compute_quantity(
                    move.product_uom_qty, uom, rounding_method="HALF-UP"
                ),
                left,
            )
            if uom.compare(taken, 0.0) > 0:
                left -= taken
                values = {
                    "promise_part": move.promise_part,
                    "date_planned": move.date,
                    "date_deadline": move._promise_deadline_asked(),
                }
                shares.append((-taken, values))
        if uom.compare(left, 0.0) > 0:
            shares.append((-left, {}))
        return shares
