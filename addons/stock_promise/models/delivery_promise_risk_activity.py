"""Who is responsible for a promise at risk gets one activity, however many lines and
events there are: brought up to date while it is open, closed when the risk is gone."""

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import format_datetime


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    risk_activity_id = fields.Many2one(
        "mail.activity", copy=False, readonly=True, ondelete="set null"
    )
    closed_short_activity_id = fields.Many2one(
        "mail.activity", copy=False, readonly=True, ondelete="set null"
    )
    has_closed_short = fields.Boolean(
        string="Closed Short",
        compute="_compute_has_closed_short",
        help="Less was delivered than promised, and nothing more is under way.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {
            "risk_activity_id",
            "closed_short_activity_id",
        }

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(("state", "user_id", "active")):
            self._note_risk(worse=False)
        return result

    def _note_risk(self, worse):
        """Look at the activities of these promises when the transaction ends.

        :param worse: something is at risk that was not, or by more than before
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        noted = precommit.data.get("stock_promise.risks")
        if noted is None:
            noted = precommit.data["stock_promise.risks"] = {}
            # Whoever caused it: the activity is nobody's doing.
            system = self.env["delivery.promise"].with_user(SUPERUSER_ID)
            precommit.add(
                system.with_context(**self._activity_context())._update_noted_risks
            )
        for promise_id in self.ids:
            noted[promise_id] = noted.get(promise_id, False) or worse

    @api.model
    def _activity_context(self):
        return {
            # One receipt may put hundreds at risk: no mail for each of them.
            "mail_activity_quick_update": True,
            "mail_notify_force_send": False,
            "promise_cause": False,
        }

    @api.model
    def _update_noted_risks(self):
        noted = self.env.cr.precommit.data.pop("stock_promise.risks", {})
        promises = self.browse(noted).exists()
        promises._tell_closed_short()
        promises._update_risk_activities(
            promises.filtered(lambda promise: noted[promise.id])
        )

    def _lines_at_risk(self):
        self.ensure_one()
        if self.state not in ("held", "confirmed"):
            return self.line_ids.browse()
        return self.line_ids.filtered(
            lambda line: line.at_risk and not line.delivered_date
        )

    def _update_risk_activities(self, worse):
        """One activity for each promise at risk.

        :param worse: those that get a new one if the last one is done already
        """
        at_risk = {promise: promise._lines_at_risk() for promise in self}
        # Those that somebody has marked as done are archived.
        pending = self.risk_activity_id.exists().filtered("active")
        gone = self.filtered(
            lambda promise: promise.risk_activity_id in pending and not at_risk[promise]
        )
        values, owners = [], []
        for promise, vals in self._prepare_risk_activities(at_risk).items():
            activity = promise.risk_activity_id & pending
            if activity:
                activity._write_changed(vals)
            elif promise in worse:
                values.append({**vals, "res_id": promise.id})
                owners.append(promise)
        activities = self.env["mail.activity"].create(values)
        for promise, activity in zip(owners, activities, strict=True):
            promise.risk_activity_id = activity
        for promise in gone:
            activity = promise.risk_activity_id
            promise.risk_activity_id = False
            activity.action_feedback(feedback=promise._risk_gone_message())

    def _risk_gone_message(self):
        if self.state in ("held", "confirmed", "done"):
            return self.env._("What was promised can be kept again.")
        return self.env._("Nothing is promised any more.")

    def _prepare_risk_activities(self, at_risk):
        """{promise: values} of the promises with somebody to tell."""
        by_user = {}
        for promise, lines in at_risk.items():
            user = lines and promise._risk_responsible()
            if user:
                by_user.setdefault(user, []).append(promise)
        activity_type = self.env.ref("stock_promise.mail_activity_type_at_risk")
        model = self.env["ir.model"]._get(self._name)
        result = {}
        for user, promises in by_user.items():
            lines = self.env["delivery.promise.line"].union(
                *(at_risk[promise] for promise in promises)
            )
            # Named are those documents that whoever is told may read.
            reasons = (
                lines.with_user(user)
                .with_context(
                    allowed_company_ids=lines.company_id.ids, lang=user.lang or "en_US"
                )
                ._risk_reasons()
            )
            for promise in promises:
                result[promise] = {
                    "activity_type_id": activity_type.id,
                    "res_model_id": model.id,
                    "automated": True,
                    "user_id": user.id,
                    "summary": promise.with_context(lang=user.lang)._risk_summary(),
                    "note": promise._risk_note(at_risk[promise], reasons, user),
                }
        return result

    def _risk_responsible(self):
        """Who has to see to it: the responsible of the promise, who sold it, the
        company's, whoever made it."""
        self.ensure_one()
        company = self.company_id
        for user in (
            self.user_id,
            *self._risk_candidates(),
            company.promise_risk_user_id,
            self.create_uid,
        ):
            if (
                user
                and user.active
                and user.id != SUPERUSER_ID
                and user._is_internal()
                and company in user.company_ids
            ):
                return user
        return self.env["res.users"]

    def _risk_candidates(self):
        """Users to tell when the promise has no responsible; hook for bridges."""
        return []

    def _risk_summary(self):
        return self.env._("%s cannot be kept as promised", self.name)

    def _risk_note(self, lines, reasons, user):
        rows = []
        for line in lines.with_context(lang=user.lang):
            label, document, author = reasons[line]
            sentence = line._risk_sentence(label, document, author) if label else ""
            rows.append(
                Markup("<li>%s<br>%s</li>") % (line._risk_dates(user.tz), sentence)
            )
        return Markup("<ul>%s</ul>") % Markup("").join(rows)

    # -- closed short ----------------------------------------------------------------

    @api.depends("line_ids.closed_short", "line_ids.cancelled_date", "state")
    def _compute_has_closed_short(self):
        for promise in self:
            promise.has_closed_short = bool(promise._closed_short_lines())

    def _closed_short_lines(self):
        """Those lines of which a part is not delivered and not under way either."""
        self.ensure_one()
        if self.state not in ("confirmed", "done"):
            return self.line_ids.browse()
        return self.line_ids.filtered(
            lambda line: line.closed_short and not line.cancelled_date
        )

    def _tell_closed_short(self):
        """One activity for each promise of which a part will not be sent, closed when
        it is after all. At the end of the transaction: an order that is changed or
        cancelled closes its deliveries on the way."""
        for promise in self:
            lines = promise._closed_short_lines()
            activity = promise.closed_short_activity_id.exists().filtered("active")
            user = lines and promise._risk_responsible()
            if user:
                vals = promise._prepare_closed_short_activity(lines, user)
                if activity:
                    activity._write_changed(vals)
                elif not promise.closed_short_activity_id.exists():
                    promise.closed_short_activity_id = self.env["mail.activity"].create(
                        {**vals, "res_id": promise.id}
                    )
            elif promise.closed_short_activity_id:
                promise.closed_short_activity_id = False
                activity.action_feedback(
                    feedback=self.env._("Nothing is left open any more.")
                )

    def _prepare_closed_short_activity(self, lines, user):
        self.ensure_one()
        spoken = lines.with_context(lang=user.lang)
        rows = [
            Markup("<li>%s</li>")
            % spoken.env._(
                "%(product)s: %(delivered)s of %(quantity)s %(unit)s delivered",
                product=line.product_id.display_name,
                delivered=line._spare_number(line.delivered_quantity),
                quantity=line._spare_number(line.quantity),
                unit=line.product_uom_id.name,
            )
            for line in spoken
        ]
        activity_type = self.env.ref("stock_promise.mail_activity_type_closed_short")
        return {
            "activity_type_id": activity_type.id,
            "res_model_id": self.env["ir.model"]._get(self._name).id,
            "automated": True,
            "user_id": user.id,
            "summary": spoken.env._(
                "%s: the delivery was closed before all was sent", self.name
            ),
            "note": Markup("<ul>%s</ul><p>%s</p>")
            % (
                Markup("").join(rows),
                spoken.env._(
                    "Nothing more is planned to be sent. Use Re-promise to send it"
                    " after all, or lower the ordered quantity."
                ),
            ),
        }


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(
            ("at_risk", "feasible_date", "risk_said", "risk_cause", "delivered_date")
        ):
            promises = self.promise_id
            self.env["delivery.promise"].browse(promises.ids)._note_risk(
                worse=bool(vals.get("at_risk") or vals.get("risk_cause"))
            )
        return result

    def _risk_dates(self, tz=None):
        self.ensure_one()

        def moment(date):
            return format_datetime(self.env, date, tz=tz, dt_format="short")

        if self.promised_date and self.feasible_date:
            return self.env._(
                "%(product)s: promised for %(promised)s, possible on %(possible)s",
                product=self.product_id.display_name,
                promised=moment(self.promised_date),
                possible=moment(self.feasible_date),
            )
        return self.env._(
            "%(product)s: no known supply any more",
            product=self.product_id.display_name,
        )


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _write_changed(self, vals):
        """Write what is another value than before."""
        self.ensure_one()
        changed = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changed:
            self.write(changed)
