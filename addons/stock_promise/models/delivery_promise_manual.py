"""Dates set by hand: earlier or later than computed, marked as such, and watched."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..promising.words import Terms
from .own_context import without_defaults

_lt = Terms(__name__)
BY_HAND = _lt("The date was set by hand.")


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    is_manual = fields.Boolean(
        string="Set by Hand",
        readonly=True,
        copy=False,
        help="A planner has set the promised date. Promising again replaces it.",
    )
    manual_reason = fields.Char(string="Why by Hand", readonly=True, copy=False)

    def _engine_fields(self):
        return super()._engine_fields() | {"is_manual", "manual_reason"}

    def write(self, vals):
        # A date that comes with its reasons was computed.
        if "answer" in vals and "is_manual" not in vals:
            vals = {**vals, "is_manual": False, "manual_reason": False}
        return super().write(vals)

    def action_set_by_hand(self):
        """Ask for the date and the reason."""
        self.check_access("read")
        lines = self.filtered(
            lambda line: (
                line.promise_state in ("held", "confirmed") and not line.delivered_date
            )
        )
        if not lines:
            raise UserError(
                self.env._("Nothing here is held or confirmed and still to be sent.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set Date by Hand"),
            "res_model": "delivery.promise.manual",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_line_ids": lines.ids,
                "default_promised_date": max(
                    (date for date in lines.mapped("promised_date") if date),
                    default=False,
                ),
            },
        }

    def set_promised_date(self, promised_date, reason):
        """Promise another date than was computed.

        The goods are claimed for that day, and an order's moves are planned for it;
        a line that cannot be kept is at risk at once. Where everything is delivered
        together, all lines get the date.

        :param promised_date: when it is with the customer (UTC)
        :param reason: why, in the planner's words; customers do not read it
        :raises AccessError: only administrators of promises
        :raises UserError: not in force, delivered already, in the past, no reason
        """
        self.env["delivery.promise"]._begin_claim()
        self.check_access("write")
        if not self.env.user.has_group("stock_promise.group_promise_manager"):
            raise AccessError(
                self.env._(
                    "Only an administrator of promises sets a date by hand. Use"
                    " Re-promise, or ask one."
                )
            )
        date = self.env["delivery.promise.engine"]._parse_datetime(
            promised_date, "promised_date"
        )
        self.promise_id._lock_claimed()
        self._check_set_by_hand(date, reason)
        for promise in self.promise_id:
            lines = promise.line_ids & self
            if promise.shipping_policy == "one":
                lines = promise.line_ids.filtered(lambda line: not line.delivered_date)
            promise._with_cause("manual", None, reason.strip())._set_by_hand(
                lines, date, reason.strip()
            )
        return True

    def _check_set_by_hand(self, date, reason):
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why the date is set by hand."))
        if date < fields.Datetime.now():
            raise UserError(
                self.env._("A date in the past cannot be promised: choose a later one.")
            )
        for line in self:
            if line.promise_state not in ("held", "confirmed"):
                raise UserError(
                    self.env._(
                        "%s is not in force: hold it before you set a date.",
                        line.promise_id.name,
                    )
                )
            if line.delivered_date:
                raise UserError(
                    self.env._(
                        "%(product)s of %(promise)s is delivered already.",
                        product=line.product_id.display_name,
                        promise=line.promise_id.name,
                    )
                )
            if not line.warehouse_id:
                raise UserError(
                    self.env._(
                        "%(product)s of %(promise)s has no warehouse to be sent from,"
                        " so no day can be planned for it.",
                        product=line.product_id.display_name,
                        promise=line.promise_id.name,
                    )
                )

    def _prepare_by_hand(self, date, reason, schedule, carrier):
        """What a line writes down that is promised for ``date``."""
        self.ensure_one()
        engine = self.env["delivery.promise.engine"]
        now = fields.Datetime.now()
        ship = max(schedule.latest_ship(date, self.transit_days, carrier) or now, now)
        material = schedule.needed(ship)
        vals = {
            "promised_date": date,
            "first_promised_date": self.first_promised_date or date,
            "ship_date": ship,
            "material_date": material,
            "answer": {
                "schedule": self._schedule_by_hand(date, ship),
                "reasons": engine._keep(
                    [{"code": "manual", "message": engine._say(BY_HAND)}]
                ),
            },
            "is_manual": True,
            "manual_reason": reason,
            # When the risk is looked at, it is about this date.
            "at_risk": False,
            "feasible_date": False,
            "risk_said": False,
            "hours_delay": 0,
            "plan_delay": 0,
        }
        if self.replenish_by and self.material_date:
            vals["replenish_by"] = self.replenish_by + (material - self.material_date)
        return vals

    def _schedule_by_hand(self, date, ship):
        """Parts that go out earlier stay, unless they are later than this date."""
        to_string = fields.Datetime.to_string
        last = self.promised_date and to_string(self.promised_date)
        parts = []
        (answer,) = self._answered()
        for part in answer.get("schedule") or []:
            moved = dict(part)
            if part["delivery_date"] in (False, last) or (
                part["delivery_date"] > to_string(date)
            ):
                moved.update(ship_date=to_string(ship), delivery_date=to_string(date))
            parts.append(moved)
        return parts


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    has_manual = fields.Boolean(
        string="Has Dates Set by Hand",
        compute="_compute_has_manual",
        search="_search_has_manual",
    )

    @api.depends("line_ids.is_manual")
    def _compute_has_manual(self):
        for promise in self:
            promise.has_manual = any(promise.line_ids.mapped("is_manual"))

    def _search_has_manual(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("line_ids", "any", [("is_manual", "in", list(value))])]

    def _set_by_hand(self, lines, date, reason):
        self.ensure_one()
        lines = lines.with_env(self.env)  # with the cause
        engine = self.env["delivery.promise.engine"]
        schedules = engine._schedules(
            lines.warehouse_id, self.company_id, fields.Datetime.now()
        )
        partner = self._get_destination_partner()
        # Whose promises this one takes from now on sees it as the cause.
        products = self.env["product.product"].union(
            *(line._stocked_products() for line in lines)
        )
        self._note_cause(products.ids, "manual", self._name, self.id)
        for line in lines:
            before = line.material_date
            carrier = engine._transit_carrier(line.warehouse_id, partner)
            vals = line._prepare_by_hand(
                date, reason, schedules[line.warehouse_id.id], carrier
            )
            rest = 0.0 if line.promised_date else line.undated_quantity
            # sudo: dates are written by the engine alone; the right to set them was
            # checked
            line.sudo().write(vals)
            if rest:
                self._claim_rest(line, rest, vals["material_date"])
            else:
                self._move_claims(line, before, vals["material_date"])
        if self.state == "confirmed":
            lines._update_move_dates()
            self._follow_dates()
            # sudo: the goods of an order follow its promise, whoever may reserve
            lines.sudo().move_ids._reserve_as_planned()
        self._touch_products(products.ids)

    def _move_claims(self, line, before, material):
        """The goods of the last part are claimed for another day; those of earlier
        parts at the latest for that day."""
        # sudo: claims are written by the engine alone
        claims = self.claim_ids.sudo().filtered(
            lambda claim: claim.line_id == line and claim.quantity > 0
        )
        last = before or max(claims.mapped("date"), default=material)
        for claim in claims:
            if claim.date >= last - timedelta(seconds=1) or claim.date > material:
                claim.date = material

    def _claim_rest(self, line, quantity, material):
        """A hold claims what had no date for the one that it has by hand now; what is
        promised for days before that stays where it is."""
        if self.state != "held":
            return
        # sudo: claims are written by the engine alone
        Claim = without_defaults(self.env["delivery.promise.claim"].sudo())
        claims = Claim.search([("line_id", "=", line.id), ("quantity", ">", 0)])
        claims.filtered(lambda claim: claim.date > material).date = material
        product = line.product_id
        wanted = line.product_uom_id._compute_quantity(
            quantity, product.uom_id, rounding_method="HALF-UP"
        )
        components = (
            self.env["delivery.promise.engine"]
            ._explode({line._goods(wanted)}, self.company_id)
            .get(line._goods(wanted))
        ) or ((product, 1.0),)
        Claim.create(
            [
                {
                    "line_id": line.id,
                    "promise_id": self.id,
                    "product_id": component.id,
                    "warehouse_id": line.warehouse_id.id,
                    "quantity": wanted * ratio,
                    "date": material,
                }
                for component, ratio in components
                if component.is_storable
            ]
        )

    def action_set_by_hand(self):
        """Ask for the date and the reason."""
        self.ensure_one()
        self.check_access("read")
        return self.line_ids.action_set_by_hand()
