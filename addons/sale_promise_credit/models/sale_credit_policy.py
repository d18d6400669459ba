from odoo import api, fields, models

from ..credit.desk import terms_of
from ..credit.values import Terms


class SaleCreditPolicy(models.Model):
    """What happens when a customer of a class is over a limit. Where there is none for
    the class, the one for all customers counts; where there is none at all, going over
    the limit is said."""

    _name = "sale.credit.policy"
    _description = "Credit Policy"
    _inherit = ["mail.thread", "company.guard"]
    _order = "company_id, class_id, id"
    _check_company_auto = True
    _no_company_is_all = False

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    class_id = fields.Many2one(
        "delivery.promise.class",
        string="Customer Class",
        check_company=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: all customers without a policy of their class.",
    )
    active = fields.Boolean(default=True)
    action = fields.Selection(
        [
            ("ignore", "Ignore"),
            ("warn", "Warn"),
            ("no_hold", "Date, but no hold"),
            ("wait", "Wait for approval"),
            ("refuse", "Refuse"),
        ],
        default="warn",
        required=True,
        tracking=True,
    )
    by_limit = fields.Boolean(
        string="By Credit Limit",
        default=True,
        tracking=True,
        help="When the customer's credit limit would be exceeded.",
    )
    overdue_amount = fields.Monetary(
        tracking=True,
        help="When more than this is overdue. 0: not looked at.",
    )
    overdue_days = fields.Integer(
        string="Tolerated Days",
        tracking=True,
        help="Items that have been due for so many days at most are not overdue yet."
        " Without an amount or a share: when anything has been due for longer.",
    )
    overdue_share = fields.Float(
        string="Overdue Share (%)",
        tracking=True,
        help="When more than this share of what is owed is overdue. 0: not looked at.",
    )
    oldest_days = fields.Integer(
        string="Oldest Item (days)",
        tracking=True,
        help="When the oldest open item has been due for more days than this. 0: not"
        " looked at.",
    )
    grace_amount = fields.Monetary(
        string="Small Amounts",
        tracking=True,
        help="Documents up to this amount, with tax, always pass.",
    )
    keep_goods = fields.Boolean(
        string="Keep Goods Meanwhile",
        default=True,
        tracking=True,
        help="What waits for approval keeps its goods. Otherwise its dates are computed"
        " again when it is approved.",
    )

    _class_unique = models.UniqueIndex(
        "(company_id, COALESCE(class_id, 0)) WHERE active",
        "There is a credit policy for this class already.",
    )
    _not_negative = models.Constraint(
        "CHECK (overdue_amount >= 0 AND overdue_days >= 0 AND overdue_share >= 0"
        " AND overdue_share <= 100 AND oldest_days >= 0 AND grace_amount >= 0)",
        "Amounts, days and shares of a credit policy cannot be negative, and no share"
        " is more than 100 %.",
    )

    @api.depends("class_id")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = policy.class_id.name or self.env._("All customers")

    @api.model
    def _terms(self, entity, company):
        """What counts for a customer, as plain values; for whoever asks."""
        # sudo: the policy decides for everybody
        policies = self.sudo().search([("company_id", "=", company.id)])
        if not policies:
            return Terms()
        found = self.env["delivery.promise.class"]._of_partner(entity, company)
        its_class = found.sudo()
        policy = policies.filtered(lambda each: each.class_id == its_class)
        policy = (
            policy
            if its_class and policy
            else policies.filtered(lambda each: not each.class_id)
        )
        return terms_of(policy[:1]) if policy else Terms()

    @api.model
    def _waits(self, company):
        """Whether anybody waits for approval in this company."""
        # sudo: as in _terms
        return bool(
            self.sudo().search_count(
                [("company_id", "=", company.id), ("action", "=", "wait")], limit=1
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._look_again()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self._look_again()
        return result

    def _look_again(self):
        for company in self.company_id:
            self.env["sale.credit.request"]._look_again_at(False, company)
