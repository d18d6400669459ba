from markupsafe import Markup

from odoo import fields, models


class PhoneCall(models.Model):
    """Calls in the chatter of the customer, where the company wants it."""

    _inherit = "phone.call"

    in_chatter = fields.Boolean(copy=False, readonly=True)

    def _post_in_chatter(self):
        """Note the call, once, on the customer and on what it was about.

        Neither number nor recording: the chatter is read by more people than calls,
        and kept longer.
        """
        for call in self:
            in_chatter = call.company_id._call_setting("call_log_in_chatter")
            if call.in_chatter or not in_chatter:
                continue
            records = call._chatter_records()
            author = self.env.user
            if author._is_superuser():
                # nobody ended the wrap-up: the sweeper did
                author = call.user_id or author
            # sudo: whose note it is; agents need not read the contacts of users
            author_id = author.sudo().partner_id.id
            for record in records:
                record.message_post(
                    body=call._chatter_body(),
                    author_id=author_id,
                    subtype_xmlid="mail.mt_note",
                )
            # sudo: agents do not say whether a call was noted
            call.sudo().in_chatter = bool(records)

    def _chatter_records(self):
        """Where the call is noted, in superuser mode."""
        self.ensure_one()
        # sudo: an agent need not be allowed to edit the customer he talks to
        call = self.sudo()
        records = [call.partner_id] if call.partner_id else []
        if call.res_model and call.res_id and call.res_model in self.env:
            record = self.env[call.res_model].sudo().browse(call.res_id).exists()
            if (
                record
                and record not in records
                and record._name != "res.users"
                and hasattr(record, "message_post")
            ):
                records.append(record)
        return records

    def _chatter_body(self):
        self.ensure_one()
        if self.direction == "in" and not self.answered_at:
            title = self.env._("Missed call")
        elif self.direction == "in":
            title = self.env._("Incoming call")
        else:
            title = self.env._("Outgoing call")
        details = [self.outcome_id.name, self.subject_id.name]
        if self.talk_seconds:
            details.append(self.env._("%s min", max(1, round(self.talk_seconds / 60))))
        head = ", ".join(detail for detail in details if detail)
        body = Markup("<b>%s</b>") % title
        if head:
            body += Markup(": %s") % head
        for line in (self.summary or "").splitlines():
            body += Markup("<br/>%s") % line
        return body
