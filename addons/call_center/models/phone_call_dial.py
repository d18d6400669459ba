import datetime
import re
import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import phone_number

NOTIFICATION = "call_center.dial"
# what the ids of ordered calls begin with
ORDER = "odoo-"
# a telephone that rings later than this would surprise who wanted the call
ORDER_SECONDS = 20
# a process beside the PBX that asks once a second and was not heard for so long
SILENT_SECONDS = 60
_EXTENSION = re.compile(r"^\d{2,5}$")
_DIALLED = re.compile(r"^\+?\d{2,20}$")


class PhoneCallDial(models.AbstractModel):
    """The part of ``phone.call`` that lets a user's own telephone make a call.

    Odoo does not reach out to the PBX. The call is written down with an order, which
    the process beside the PBX fetches with the line's token; its events then come as
    those of any call, under the id that the order gave.
    """

    _name = "phone.call.dial.mixin"
    _description = "Phone Call: Dial"

    @api.model
    def dial(self, number, model=False, record_id=False):
        """Call a number from the user's own telephone: it rings first, and the other
        side is called when it is picked up.

        :param str number: as written in the record
        :param model: whose number it is, if that is known: the record's model
        :param record_id: and its id
        :return: ``{"call_id": int}``
        :rtype: dict
        """
        user = self.env.user
        self._check_dial(user)
        provider = self._dial_provider(user)
        dialled = self._dial_number(number, provider)
        # sudo: agents may not read or write lines and orders; only the user's own
        # telephone can be made to ring
        orders = self.env["phone.call.order"].sudo()
        orders._expire(provider)
        if orders.search_count(
            [("user_id", "=", user.id), ("state", "=", "waiting")], limit=1
        ):
            raise UserError(
                self.env._("Your telephone is about to ring: pick it up first.")
            )
        vals = {
            "provider": provider.kind,
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "external_id": f"{ORDER}{uuid.uuid4().hex}",
            "direction": "out",
            "from_number": user.phone_extension,
            "to_number": dialled,
            "user_id": user.id,
            **self._dial_record_vals(model, record_id),
        }
        call = self.sudo().create(vals)
        if not call.res_model:
            call._link_customer()
        orders.create({"call_id": call.id, "user_id": user.id})
        call._notify_agents()
        return {"call_id": call.id}

    @api.model
    def _check_dial(self, user):
        if not self.has_access("create"):
            raise AccessError(self.env._("Only call center agents may place calls."))
        if not _EXTENSION.match(user.phone_extension or ""):
            raise UserError(
                self.env._(
                    "You have no telephone: an administrator enters its extension (two "
                    "to five digits) in your user form."
                )
            )

    @api.model
    def _dial_provider(self, user):
        providers = self.env["call.provider"]._that_dial(self.env.company)
        if not providers:
            raise UserError(
                self.env._(
                    "No telephone line of %s can place calls.", self.env.company.name
                )
            )
        silent = fields.Datetime.now() - datetime.timedelta(seconds=SILENT_SECONDS)
        for provider in providers:
            if provider.connector_seen and provider.connector_seen > silent:
                return provider
        raise UserError(
            self.env._(
                "The telephone system is not connected at the moment. Dial by hand, "
                "and tell your administrator that the process beside the PBX is not "
                "running."
            )
        )

    @api.model
    def _dial_number(self, number, provider):
        """The number to call, without anything that could be more than a number."""
        if not isinstance(number, str) or not number.strip() or len(number) > 250:
            raise UserError(self.env._("number: enter the phone number to call."))
        parsed = phone_number.parse(number, provider._region())
        dialled = parsed.internal
        if parsed.readings:
            reading = parsed.readings[0]
            dialled = reading.e164 or reading.national
        if not _DIALLED.match(dialled or ""):
            raise UserError(self.env._("number: “%s” cannot be called.", number))
        return dialled

    @api.model
    def _dial_record_vals(self, model, record_id):
        """Whose number it is, if the user may read it; else it is looked up."""
        if model not in self.env["phone.directory"]._model_names():
            return {}
        if type(record_id) is not int or record_id <= 0:
            return {}
        record = self.env[model].browse(record_id).exists()
        if not record or not record.has_access("read"):
            return {}
        partner = record._phone_directory_partners().get(record.id)
        vals = {"res_model": model, "res_id": record.id}
        if partner:
            vals["partner_id"] = partner.id
        return vals

    def _has_failed_order(self):
        self.ensure_one()
        return (self.external_id or "").startswith(ORDER) and bool(
            self.env["phone.call.order"].search_count(
                [("call_id", "=", self.id), ("state", "=", "failed")], limit=1
            )
        )

    def _dial_failed(self, cause):
        """The user's own telephone did not take the call: tell him, once."""
        self.ensure_one()
        order = self.env["phone.call.order"].search(
            [("call_id", "=", self.id), ("state", "!=", "failed")], limit=1
        )
        if order:
            order._fail(cause)


class PhoneCallOrder(models.Model):
    """That a user's telephone is to call somebody; fetched once."""

    _name = "phone.call.order"
    _description = "Call to Be Placed"
    _order = "id"
    _rec_name = "number"

    call_id = fields.Many2one(
        "phone.call", required=True, index=True, ondelete="cascade"
    )
    provider_id = fields.Many2one(related="call_id.provider_id", store=True, index=True)
    company_id = fields.Many2one(related="call_id.company_id", store=True)
    user_id = fields.Many2one("res.users", "Agent", required=True, ondelete="cascade")
    number = fields.Char(related="call_id.to_number")
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Fetched"), ("failed", "Failed")],
        required=True,
        default="waiting",
    )

    _waiting_idx = models.Index("(provider_id) WHERE state = 'waiting'")

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
        orders.state = "sent"
        return [
            {
                "action": "dial",
                "callId": order.call_id.external_id,
                "extension": order.call_id.from_number,
                "number": order.call_id.to_number,
            }
            for order in orders
        ]

    @api.model
    def _expire(self, provider):
        limit = fields.Datetime.now() - datetime.timedelta(seconds=ORDER_SECONDS)
        for order in self.search(
            [
                ("provider_id", "in", provider.ids),
                ("state", "=", "waiting"),
                ("create_date", "<", limit),
            ]
        ):
            order._fail("expired")

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
            call._notify_agents()
        self.user_id._bus_send(
            NOTIFICATION, {"call_id": call.id, "message": self._failure(cause)}
        )

    def _failure(self, cause):
        """What is wrong, in the words of whose telephone it is."""
        number = self.call_id.to_number
        env = self.with_context(lang=self.user_id.lang).env
        if cause == "busy":
            return env._("Your telephone is busy: %s was not called.", number)
        if cause == "noAnswer":
            return env._("Your telephone did not answer: %s was not called.", number)
        if cause == "expired":
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
