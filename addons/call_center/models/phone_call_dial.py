import datetime
import re
import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import phone_number

# what the ids of ordered calls begin with
ORDER = "odoo-"
# a process beside the PBX that asks once a second and was not heard for so long
SILENT_SECONDS = 60
EXTENSION = re.compile(r"\d{2,5}")
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
        orders.create({"call_id": call.id, "user_id": user.id, "number": dialled})
        call._notify_agents()
        return {"call_id": call.id}

    @api.model
    def _check_dial(self, user):
        if not user.has_group("call_center.group_call_center_agent"):
            raise AccessError(self.env._("Only call center agents may place calls."))
        if not EXTENSION.fullmatch(user.phone_extension or ""):
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
