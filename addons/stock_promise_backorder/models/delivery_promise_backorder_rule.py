from odoo import api, fields, models

STRATEGY_SELECTION = [
    ("win", "Win"),
    ("gain", "Gain"),
    ("redistribute", "Redistribute"),
    ("fill", "Fill"),
    ("lose", "Lose"),
]


class DeliveryPromiseBackorderRule(models.Model):
    """Which strategy applies to which promises: the first rule that fits counts."""

    _name = "delivery.promise.backorder.rule"
    _description = "Strategy of Backorder Processing"
    _inherit = ["company.guard"]
    _check_company_auto = True
    _order = "run_id desc, sequence, id"

    run_id = fields.Many2one(
        "delivery.promise.backorder", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Low"), ("2", "High"), ("3", "Very High")],
        help="Promises of this priority; empty for all.",
    )
    class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        ondelete="cascade",
        check_company=True,
        help="Promises to customers of this class; empty for all.",
    )
    partner_category_id = fields.Many2one(
        "res.partner.category",
        string="Customer Tag",
        help="Promises to customers with this tag; empty for all.",
    )
    strategy = fields.Selection(
        STRATEGY_SELECTION,
        required=True,
        default="redistribute",
        help="Win: on the requested date, with goods of those who may lose.\n"
        "Gain: never later than now, earlier where possible.\n"
        "Redistribute: earlier or later.\n"
        "Fill: never earlier than now, later where others took the goods.\n"
        "Lose: as Fill, but served after all others.",
    )

    def _fits(self, promise):
        """Whether this rule is for a promise."""
        self.ensure_one()
        tag, partner = self.partner_category_id, promise.partner_id
        return (
            (not self.priority or self.priority == promise.priority)
            and (not self.class_id or self.class_id == promise.promise_class_id)
            and (
                not tag
                or tag
                in partner.category_id | partner.commercial_partner_id.category_id
            )
        )

    def _strategy_for(self, promise):
        """The strategy of the first rule that fits, or False where none does."""
        for rule in self.sorted(lambda rule: (rule.sequence, rule.id)):
            if rule._fits(promise):
                return rule.strategy
        return False

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        if not self.env.su:
            rules.run_id._check_draft()
        return rules

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self.run_id._check_draft()
        result = super().write(vals)
        if not self.env.su and "run_id" in vals:
            # not into a run of another company
            self.check_access("write")
            self.run_id._check_draft()
        return result

    def unlink(self):
        if not self.env.su:
            self.check_access("unlink")
            self.run_id._check_draft()
        return super().unlink()
