from odoo import api, fields, models

#: what says which goods are meant
CHOICE = ("lot_id", "package_id", "owner_id", "location_id", "quant_id")


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    promise_chosen = fields.Boolean(
        string="Chosen by a Person",
        readonly=True,
        copy=False,
        help="Somebody has chosen just these goods: they stay reserved as they are.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # What Odoo reserves by itself says so: _prepare_move_line_vals
            vals.setdefault(
                "promise_chosen", bool(vals.get("lot_id") or vals.get("quant_id"))
            )
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys().isdisjoint(CHOICE):
            return super().write(vals)
        before = {line: line._what_is_meant() for line in self}
        result = super().write(vals)
        chosen = self.filtered(
            lambda line: line.state != "done" and line._what_is_meant() != before[line]
        )
        if chosen:
            super(StockMoveLine, chosen).write({"promise_chosen": True})
        return result

    def _what_is_meant(self):
        self.ensure_one()
        return self.lot_id, self.package_id, self.owner_id, self.location_id

    def _is_chosen(self):
        """Whether just these goods are to be sent."""
        self.ensure_one()
        return self.promise_chosen

    def _free_reservation(
        self,
        product_id,
        location_id,
        quantity,
        lot_id=None,
        package_id=None,
        owner_id=None,
        ml_ids_to_ignore=None,
    ):
        """What was counted down, scrapped or sent in excess is missing for the last
        promise, not for whatever is planned last; what was ordered for one delivery
        stays linked to it."""
        values = {"lot": lot_id, "package": package_id, "owner": owner_id}
        lines = self._reserved_there(
            product_id, location_id, {*(ml_ids_to_ignore or ()), *self.ids}, **values
        )
        moves = lines.move_id
        # On the way between warehouses there is no shelf, and nobody's rank on it.
        guard = (
            moves.filtered("promise_line_id")
            and all(move.location_id.warehouse_id for move in moves)
            and moves._promise_guard(moves)
        )
        if not guard or self.move_id._should_bypass_reservation(location_id):
            return super()._free_reservation(
                product_id,
                location_id,
                quantity,
                lot_id=lot_id,
                package_id=package_id,
                owner_id=owner_id,
                ml_ids_to_ignore=ml_ids_to_ignore,
            )
        if ml_ids_to_ignore is not None:
            ml_ids_to_ignore |= self.ids
        losers = self.env["stock.move"]
        unit = product_id.uom_id
        ranked = sorted(
            ((line.move_id._promise_rank(guard), line.id, line) for line in lines),
            key=lambda each: each[:2],
            reverse=True,
        )
        for __, __, line in ranked:
            if unit.compare(quantity, 0) <= 0:
                break
            part = min(line.quantity_product_uom, quantity)
            quantity -= part
            losers |= line.move_id
            if unit.compare(part, line.quantity_product_uom) >= 0:
                line.unlink()
            else:
                line.quantity -= unit._compute_quantity(
                    part, line.product_uom_id, rounding_method="HALF-UP"
                )
        losers._action_assign()
        return None

    def _reserved_there(self, product, location, ignored, **values):
        """The lines that have just these goods reserved and can give them up."""
        return self.search(
            [
                ("state", "not in", ("done", "cancel")),
                ("product_id", "=", product.id),
                ("location_id", "=", location.id),
                *(
                    (f"{name}_id", "=", record.id if record else False)
                    for name, record in values.items()
                ),
                ("quantity_product_uom", ">", 0.0),
                ("picked", "=", False),
                ("id", "not in", list(ignored)),
            ]
        )
