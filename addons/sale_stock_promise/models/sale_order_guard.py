"""Which promise an order rests on is not a client's to choose: it would release, extend
or take what a colleague holds, by a quotation of its own."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

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


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.constrains("promise_line_id")
    def _check_promise_line(self):
        for line in self.sudo():  # sudo: only compared
            promise = line.promise_line_id.promise_id
            if promise and promise != line.order_id.promise_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s of %(order)s cannot rest on %(promise)s, which is"
                        " not the order's.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        promise=promise.name,
                    )
                )
