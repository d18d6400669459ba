from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountPaymentDispute(models.Model):
    _name = "account.payment.dispute"
    _description = "Dispute of an Invoice"
    _inherit = ["mail.thread", "mail.activity.mixin", "company.guard"]
    _order = "opened_on desc, id desc"
    _rec_name = "move_id"
    _check_company_auto = True
    _no_company_is_all = False

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
        domain=[("move_type", "=", "out_invoice"), ("state", "=", "posted")],
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        related="move_id.commercial_partner_id",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", related="move_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one("res.currency", related="move_id.currency_id")
    amount = fields.Monetary(
        "Disputed", tracking=True, help="How much of the invoice is disputed."
    )
    reason = fields.Selection(
        [
            ("goods", "Goods Damaged or Wrong"),
            ("quantity", "Quantity"),
            ("price", "Price or Discount"),
            ("delivery", "Not or Late Delivered"),
            ("invoice", "Invoice Wrong or Missing"),
            ("other", "Other"),
        ],
        required=True,
        tracking=True,
    )
    description = fields.Text(help="What the customer says.")
    channel = fields.Selection(
        [("phone", "Phone"), ("portal", "Portal"), ("other", "Other")],
        "Said",
        required=True,
        default="phone",
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        default=lambda self: self.env.user,
        check_company=True,
        tracking=True,
        index="btree_not_null",
    )
    opened_on = fields.Date(
        required=True,
        readonly=True,
        copy=False,
        default=fields.Date.context_today,
        index=True,
    )
    answer_by = fields.Date(tracking=True, help="When the customer expects an answer.")
    answer = fields.Text(copy=False, help="What was answered; the customer reads it.")
    closed_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="open",
        index=True,
        tracking=True,
        help="Accepted: the customer was right. Refused: they were not.",
    )

    _one_open = models.UniqueIndex(
        "(move_id) WHERE state = 'open'", "This invoice has an open dispute already."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "The disputed amount cannot be negative."
    )

    @api.constrains("move_id")
    def _check_invoice(self):
        for dispute in self:
            # sudo: a portal user's own invoice, checked there
            move = dispute.sudo().move_id
            if move.move_type != "out_invoice" or move.state != "posted":
                raise ValidationError(
                    self.env._("Only posted invoices to customers can be disputed.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                if vals.get("state", "open") != "open" or vals.get("closed_on"):
                    self._raise_state()
        disputes = super().create(vals_list)
        for dispute in disputes.filtered("user_id"):
            # sudo: a portal user's dispute is answered by an employee
            dispute.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=dispute.answer_by or dispute.opened_on,
                summary=self.env._("Dispute: answer the customer"),
                user_id=dispute.user_id.id,
            )
        disputes._renew_dates()
        return disputes

    def write(self, vals):
        if not self.env.su and not {"state", "closed_on"}.isdisjoint(vals):
            self._raise_state()
        if not self.env.su and not {"move_id", "partner_id"}.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "A dispute stays with its invoice. Withdraw this one and"
                    " enter another for the right invoice."
                )
            )
        result = super().write(vals)
        if "state" in vals:
            self._renew_dates()
        return result

    def unlink(self):
        # sudo: the dates of an invoice follow, whoever may read it
        moves = self.sudo().move_id
        result = super().unlink()
        moves.exists()._renew_expected_payment()
        return result

    def _raise_state(self):
        raise UserError(
            self.env._("Close a dispute by its buttons: Accept, Refuse or Withdraw.")
        )

    def _renew_dates(self):
        # sudo: the invoice's dates follow, whoever disputes
        self.sudo().move_id._renew_expected_payment()

    def action_accept(self):
        """The customer was right; the answer says what happens now."""
        return self._close("accepted")

    def action_refuse(self):
        """The customer was not right; the answer says why."""
        return self._close("refused")

    def action_withdraw(self):
        """The customer takes it back, or it was entered by mistake."""
        return self._close("withdrawn")

    def _close(self, state):
        self.check_access("write")
        for dispute in self:
            if state != "withdrawn" and not (dispute.answer or "").strip():
                raise UserError(
                    self.env._(
                        "%(invoice)s: write the answer to the customer first.",
                        invoice=dispute.move_id.display_name,
                    )
                )
        # sudo: the state is written here alone; who may write may close
        self.sudo().write(
            {"state": state, "closed_on": fields.Date.context_today(self)}
        )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True
