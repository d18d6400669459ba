from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .phone_call_back import GRACE

# what waited beside a PBX over a long weekend is still called back
OLDEST = timedelta(days=7)


class PhoneCall(models.Model):
    _inherit = "phone.call"

    callback_id = fields.Many2one(
        "phone.call.back",
        "Call-back",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    # for the job alone
    callback_due = fields.Boolean(copy=False)
    callback_tries = fields.Integer(copy=False)
    callback_retry_at = fields.Datetime(copy=False)

    _callback_due_idx = models.Index("(id) WHERE callback_due")

    def write(self, vals):
        result = super().write(vals)
        if {"state", "answered_at"} & vals.keys():
            self._note_call_back()
        return result

    def _is_missed(self):
        """An incoming call that nobody answered, of a number that can be called."""
        self.ensure_one()
        return bool(
            self.direction == "in"
            and self.state == "ended"
            and not self.answered_at
            and self.cause != "forwarded"
            and self.e164
        )

    def _note_call_back(self):
        """Have the job look at missed calls, and at callers who were reached."""
        Back = self.env["phone.call.back"].sudo()  # the job's, whoever ends a call
        oldest = fields.Datetime.now() - OLDEST
        due = self.browse()
        for call in self.filtered(lambda call: call.started_at > oldest):
            wanted = call.company_id._call_setting("call_back_missed")
            if (wanted and call._is_missed()) or (
                call.answered_at and call.e164 and Back._open_of(call)
            ):
                due |= call
        if due:
            due.callback_due = True
            # sudo: the job has to run, whoever ended the call
            self.env.ref("call_center.ir_cron_call_backs").sudo()._trigger(
                fields.Datetime.now() + GRACE
            )

    def _was_reached_since(self):
        """Whether the caller was spoken to after he had tried."""
        domain = Domain("e164", "=", self.e164)
        if self.partner_id:
            domain |= Domain("partner_id", "=", self.partner_id.id)
        return bool(
            self.search_count(
                domain
                & Domain("company_id", "=", self.company_id.id)
                & Domain("answered_at", ">=", self.started_at),
                limit=1,
            )
        )

    @api.model
    def _link_earlier(self, partner_ids):
        result = super()._link_earlier(partner_ids)
        Back = self.env["phone.call.back"]
        Back.flush_model(["partner_id"])
        linked = self.env.execute_query(
            SQL(
                """
                UPDATE phone_call_back back SET partner_id = call.partner_id
                  FROM phone_call call
                 WHERE call.callback_id = back.id AND back.partner_id IS NULL
                   AND call.partner_id = ANY(%s)
             RETURNING back.id
                """,
                list(partner_ids),
            )
        )
        if linked:
            Back.invalidate_model(["partner_id"])
        return result
