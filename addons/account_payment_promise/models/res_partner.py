from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    payment_promise_ids = fields.One2many(
        "account.payment.promise", "partner_id", "Promises to Pay", readonly=True
    )
    payment_promise_count = fields.Integer(
        "Number of Promises to Pay",
        compute="_compute_payment_promises",
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    payment_promises_kept = fields.Integer(
        compute="_compute_payment_promises",
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    payment_promises_broken = fields.Integer(
        compute="_compute_payment_promises",
        groups="account.group_account_readonly,account.group_account_invoice",
        help="Broken or only partly kept.",
    )
    payment_dispute_count = fields.Integer(
        "Number of Open Disputes",
        compute="_compute_payment_promises",
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    payment_behaviour_text = fields.Char(
        "How They Pay",
        compute="_compute_payment_behaviour_text",
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    @api.depends("payment_promise_ids.state")
    @api.depends_context("allowed_company_ids")
    def _compute_payment_promises(self):
        entities = self.commercial_partner_id
        counts = self._payment_promise_counts(entities)
        disputes = dict(
            self.env["account.payment.dispute"]._read_group(
                [
                    ("partner_id", "in", entities.ids),
                    ("state", "=", "open"),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            entity = partner.commercial_partner_id
            found = counts.get(entity, {})
            partner.payment_promise_count = sum(found.values())
            partner.payment_promises_kept = found.get("kept", 0)
            partner.payment_promises_broken = found.get("broken", 0) + found.get(
                "partly", 0
            )
            partner.payment_dispute_count = disputes.get(entity, 0)

    @api.model
    def _payment_promise_counts(self, entities):
        """{customer: {state: number of promises}} in the chosen companies."""
        counts = {}
        groups = self.env["account.payment.promise"]._read_group(
            [
                ("partner_id", "in", entities.ids),
                ("company_id", "in", self.env.companies.ids),
            ],
            ["partner_id", "state"],
            ["__count"],
        )
        for entity, state, count in groups:
            counts.setdefault(entity, {})[state] = count
        return counts

    @api.depends_context("company", "lang")
    def _compute_payment_behaviour_text(self):
        rows = self._payment_behaviours()
        for partner in self:
            row = rows.get(partner.commercial_partner_id)
            partner.payment_behaviour_text = self._payment_behaviour_words(row)

    def _payment_behaviours(self):
        """{customer: row of behaviour} in the current company."""
        rows = self.env["account.payment.behaviour"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("invoices", ">", 0),
            ]
        )
        return {row.partner_id: row for row in rows}

    @api.readonly
    def payment_behaviour(self):
        """How a customer pays, in the current company, as of the last daily run.

        :return: ``{"invoices": int, "days_50": float|False, "days_90": float|False,
            "text": str}``: paid instalments of the last two years, the days after the
            due date (negative: before it) by which half and nine in ten of their
            instalments are paid, and the same in words for an agent
        :raises AccessError: without the right to read the customer or behaviours
        """
        self.ensure_one()
        self.check_access("read")
        self.env["account.payment.behaviour"].check_access("read")
        row = self._payment_behaviours().get(self.commercial_partner_id)
        return {
            "invoices": row.invoices if row else 0,
            "days_50": float(row.days_50) if row else False,
            "days_90": float(row.days_90) if row else False,
            "text": self._payment_behaviour_words(row),
        }

    @api.model
    def _payment_behaviour_words(self, row):
        """How a customer pays, in a sentence; ``row`` may be nothing."""
        if not row or not row.own:
            return self.env._("No payment history yet.")
        days = row.days_50
        if days > 1:
            usual = self.env._(
                "Usually pays %(days)s days after the due date", days=days
            )
        elif days == 1:
            usual = self.env._("Usually pays one day after the due date")
        elif not days:
            usual = self.env._("Usually pays on the due date")
        elif days == -1:
            usual = self.env._("Usually pays one day before the due date")
        else:
            usual = self.env._(
                "Usually pays %(days)s days before the due date", days=-days
            )
        if row.days_90 > 0:
            late = self.env._("nine in ten within %(days)s days", days=row.days_90)
        elif not row.days_90:
            late = self.env._("nine in ten by the due date")
        else:
            late = self.env._(
                "nine in ten at least %(days)s days before it", days=-row.days_90
            )
        return self.env._("%(usual)s, %(late)s.", usual=usual, late=late)

    def action_open_payment_promises(self):
        """The customer's promises to pay."""
        self.check_access("read")
        self.env["account.payment.promise"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promises to Pay"),
            "res_model": "account.payment.promise",
            "view_mode": "list,form",
            "domain": [("partner_id", "in", self.commercial_partner_id.ids)],
            "context": {"default_partner_id": self.commercial_partner_id[:1].id},
        }

    def action_open_payment_disputes(self):
        """The customer's disputes."""
        self.check_access("read")
        self.env["account.payment.dispute"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disputes"),
            "res_model": "account.payment.dispute",
            "view_mode": "list,form",
            "domain": [("partner_id", "in", self.commercial_partner_id.ids)],
        }
