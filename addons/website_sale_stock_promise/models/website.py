import hashlib
import hmac

from odoo import fields, models


class Website(models.Model):
    _inherit = "website"

    promise_class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class of Guests",
        domain="[('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        help="Whose share of scarce goods is for visitors who are not logged in.",
    )
    promise_split = fields.Boolean(
        string="Deliver in Parts",
        default=True,
        help="Orders of this website are sent in several deliveries where a part is"
        " there sooner, and customers are told so.",
    )
    promise_in_lists = fields.Boolean(
        string="Dates in Lists",
        default=True,
        help="The cards of lists and searches say what is in stock, or from when on.",
    )
    promise_range = fields.Boolean(
        string="Tell a Range of Days",
        help="Where there is enough history: from the day by which half of such"
        " deliveries have come to the one by which nine in ten have.",
    )
    promise_told_max = fields.Float(
        string="Largest Quantity with a Date",
        default=100.0,
        help="In the product's unit. Whoever asks for more sees the date at checkout,"
        " and no figure of the stock that is greater is shown. 0 for any quantity.",
    )
    promise_sell_incoming = fields.Boolean(
        string="Sell Goods to Come",
        help="Products that are not sold when out of stock can be bought all the same"
        " when they are on their way and have a date.",
    )
    promise_hold_minutes = fields.Integer(
        string="Hold at Checkout",
        default=15,
        help="Minutes for which the goods of a cart are held from the payment page on,"
        " and again from each payment.",
    )
    promise_hold_minutes_max = fields.Integer(
        string="Longest Hold without a Payment",
        default=60,
        help="Minutes after which opening the payment page again prolongs nothing.",
    )
    promise_pending_hours = fields.Float(
        string="Hold while a Payment Is Pending",
        default=24.0,
        help="Hours for which goods are held that a provider, or a wire transfer, is"
        " still to pay for. 0: no longer than at checkout.",
    )
    promise_cart_value_max = fields.Monetary(
        string="Highest Value of a Held Cart",
        currency_field="promise_currency_id",
        help="Carts worth more, without taxes, are looked at before the payment but not"
        " held. 0 for no limit.",
    )
    promise_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of Held Carts"
    )
    promise_address_holds_max = fields.Integer(
        string="Held Carts of an Address",
        default=10,
        help="How many carts of the same network address may hold goods at the same"
        " time. 0 for any number.",
    )
    promise_questions_max = fields.Integer(
        string="Questions per Minute",
        default=120,
        help="How often the same network address may ask for dates. 0 for any number.",
    )

    _promise_numbers_positive = models.Constraint(
        "CHECK (promise_hold_minutes BETWEEN 1 AND 1440"
        " AND promise_hold_minutes_max >= promise_hold_minutes"
        " AND promise_pending_hours >= 0 AND promise_told_max >= 0"
        " AND promise_cart_value_max >= 0 AND promise_address_holds_max >= 0"
        " AND promise_questions_max >= 0)",
        "A cart is held for 1 to 1440 minutes, not longer without a payment than"
        " allowed, and no limit of the shop is negative.",
    )

    def _promise_warehouse(self):
        """From where this website promises: its own warehouse, else its company's
        first."""
        self.ensure_one()
        # sudo: where goods leave decides about their date, whoever visits
        website = self.sudo()
        return website.warehouse_id or website.env[
            "delivery.promise.engine"
        ]._default_warehouse(website.company_id)

    def _promise_address_key(self, address):
        """A network address as it may be kept: a keyed fingerprint, of the network
        where a customer has many addresses (IPv6)."""
        if not address:
            return False
        if ":" in address:
            address = ":".join(address.split(":")[:4])
        # sudo: the key is the database's
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hmac.new(
            secret.encode(), f"shop/{address}".encode(), hashlib.sha256
        ).hexdigest()[:32]

    def _prepare_sale_order_values(self, partner_sudo):
        values = super()._prepare_sale_order_values(partner_sudo)
        # sudo: a setting of the website, which visitors do not read
        values["promise_allow_split"] = self.sudo().promise_split
        return values
