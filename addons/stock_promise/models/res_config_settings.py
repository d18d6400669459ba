from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # As in purchase, which need not be installed.
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    promise_overdue_supply = fields.Selection(
        related="company_id.promise_overdue_supply", readonly=False
    )
    promise_overdue_days = fields.Integer(
        related="company_id.promise_overdue_days", readonly=False
    )
    promise_count_returns = fields.Boolean(
        related="company_id.promise_count_returns", readonly=False
    )
    promise_exclude_owner = fields.Boolean(
        related="company_id.promise_exclude_owner", readonly=False
    )
    promise_receipt_ships = fields.Selection(
        related="company_id.promise_receipt_ships", readonly=False
    )
    promise_hold_hours = fields.Float(
        related="company_id.promise_hold_hours", readonly=False
    )
    promise_hold_hours_max = fields.Float(
        related="company_id.promise_hold_hours_max", readonly=False
    )
    promise_extensions_max = fields.Integer(
        related="company_id.promise_extensions_max", readonly=False
    )
    promise_hold_value_max = fields.Monetary(
        related="company_id.promise_hold_value_max",
        readonly=False,
        currency_field="company_currency_id",
    )
    promise_otif_late_days = fields.Integer(
        related="company_id.promise_otif_late_days", readonly=False
    )
    promise_otif_limit_early = fields.Boolean(
        related="company_id.promise_otif_limit_early", readonly=False
    )
    promise_otif_early_days = fields.Integer(
        related="company_id.promise_otif_early_days", readonly=False
    )
    promise_risk_user_id = fields.Many2one(
        related="company_id.promise_risk_user_id",
        readonly=False,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    promise_tell_customers = fields.Boolean(
        related="company_id.promise_tell_customers", readonly=False
    )
    promise_tell_minutes = fields.Integer(
        related="company_id.promise_tell_minutes", readonly=False
    )
    promise_tell_template_id = fields.Many2one(
        related="company_id.promise_tell_template_id", readonly=False
    )
    promise_confidence = fields.Selection(
        related="company_id.promise_confidence", readonly=False
    )
    promise_safety_stock = fields.Selection(
        related="company_id.promise_safety_stock", readonly=False
    )
    promise_safety_priority = fields.Selection(
        related="company_id.promise_safety_priority", readonly=False
    )
    promise_horizon_days = fields.Integer(
        related="company_id.promise_horizon_days", readonly=False
    )
    promise_fence_days = fields.Integer(
        related="company_id.promise_fence_days", readonly=False
    )
    promise_max_deliveries = fields.Integer(
        related="company_id.promise_max_deliveries", readonly=False
    )
    promise_min_delivery = fields.Float(
        related="company_id.promise_min_delivery", readonly=False
    )
