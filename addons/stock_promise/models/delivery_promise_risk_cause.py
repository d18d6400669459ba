"""By what a promise is at risk, and by whom: the document, the user."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from .stock_move import OPEN_STATES

#: the most telling first: what was taken away before what somebody else took
CAUSES = (
    "cancelled",
    "slipped",
    "short",
    "count",
    "manual",
    "put_off",
    "hours",
    "demand",
)


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    risk_cause = fields.Selection(
        [
            ("slipped", "Goods arrive later than planned"),
            ("cancelled", "Expected goods were cancelled"),
            ("short", "Less is expected than before"),
            ("overdue", "Expected goods are overdue"),
            ("count", "Stock was counted down or scrapped"),
            ("demand", "Another order takes the goods"),
            ("manual", "A date was set by hand"),
            ("put_off", "The delivery was planned for a later day"),
            ("hours", "Working hours or days on the way have changed"),
            ("other", "Stock or plans have changed"),
        ],
        readonly=True,
        copy=False,
    )
    risk_model = fields.Char(readonly=True, copy=False)
    risk_res_id = fields.Many2oneReference(
        model_field="risk_model", readonly=True, copy=False
    )
    risk_user_id = fields.Many2one(
        "res.users", string="Caused By", readonly=True, copy=False
    )
    risk_since = fields.Datetime(string="At Risk Since", readonly=True, copy=False)
    risk_reason = fields.Char(
        string="Cause",
        compute="_compute_risk_reason",
        help="By what the promise came at risk, and by whom. The document is named if "
        "you may see it.",
    )

    _risk_cause_fields = (
        "risk_cause",
        "risk_model",
        "risk_res_id",
        "risk_user_id",
        "risk_since",
    )

    def _engine_fields(self):
        return super()._engine_fields() | set(self._risk_cause_fields)

    def write(self, vals):
        if vals.get("at_risk", True):
            return super().write(vals)
        # What is not at risk has no cause.
        return super().write({**dict.fromkeys(self._risk_cause_fields, False), **vals})

    @api.depends("at_risk", "risk_cause", "risk_model", "risk_res_id", "risk_user_id")
    @api.depends_context("uid", "lang")
    def _compute_risk_reason(self):
        for line, (label, document, user) in self._risk_reasons().items():
            line.risk_reason = label and line._risk_sentence(label, document, user)

    def _risk_reasons(self):
        """{line: (label, document's name, user's name)}, of those that may be read."""
        labels = dict(self._fields["risk_cause"]._description_selection(self.env))
        names = self.env["delivery.promise.history"]._document_names(
            {
                (line.risk_model, line.risk_res_id)
                for line in self
                if line.at_risk and line.risk_model
            }
        )
        # sudo: only to get to the users, whose rights are asked
        users = self.sudo().risk_user_id.with_env(self.env)._filtered_access("read")
        authors = {user.id: user.name for user in users}
        return {
            line: (
                line.at_risk and labels.get(line.risk_cause, False),
                names.get((line.risk_model, line.risk_res_id), False),
                authors.get(line.sudo().risk_user_id.id, False),  # sudo: as above
            )
            for line in self
        }

    def _risk_sentence(self, label, document, user):
        if document and user:
            return self.env._(
                "%(cause)s: %(document)s (%(user)s)",
                cause=label,
                document=document,
                user=user,
            )
        if document:
            return self.env._("%(cause)s: %(document)s", cause=label, document=document)
        if user:
            return self.env._("%(cause)s (%(user)s)", cause=label, user=user)
        return label

    def _stocked_products(self):
        """What the line takes from the shelf: of a kit, its components."""
        self.ensure_one()
        # sudo: the moves of an order, whoever may see moves
        line = self.sudo()
        claims = line.promise_id.claim_ids.filtered(lambda claim: claim.line_id == line)
        products = line.product_id | line.move_ids.product_id | claims.product_id
        return products.with_env(self.env)

    def _products_of_causes(self):
        """{line: products whose supply the line rests on}; hook for bridges."""
        return {line: line._stocked_products() for line in self}

    def _is_worse(self, at_risk, feasible_date):
        """At risk now, and it was not before, or is by more."""
        self.ensure_one()
        if not self.at_risk:
            return False
        if not at_risk or not self.risk_cause:
            return True
        if self.risk_cause == "hours" and not self._days_late():
            return True  # they are as before: it is late for something else
        if not feasible_date:
            return False
        return not self.feasible_date or self.feasible_date > feasible_date

    def _is_harmed_by(self, record, kind):
        """Whether what was done can have taken goods from this line, or put it off."""
        self.ensure_one()
        if kind == "hours":
            return bool(self._days_late())
        if kind == "put_off":
            return record.promise_line_id == self
        if record._name == "stock.move":
            if record.promise_line_id == self:
                return record._promise_ends()[1]
            final = record.location_final_id or record.location_dest_id
            return self.warehouse_id in (
                record.location_id.warehouse_id,
                final.warehouse_id,
            )
        return True

    def action_open_risk(self):
        """The document by which the line is at risk."""
        self.ensure_one()
        self.check_access("read")
        key = self.risk_model, self.risk_res_id
        if key not in self.env["delivery.promise.history"]._document_names({key}):
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": self.risk_model,
            "res_id": self.risk_res_id,
            "views": [(False, "form")],
        }


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    risk_reason = fields.Char(
        string="Cause", compute="_compute_risk_reason", compute_sudo=False
    )

    @api.depends("line_ids.risk_reason")
    @api.depends_context("uid", "lang")
    def _compute_risk_reason(self):
        for promise in self:
            reasons = promise.line_ids.mapped("risk_reason")
            promise.risk_reason = "; ".join(dict.fromkeys(filter(None, reasons)))

    def _write_risks(self, risks):
        """Of what is newly at risk, or worse than before, the cause too."""
        lines = self.env["delivery.promise.line"].browse(risks)
        before = {line: (line.at_risk, line.feasible_date) for line in lines}
        result = super()._write_risks(risks)
        worse = lines.filtered(lambda line: line._is_worse(*before[line]))
        if worse:
            self._write_causes(worse)
        return result

    @api.model
    def _write_causes(self, lines):
        noted = self.env.cr.precommit.data.get("stock_promise.causes", {})
        products = lines._products_of_causes()
        causes = {
            line: [
                cause
                for product in products[line]
                for cause in noted.get(product.id, ())
            ]
            for line in lines
        }
        records = self._records_of_causes(
            {cause for group in causes.values() for cause in group}
        )
        found = {line: self._noted_cause(line, causes[line], records) for line in lines}
        unknown = [line for line in lines if not found[line]]
        overdue = self._overdue_supply(
            {product.id for line in unknown for product in products[line]}
        )
        now = fields.Datetime.now()
        for line in lines:
            cause = found[line] or next(
                (
                    overdue[product.id, line.warehouse_id.id]
                    for product in products[line]
                    if (product.id, line.warehouse_id.id) in overdue
                ),
                None,
            )
            kind, document, uid = cause or ("other", None, self.env.uid)
            line.write(
                {
                    "risk_cause": kind,
                    "risk_model": document and document._name,
                    "risk_res_id": document and document.id,
                    "risk_user_id": uid != SUPERUSER_ID and uid,
                    "risk_since": line.risk_since or now,
                }
            )

    @api.model
    def _records_of_causes(self, causes):
        """{(model, id): record} of what was done, as far as it still exists: one query
        for each model."""
        ids = {}
        for __, model, record_id, __ in causes:
            ids.setdefault(model, set()).add(record_id)
        return {
            (model, record.id): record
            for model, record_ids in ids.items()
            for record in self.env[model].browse(sorted(record_ids)).exists()
        }

    @api.model
    def _noted_cause(self, line, causes, records):
        """(kind, document, user id) of what was done in this transaction, the most
        telling first; None when nothing was that could have harmed this line.

        :param causes: what was noted for the products of the line
        :param records: see :meth:`_records_of_causes`
        """
        for kind, model, record_id, uid in sorted(
            causes, key=lambda cause: CAUSES.index(cause[0])
        ):
            record = records.get((model, record_id))
            if not record or not line._is_harmed_by(record, kind):
                continue
            if kind == "put_off":
                record = record.picking_id or record  # where it was planned
            elif model == "stock.move":
                record = record._promise_document()
            return kind, record, uid
        return None

    @api.model
    def _overdue_supply(self, product_ids):
        """{(product, warehouse): (kind, document, nobody)} of what should have come."""
        if not product_ids:
            return {}
        now = fields.Datetime.now()
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", list(product_ids)),
                ("state", "in", OPEN_STATES),
                ("date", "<", now),
            ],
            order="date, id",
        )
        overdue = {}
        for move in moves:
            if move._promise_ends()[1]:
                final = move.location_final_id or move.location_dest_id
                overdue.setdefault(
                    (move.product_id.id, final.warehouse_id.id),
                    ("overdue", move._promise_document(), False),
                )
        return overdue

    # -- what no transaction causes ------------------------------------------------

    @api.model
    def _cron_watch(self):
        """A day passes and nothing happens: what should have arrived has not, what
        should have been ordered was not. The promises that rest on it are looked
        at."""
        cron = self.env["ir.cron"]
        product_ids = self._products_left_behind()
        cron._commit_progress(remaining=len(product_ids))
        for start in range(0, len(product_ids), 100):
            batch = product_ids[start : start + 100]
            self._watch(batch)
            if not cron._commit_progress(len(batch)):
                break

    @api.model
    def _products_left_behind(self):
        """Products of promises in force with open supply whose day has passed, with
        goods that lie where no delivery takes them from, or with a line whose goods
        should have been ordered by now."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH promised AS (
                    SELECT claim.product_id
                      FROM delivery_promise_claim claim
                      JOIN delivery_promise promise ON promise.id = claim.promise_id
                     WHERE promise.state = 'held' AND promise.hold_until > %(now)s
                    UNION
                    SELECT move.product_id FROM stock_move move
                     WHERE move.promise_line_id IS NOT NULL
                       AND move.state IN %(states)s
                )
                SELECT promised.product_id FROM promised
                 WHERE EXISTS (
                       SELECT FROM stock_move supply
                         JOIN stock_location source ON source.id = supply.location_id
                        WHERE supply.product_id = promised.product_id
                          AND supply.state IN %(states)s
                          AND supply.date < %(now)s
                          AND supply.promise_line_id IS NULL
                          AND source.usage NOT IN ('internal', 'view'))
                    OR EXISTS (
                       SELECT FROM stock_quant quant
                         JOIN stock_location place ON place.id = quant.location_id
                          AND place.usage = 'internal'
                         JOIN stock_warehouse warehouse
                           ON warehouse.id = place.warehouse_id
                         JOIN stock_location stock
                           ON stock.id = warehouse.lot_stock_id
                        WHERE quant.product_id = promised.product_id
                          AND quant.quantity > 0
                          AND NOT starts_with(place.parent_path, stock.parent_path))
                    OR EXISTS (
                       SELECT FROM delivery_promise_line line
                        WHERE line.product_id = promised.product_id
                          AND line.delivered_date IS NULL
                          AND line.at_risk IS NOT TRUE
                          AND line.replenish_by <= %(now)s)
                 ORDER BY promised.product_id
                """,
                now=fields.Datetime.now(),
                states=OPEN_STATES,
            )
        )
        return [product_id for (product_id,) in rows]
