from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    website_promise_class_id = fields.Many2one(
        related="website_id.promise_class_id", readonly=False
    )
    website_promise_split = fields.Boolean(
        related="website_id.promise_split", readonly=False
    )
    website_promise_in_lists = fields.Boolean(
        related="website_id.promise_in_lists", readonly=False
    )
    website_promise_range = fields.Boolean(
        related="website_id.promise_range", readonly=False
    )
    website_promise_told_max = fields.Float(
        related="website_id.promise_told_max", readonly=False
    )
    website_promise_hold_minutes = fields.Integer(
        related="website_id.promise_hold_minutes", readonly=False
    )
    website_promise_hold_minutes_max = fields.Integer(
        related="website_id.promise_hold_minutes_max", readonly=False
    )
    website_promise_pending_hours = fields.Float(
        related="website_id.promise_pending_hours", readonly=False
    )
    website_promise_cart_value_max = fields.Monetary(
        related="website_id.promise_cart_value_max",
        readonly=False,
        currency_field="website_promise_currency_id",
    )
    website_promise_currency_id = fields.Many2one(
        related="website_id.promise_currency_id", string="Currency of the Website"
    )
    website_promise_address_holds_max = fields.Integer(
        related="website_id.promise_address_holds_max", readonly=False
    )
    website_promise_questions_max = fields.Integer(
        related="website_id.promise_questions_max", readonly=False
    )
