from odoo import fields, models
from odoo.exceptions import UserError

WRAP_UP_KEYS = {
    "outcome_id": "phone.call.outcome",
    "subject_id": "phone.call.subject",
}
ACTIVITY_KEYS = {"activity_type_id", "date_deadline", "user_id", "summary"}
#: characters of a note
TEXT = 20_000


class PhoneCall(models.Model):
    """What agents may send of a wrap-up, checked."""

    _inherit = "phone.call"

    def _check_wrap_up(self, values):
        if not isinstance(values, dict):
            raise UserError(self.env._("wrap_up: a dictionary of values is expected."))
        vals, about, activity = {}, None, None
        for key, value in values.items():
            if key in WRAP_UP_KEYS:
                record = self._check_choice(key, WRAP_UP_KEYS[key], value)
                vals[key] = record.id
            elif key == "tag_ids":
                if not isinstance(value, list):
                    raise UserError(self.env._("tag_ids: a list of ids is expected."))
                tags = [self._check_choice(key, "phone.call.tag", id_) for id_ in value]
                vals[key] = [(6, 0, [tag.id for tag in tags if tag])]
            elif key == "summary":
                vals[key] = self._check_text(key, value)
            elif key == "about":
                about = self._check_about(value)
            elif key == "activity":
                activity = value and self._check_activity(value)
            else:
                raise UserError(
                    self.env._("wrap_up: “%s” is not known.", str(key)[:64])
                )
        return vals, about, activity

    def _check_text(self, key, value, length=TEXT):
        """A text as the database takes it, without what no keyboard types."""
        if value and not isinstance(value, str):
            raise UserError(self.env._("%s: a text is expected.", key))
        text = (value or "").encode("utf-8", "ignore").decode().replace("\x00", "")
        return text.strip()[:length] or False

    def _check_choice(self, key, model, value):
        record = self.env[model]
        if not value:
            return record
        if isinstance(value, bool) or not isinstance(value, int):
            raise UserError(self.env._("%s: an id is expected.", key))
        record = record.search([("id", "=", value)])
        if "company_id" in record and record.company_id not in (
            self.company_id,
            self.company_id.browse(),
        ):
            record = record.browse()
        if not record:
            raise UserError(
                self.env._(
                    "%(key)s: there is none with the id %(id)s.", key=key, id=value
                )
            )
        return record

    def _check_about(self, value):
        if not value:
            return None
        if isinstance(value, dict):
            for record in self._wrap_up_abouts():
                if (record._name, record.id) == (value.get("model"), value.get("id")):
                    return record
        raise UserError(
            self.env._("about: choose one of the records that the call can be about.")
        )

    def _check_activity(self, value):
        if not isinstance(value, dict) or set(value) - ACTIVITY_KEYS:
            raise UserError(
                self.env._(
                    "activity: type, date, responsible and summary are expected."
                )
            )
        type_ = self._check_choice(
            "activity_type_id", "mail.activity.type", value.get("activity_type_id")
        )
        # others belong to models of their own
        if not type_ or type_.res_model:
            raise UserError(self.env._("activity: choose what is to be done."))
        users = {user["id"] for user in self._wrap_up_users()}
        user_id = value.get("user_id") or self.env.uid
        if type(user_id) is not int or user_id not in users:
            raise UserError(
                self.env._("activity: choose a colleague of the call's company.")
            )
        try:
            date = fields.Date.to_date(value.get("date_deadline") or None)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("activity: the date cannot be read.")) from error
        return {
            "activity_type_id": type_.id,
            "date_deadline": date or fields.Date.context_today(self),
            "user_id": user_id,
            "summary": self._check_text("summary", value.get("summary"), 250),
        }

    def _plan_activity(self, about, activity):
        """The next activity, on what the call was about, else on the customer."""
        record = about or next(iter(self._wrap_up_abouts()), None)
        if record is None:
            record = self.env["phone.call.back"]._of_number(self)
            if not record.has_access("write"):
                raise UserError(
                    self.env._(
                        "Another team is to call this number back already. Leave the "
                        "next activity out, or enter the customer first."
                    )
                )
        # sudo: an agent need not be allowed to edit the customer he talks to; that he
        # may read him was checked
        record.sudo().activity_schedule(
            activity_type_id=activity.pop("activity_type_id"), **activity
        )
