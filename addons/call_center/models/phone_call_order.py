import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from ..telephony import panel
from ..telephony.dialling import EXTENSION

NOTIFICATION = "call_center.dial"
# a telephone that rings later than this would surprise who wanted the call
WAITING = 20
# a PBX that has an order tells of its call at once; the process asks again after 15
SILENT_ORDER = 45


class PhoneCallOrder(models.Model):
    """That a user's telephone is to call somebody; fetched once."""

    _name = "phone.call.order"
    _description = "Call to Be Placed"
    _inherit = ["company.guard"]
    _order = "id"
    _rec_name = "number"

    call_id = fields.Many2one(
        "phone.call", required=True, index=True, ondelete="cascade"
    )
    provider_id = fields.Many2one(related="call_id.provider_id", store=True, index=True)
    company_id = fields.Many2one(related="call_id.company_id", store=True)
    user_id = fields.Many2one("res.users", "Agent", required=True, ondelete="cascade")
    number = fields.Char(help="As it was asked for.")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sent", "Fetched"),
            ("placed", "Placed"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
    )
    sent_at = fields.Datetime("Fetched On")

    _waiting_idx = models.Index("(provider_id) WHERE state IN ('waiting', 'sent')")

    @api.model
    def _take(self, provider):
        """The orders that wait for a line's telephones, once each.

        :rtype: list[dict]
        """
        self._expire(provider)
        orders = self.search(
            [("provider_id", "=", provider.id), ("state", "=", "waiting")], limit=20
        )
        orders = orders.try_lock_for_update()
        commands = []
        for order in orders:
            # the user's own telephone of this moment, whatever the call says
            extension = order.user_id.phone_extension or ""
            if not EXTENSION.fullmatch(extension):
                order._fail("expired")
                continue
            order.write({"state": "sent", "sent_at": fields.Datetime.now()})
            commands.append(
                {
                    "action": "dial",
                    "callId": order.call_id.external_id,
                    "extension": extension,
                    "number": order.number,
                }
            )
        if commands:
            # the answer may be lost on its way: nobody hears of these calls then
            self.env.ref("call_center.ir_cron_sweep_calls")._trigger(
                fields.Datetime.now() + datetime.timedelta(seconds=SILENT_ORDER)
            )
        return commands

    @api.model
    def _expire(self, provider):
        """Give orders up that nobody fetched, or that were fetched by a process which
        never told of their call."""
        now = fields.Datetime.now()
        of_provider = Domain("provider_id", "in", provider.ids)
        for order in self.search(
            of_provider
            & Domain("state", "=", "waiting")
            & Domain("create_date", "<", now - datetime.timedelta(seconds=WAITING))
        ):
            order._fail("expired")
        for order in self.search(
            of_provider
            & Domain("state", "=", "sent")
            & Domain("sent_at", "<", now - datetime.timedelta(seconds=SILENT_ORDER))
        ):
            # if it did take place after all its end is still believed
            order._fail("lost")

    def _fail(self, cause):
        self.ensure_one()
        self.state = "failed"
        call = self.call_id
        if call.state != "ended":
            now = fields.Datetime.now()
            known = cause in dict(call._fields["cause"].selection)
            call.write(
                {
                    "state": "ended",
                    "ended_at": now,
                    "cause": cause if known else "cancel",
                }
            )
            panel.notify(call)
        self.user_id._bus_send(
            NOTIFICATION, {"call_id": call.id, "message": self._failure(cause)}
        )

    def _failure(self, cause):
        """What is wrong, in the words of whose telephone it is."""
        number = self.number
        env = self.with_context(lang=self.user_id.lang).env
        if cause == "busy":
            return env._("Your telephone is busy: %s was not called.", number)
        if cause == "noAnswer":
            return env._("Your telephone did not answer: %s was not called.", number)
        if cause in ("expired", "lost"):
            return env._(
                "The telephone system did not take the call: %s was not called.", number
            )
        return env._(
            "Your telephone is busy or cannot be reached: %s was not called.", number
        )

    @api.autovacuum
    def _gc_orders(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        old = self.search([("create_date", "<", limit)], limit=10_000)
        old.unlink()
        return len(old), len(old) == 10_000
