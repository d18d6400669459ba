"""Which promise an order rests on is not a client's to choose: it would release, extend
or take what a colleague holds, by a quotation of its own. Nor are the dates of its
lines: they are computed, or set by hand with a reason by who may."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.stock_promise.models.delivery_promise_guard import labels
from odoo.addons.stock_promise.models.own_context import owned, without_defaults


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_client_linking():
            for vals in vals_list:
                self._check_readable_promise(vals.get("promise_id"))
        orders = super(SaleOrder, without_defaults(self, {"promise_id"})).create(
            vals_list
        )
        orders = orders.with_env(self.env)
        if self._is_client_linking():
            for order, vals in zip(orders, vals_list, strict=True):
                if vals.get("promise_id"):
                    order._check_linked_promise()
        return orders

    def write(self, vals):
        linked = self.browse()
        if "promise_id" in vals and self._is_client_linking():
            linked = self.filtered(
                # sudo: only compared
                lambda order: (
                    order.sudo().promise_id.id != (vals["promise_id"] or False)
                )
            )
            if linked:
                self._check_readable_promise(vals["promise_id"])
            for order in linked:
                if order.state not in ("draft", "sent"):
                    raise UserError(
                        self.env._(
                            "%s is confirmed: its promise goes with it and cannot be"
                            " exchanged.",
                            order.name,
                        )
                    )
        result = super().write(vals)
        linked._check_linked_promise()
        return result

    @api.model
    def _is_client_linking(self):
        return not self.env.su and not owned(self.env, "promise_watched")

    @api.model
    def _check_readable_promise(self, promise_id):
        """Asked first: what does not fit is said by name."""
        if not promise_id:
            return
        promise = self.env["delivery.promise"].browse(promise_id)
        if not (promise.exists() and promise.has_access("read")):
            raise AccessError(
                self.env._(
                    "The promise that you name is not there, or you may not read it."
                )
            )

    def _check_linked_promise(self):
        for order in self:
            # sudo: whose it is decides, not what may be read of it
            promise = order.sudo().promise_id.with_env(self.env)
            if promise and not order._may_rest_on_promise(promise):
                # sudo: its name, to say what is wrong; nothing else of it
                raise AccessError(
                    self.env._(
                        "%(order)s cannot rest on %(promise)s, which is a colleague's.",
                        order=order.name,
                        promise=promise.sudo().name,
                    )
                )

    def _may_rest_on_promise(self, promise):
        """Whether the user may give this promise to the quotation; bridges add what
        else belongs to it."""
        self.ensure_one()
        return promise.has_access("write")


#: what an order line says of its promise, written by the engine alone
DATES = frozenset({"promised_date", "promise_ship_date", "promise_parts"})


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_engine_dates({name for name in DATES if vals.get(name)})
        lines = super(SaleOrderLine, without_defaults(self, DATES)).create(vals_list)
        return lines.with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            self._check_engine_dates(DATES & vals.keys())
        return super().write(vals)

    @api.model
    def _check_engine_dates(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "%s of an order line cannot be written: dates are computed. Use"
                    " Promise Dates, or have an administrator of promises set the date"
                    " by hand, with a reason.",
                    labels(self, names),
                )
            )

    def _set_looked_up(self, promised, ship, parts):
        """Note the dates that were looked up.

        :param promised: when all of it is with the customer, or False
        :param ship: when it leaves, or False; None: not known here
        :param parts: as :meth:`_stored_parts` gives them
        """
        self.ensure_one()
        vals = {"promised_date": promised, "promise_parts": parts}
        if ship is not None:
            vals["promise_ship_date"] = ship
        # sudo: the engine's answer is not the user's to write
        self.sudo().write(vals)

    @api.constrains("promise_line_id")
    def _check_promise_line(self):
        for line in self.sudo():  # sudo: only compared
            promise_line = line.promise_line_id
            promise = promise_line.promise_id
            if promise and (
                promise != line.order_id.promise_id
                or promise_line.product_id != line.product_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(product)s of %(order)s cannot rest on %(promise)s, which is"
                        " not the order's or not for this product.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        promise=promise.name,
                    )
                )
