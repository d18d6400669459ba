"""What was delivered, and when the last unit was with the customer."""

from datetime import timedelta

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    def _delivered_moves(self):
        """{line: [(move, moment, quantity in the product's unit)]}, done, in order:
        what went to the customer counts, what came back counts against it."""
        result = {line: [] for line in self}
        moves = self.move_ids.filtered(lambda move: move.state == "done")
        for move in moves.sorted("date"):
            sign = move._promise_delivery_sign()
            if sign:
                quantity = move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
                )
                result[move.promise_line_id].append((move, move.date, sign * quantity))
        return result

    def _delivery_steps(self, moves):
        """[(moment, quantity in the product's unit)] of what :meth:`_delivered_moves`
        gives for this line; kits count by what is complete."""
        self.ensure_one()
        return [
            (moment, quantity)
            for move, moment, quantity in moves
            if move.product_id == self.product_id
        ]

    def _is_delivery_open(self):
        """Whether more is under way to the customer, or about to be; hook."""
        return self._has_open_moves()

    def _has_open_moves(self):
        """Whether moves are under way to the customer; what comes back, and is put away
        then, is not."""
        self.ensure_one()
        return any(
            move.state not in ("done", "cancel")
            and move._promise_delivery_sign() >= 0
            and all(
                before._promise_delivery_sign() >= 0 for before in move.move_orig_ids
            )
            for move in self.move_ids
        )

    def _open_parts(self):
        """What a line that is promised again has of its kits already, as values of
        ``CheckedLine``."""
        self.ensure_one()
        return {"ahead": self._parts_ahead()}

    def _parts_ahead(self):
        """((product id, quantity), …) of parts that the customer has of kits which are
        not complete."""
        self.ensure_one()
        return ()

    def _update_delivery(self):
        """Bring delivered quantity and date up to what the moves say.

        The date is that of the unit that made the quantity complete; what comes back
        later does not undo it. What came back before, and is not sent again, was with
        the customer all the same. Where less was sent and nothing more is under way,
        the line is closed short: its responsible is told.
        """
        # sudo: a delivery is measured whoever validated it
        lines = self.sudo()
        delivered = lines._delivered_moves()
        for line in lines:
            wanted = line.product_uom_id._compute_quantity(
                line.quantity, line.product_id.uom_id, rounding_method="HALF-UP"
            )
            unit = line.product_id.uom_id
            total = sent = 0.0
            complete = all_sent = last = False
            for moment, quantity in line._delivery_steps(delivered[line]):
                total += quantity
                if quantity > 0:
                    last = moment
                    sent += quantity
                if not complete and unit.compare(total, wanted) >= 0:
                    complete = moment
                if not all_sent and unit.compare(sent, wanted) >= 0:
                    all_sent = moment
            is_over = not complete and not line._is_delivery_open()
            if is_over:
                complete = all_sent
            short = bool(
                is_over
                and not complete
                and line.move_ids
                and line.promise_id.state in ("confirmed", "done")
            )
            if short != line.closed_short:
                line.promise_id._note_closed_short()
            moment = complete or (short and last)
            line.write(
                {
                    "delivered_quantity": unit._compute_quantity(
                        total, line.product_uom_id
                    ),
                    "delivered_date": moment
                    and moment + timedelta(days=line.transit_days),
                    "closed_short": short,
                    **(
                        {"at_risk": False, "feasible_date": False, "risk_said": False}
                        if moment or short
                        else {}
                    ),
                }
            )
        lines.promise_id._update_done()


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    closed_short_activity_id = fields.Many2one(
        "mail.activity", copy=False, readonly=True, ondelete="set null"
    )
    has_closed_short = fields.Boolean(
        string="Closed Short",
        compute="_compute_has_closed_short",
        help="Less was delivered than promised, and nothing more is under way.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"closed_short_activity_id"}

    @api.depends("line_ids.closed_short", "state")
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

    def _note_closed_short(self):
        """Look at the end of the transaction whether somebody has to know: an order
        that is changed or cancelled closes its deliveries on the way."""
        precommit = self.env.cr.precommit
        noted = precommit.data.setdefault("stock_promise.closed_short", set())
        if not noted:
            # Whoever closed it: the activity is nobody's doing.
            system = self.env["delivery.promise"].with_user(SUPERUSER_ID)
            precommit.add(
                system.with_context(**self._activity_context())._tell_closed_short
            )
        noted.update(self.ids)

    @api.model
    def _tell_closed_short(self):
        noted = self.env.cr.precommit.data.pop("stock_promise.closed_short", set())
        for promise in self.browse(noted).exists():
            lines = promise._closed_short_lines()
            activity = promise.closed_short_activity_id.exists().filtered("active")
            user = lines and promise._risk_responsible()
            if user:
                vals = promise._prepare_closed_short_activity(lines, user)
                if activity:
                    activity._write_changed(vals)
                else:
                    promise.closed_short_activity_id = self.env["mail.activity"].create(
                        {**vals, "res_id": promise.id}
                    )
            elif activity:
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
