from odoo import api, fields, models

from ..shop.cart_hold import shrink


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    website_id = fields.Many2one(
        "website",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The website on which a customer was paying when this was held.",
    )
    shop_address = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="stock_promise.group_promise_manager",
        help="A fingerprint of the network address that the hold comes from, for the"
        " limit of the website.",
    )
    shop_held_since = fields.Datetime(readonly=True, copy=False)

    @api.model
    def _is_value_limited(self, company):
        """Guests of a shop are all the same user, who has no limit of its own and
        waits for nobody. Who changes a quotation by its link is no guest of a shop."""
        # sudo: where the hold comes from
        if self.env.user._is_public() and all(
            promise.website_id for promise in self.sudo()
        ):
            return False
        return super()._is_value_limited(company)

    def _follow_quotation(self, order, requested=None):
        """What a cart holds only shrinks while its customer is shopping: it is looked
        at again before they pay."""
        if self.website_id:
            shrink(order, self)
            return
        super()._follow_quotation(order, requested)
