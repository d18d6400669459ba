"""Every date that was promised, and why it changed: by whom, when, because of what."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..plain_json import PlainJson
from .checks import IN_FORCE
from .moved_dates import SUPPLY, Move, to_datetime
from .own_context import own, owned, without_defaults


class DeliveryPromiseHistory(models.Model):
    """One row for each change of a line's promised date. Written by the engine alone,
    never changed."""

    _name = "delivery.promise.history"
    _description = "Change of a Promised Date"
    _inherit = ["company.guard"]
    _order = "id desc"
    _log_access = False
    _check_company_auto = True
    _rec_name = "line_id"

    line_id = fields.Many2one(
        "delivery.promise.line",
        string="Promise Line",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    promise_id = fields.Many2one(
        "delivery.promise",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    product_id = fields.Many2one(related="line_id.product_id")
    date = fields.Datetime(string="When", required=True, readonly=True)
    old_date = fields.Datetime(string="From", readonly=True)
    new_date = fields.Datetime(
        string="To", readonly=True, help="Empty: there was no date to promise any more."
    )
    days = fields.Float(
        compute="_compute_days",
        digits=(16, 1),
        help="By how many days the promise moved; negative when it is earlier.",
    )
    cause = fields.Selection(
        [
            ("hold", "Held"),
            ("confirmation", "Order confirmed"),
            ("order", "Order changed"),
            ("repromise", "Promised again"),
            ("manual", "Set by hand"),
            ("backorder", "Backorder processing"),
            ("other", "Computed again"),
        ],
        required=True,
        readonly=True,
    )
    cause_model = fields.Char(readonly=True)
    cause_res_id = fields.Many2oneReference(model_field="cause_model", readonly=True)
    document = fields.Char(
        compute="_compute_document",
        help="What it was done for or because of, if you may see it.",
    )
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    risk_cause = fields.Char(
        readonly=True, help="By what the old date was at risk when it was changed."
    )
    to_tell = fields.Boolean(
        string="To Be Told",
        readonly=True,
        help="The customer is still to be told of this change.",
    )
    told_date = fields.Datetime(string="Customer Told On", readonly=True)
    # Technical: see above. Empty where the line was, and is, promised as a whole.
    old_parts = PlainJson(readonly=True)
    new_parts = PlainJson(readonly=True)
    parts_moved = fields.Boolean(
        readonly=True, help="Parts of it had been promised before."
    )
    parts_message = fields.Char(
        string="Parts",
        compute="_compute_parts_message",
        help="How much of it was promised for when, before and now.",
    )

    _to_tell_index = models.Index("(promise_id) WHERE to_tell")

    @api.depends("old_date", "new_date")
    def _compute_days(self):
        for change in self:
            change.days = (
                (change.new_date - change.old_date).total_seconds() / 86400
                if change.old_date and change.new_date
                else 0.0
            )

    @api.depends("cause_model", "cause_res_id")
    @api.depends_context("uid")
    def _compute_document(self):
        names = self._document_names(
            {(change.cause_model, change.cause_res_id) for change in self}
        )
        for change in self:
            key = change.cause_model, change.cause_res_id
            change.document = names.get(key, False)

    @api.model
    def _document_names(self, keys):
        """{(model, id): name} of those documents that exist and that the user may
        read."""
        by_model = {}
        for model, record_id in keys:
            if model in self.env and record_id:
                by_model.setdefault(model, []).append(record_id)
        return {
            (model, record.id): record.display_name
            for model, record_ids in by_model.items()
            for record in self.env[model]
            .browse(record_ids)
            .exists()
            ._filtered_access("read")
        }

    def action_open_document(self):
        """The document that the change was made for."""
        self.ensure_one()
        self.check_access("read")
        if not self.document:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": self.cause_model,
            "res_id": self.cause_res_id,
            "views": [(False, "form")],
        }

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create(vals_list)
        waiting = changes.filtered("to_tell")
        if waiting:
            minutes = max(waiting.company_id.mapped("promise_tell_minutes"))
            self.env.ref("stock_promise.ir_cron_tell_customers")._trigger(
                at=fields.Datetime.now() + timedelta(minutes=minutes)
            )
        return changes

    def _take_untold(self):
        """Those of these changes that nobody has told yet; from now on they count as
        told. The row is the key: of two jobs at once, one gets it."""
        self.flush_model(["to_tell"])
        rows = self.env.execute_query(
            SQL(
                "UPDATE delivery_promise_history SET to_tell = FALSE"
                " WHERE id = ANY(%s) AND to_tell RETURNING id",
                self.ids,
            )
        )
        self.invalidate_model(["to_tell"])
        return self.browse(sorted(row[0] for row in rows))

    def _net_moves(self):
        """[:class:`Move`] of lines of which something was moved to another day, or has
        no date any more, or has one again; there and back again is no move."""
        moves = []
        for line, changes in self.sorted("id").grouped("line_id").items():
            first, last = changes[0], changes[-1]
            old = line._parts_or_whole(first.old_parts, first.old_date)
            new = line._parts_or_whole(last.new_parts, last.new_date)
            in_parts = len(old) > 1 or len(new) > 1
            moved = [
                (quantity, *dates)
                for quantity, *dates in (
                    line._moved_units(old, new)
                    if in_parts
                    else [(line.quantity, first.old_date, last.new_date)]
                )
                if line._day_of(dates[0]) != line._day_of(dates[1])
            ]
            if moved:
                moves.append(Move(line, last, moved, in_parts))
        return moves

    def _tellings(self):
        """The whole history of one promise, in groups that a customer is told of as
        one: those of one mail; where nobody is told, those that came one after the
        other within the company's minutes. What may still be corrected is left out,
        and so is what was promised first."""
        told = self.filtered("told_date").grouped("told_date")
        groups = list(told.values())
        minutes = timedelta(minutes=self.company_id.promise_tell_minutes)
        last, known = None, set()
        for change in self.sorted("id"):
            is_first = (
                not (change.old_date or change.old_parts)
                and change.line_id not in known
            )
            known.add(change.line_id)
            if is_first:
                continue
            if change.told_date or change.to_tell:
                last = None
                continue
            if last is not None and change.date <= last + minutes:
                groups[-1] |= change
            else:
                groups.append(change)
            last = change.date
        now = fields.Datetime.now()
        return [
            group
            for group in sorted(groups, key=lambda changes: max(changes.ids))
            if group[0].told_date or max(group.mapped("date")) + minutes <= now
        ]

    def _customer_reason(self, move):
        """Why something was moved, in words that a customer may read: no vendor, no
        other customer, not what a planner has written down."""
        self.ensure_one()
        if self.cause == "order":
            return self.env._("Your order was changed.")
        if move.lost:
            if any(part["date"] for part in self.new_parts or ()):
                return self.env._("We do not know yet when the rest will be available.")
            return self.env._("We do not know yet when the goods will be available.")
        if not any(old for __, old, __ in move.units):
            return self.env._("We know now when the goods will be available.")
        if not move.later:
            return self.env._("The goods are available earlier than planned.")
        if self.risk_cause in SUPPLY:
            return self.env._("Goods that we expect arrive later than planned.")
        if self.risk_cause == "count":
            return self.env._("Our stock turned out to be lower than recorded.")
        return self.env._("The goods are available later than planned.")

    def _moves_in_words(self):
        """[{"line", "product", "quantity", "unit", "old_date", "new_date", "later",
        "lost", "reason"}] in the language of the context and the days of the
        warehouse. Of what is lost, no new date is known."""
        return [
            {
                "line": move.line,
                "product": move.line.product_id.with_env(self.env).display_name,
                "quantity": move.line.quantity,
                "unit": move.line.product_uom_id.with_env(self.env).name,
                "old_date": self._dates_in_words(
                    move, [(quantity, old) for quantity, old, __ in move.units]
                ),
                "new_date": self._dates_in_words(
                    move, [(quantity, new) for quantity, __, new in move.units]
                ),
                "later": move.later,
                "lost": move.lost,
                "reason": move.change.with_env(self.env)._customer_reason(move),
            }
            for move in self._net_moves()
        ]

    def _dates_in_words(self, move, units):
        """The dates of what was moved: with its quantities, where a line is in parts.

        :param units: [(quantity, date)]
        """
        line = move.line.with_env(self.env)
        ((__, date), *others) = units
        if date and not others and not move.in_parts:
            return line._local_date(date)
        return line._units_in_words(units)

    @api.depends("old_parts", "new_parts")
    @api.depends_context("lang")
    def _compute_parts_message(self):
        for change in self:
            both = [parts for parts in (change.old_parts, change.new_parts) if parts]
            if not any(len(parts) > 1 for parts in both):
                change.parts_message = False
                continue
            # sudo: who may read a change may read the dates of its line
            line = change.line_id.sudo()
            change.parts_message = " → ".join(
                line._units_in_words(
                    [(part["quantity"], to_datetime(part["date"])) for part in parts]
                )
                for parts in both
            )


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    history_ids = fields.One2many("delivery.promise.history", "promise_id")

    # -- saying why ----------------------------------------------------------------

    def _with_cause(self, code, document=None, reason=None):
        """These records, with what is written as the cause of dates that change.

        :param code: one of ``delivery.promise.history.cause``
        :param document: the record that it is done for or because of
        :param reason: words of a person
        """
        cause = own(self._cause(code, document, reason))
        return self.with_context(promise_cause=cause)

    @api.model
    def _cause(self, code, document=None, reason=None):
        return code, document and (document._name, document.id), reason or False

    def _with_default_cause(self, code):
        """The cause, unless whoever called has given one."""
        if owned(self.env, "promise_cause"):
            return self
        return self._with_cause(code)

    def _history_documents(self):
        """{promise: the document that it follows}, for changes that name none; hook
        for bridges."""
        return {}

    # -- what changes dates --------------------------------------------------------

    def action_hold(self):
        return super(DeliveryPromise, self._with_default_cause("hold")).action_hold()

    def action_repromise(self):
        promises = self._with_default_cause("repromise")
        return super(DeliveryPromise, promises).action_repromise()

    @api.model
    def _hold(self, request, vals=None, line_vals=None, ignore=None):
        Promise = self._with_default_cause("hold")
        promise, answer = super(DeliveryPromise, Promise)._hold(
            request, vals=vals, line_vals=line_vals, ignore=ignore
        )
        return promise.with_env(self.env), answer

    @api.model
    def _record(self, request, vals=None, line_vals=None, ignore_moves=()):
        Promise = self._with_default_cause("confirmation")
        promise, answer = super(DeliveryPromise, Promise)._record(
            request, vals=vals, line_vals=line_vals, ignore_moves=ignore_moves
        )
        return promise.with_env(self.env), answer

    def _rehold(self, request, line_vals=None):
        promise = self._with_default_cause("order")
        return super(DeliveryPromise, promise)._rehold(request, line_vals)

    def _rerecord(self, request, line_vals=None, ignore_moves=()):
        promise = self._with_default_cause("order")
        return super(DeliveryPromise, promise)._rerecord(
            request, line_vals, ignore_moves
        )

    # -- writing it down -----------------------------------------------------------

    @api.model
    def _write_history(self):
        """What changed on promises in force since the last time, in one insert: of
        several changes in one transaction the last counts."""
        noted = self.env.cr.precommit.data.pop("stock_promise.history", {})
        lines = (
            self.env["delivery.promise.line"].sudo().browse(noted).exists()
        )  # sudo: whoever changes a date
        lines = lines.filtered(lambda line: line.promise_id.state in IN_FORCE)
        last = self._last_recorded(
            [line.id for line in lines if not noted[line.id]["new"]]
        )
        for line_id, (date, parts) in last.items():
            entry = noted[line_id]
            # what was promised before had no date any more
            entry["lost"] = not date
            if parts or date != entry["old"]:
                entry["parts"] = parts
            entry["old"] = date
        changed = lines.filtered(
            lambda line: line._note_parts(noted[line.id], line.id not in last)
        )
        documents = changed.promise_id._history_documents() if changed else {}
        # sudo: history is written by the engine alone
        History = without_defaults(self.env["delivery.promise.history"].sudo())
        History.create(
            [
                self._prepare_history(
                    line,
                    noted[line.id]["old"],
                    noted[line.id],
                    documents.get(line.promise_id),
                )
                for line in changed
            ]
        )

    @api.model
    def _prepare_history(self, line, old_date, noted, document):
        code, named, reason = noted["cause"] or (
            "confirmation"
            if noted["new"] and line.promise_id.state == "confirmed"
            else "other",
            None,
            False,
        )
        model, record_id = named or (
            (document._name, document.id) if document else (False, False)
        )
        return {
            "line_id": line.id,
            "promise_id": line.promise_id.id,
            "company_id": line.company_id.id,
            "date": fields.Datetime.now(),
            "old_date": old_date,
            "new_date": line.promised_date,
            "old_parts": noted["old_parts"],
            "new_parts": noted["new_parts"],
            "parts_moved": len(noted["old_parts"] or ()) > 1,
            "cause": code,
            "cause_model": model,
            "cause_res_id": record_id,
            "reason": reason,
            "user_id": noted["user"],
        }

    @api.model
    def _last_recorded(self, line_ids):
        """{line id: (the date, the parts promised last)} of lines with a history."""
        if not line_ids:
            return {}
        self.env["delivery.promise.history"].flush_model(
            ["line_id", "new_date", "new_parts"]
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (line_id) line_id, new_date, new_parts"
                " FROM delivery_promise_history WHERE line_id = ANY(%s)"
                " ORDER BY line_id, id DESC",
                line_ids,
            )
        )
        return {line_id: (date or False, parts) for line_id, date, parts in rows}


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    history_ids = fields.One2many(
        "delivery.promise.history", "line_id", string="History of the Date"
    )
    moved_count = fields.Integer(
        string="Times Moved",
        compute="_compute_moved_count",
        help="How often the promised date was changed after it was first given.",
    )

    @api.depends("history_ids.old_date", "history_ids.parts_moved")
    def _compute_moved_count(self):
        counts = dict(
            self.env["delivery.promise.history"]._read_group(
                [
                    ("line_id", "in", self.ids),
                    "|",
                    ("old_date", "!=", False),
                    ("parts_moved", "=", True),
                ],
                ["line_id"],
                ["__count"],
            )
        )
        for line in self:
            line.moved_count = counts.get(line, 0)

    def _with_cause(self, code, document=None, reason=None):
        """As for promises."""
        cause = self.env["delivery.promise"]._cause(code, document, reason)
        return self.with_context(promise_cause=own(cause))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(
            lambda line: line.promised_date or line.undated_quantity
        )._note_dates(new=True)
        return lines

    def write(self, vals):
        if "promised_date" not in vals:
            return super().write(vals)
        before = {
            # what was only looked up was not promised
            line.id: (
                line.first_promised_date and line.promised_date,
                line._was_promised() and line._promised_parts(),
            )
            for line in self
        }
        result = super().write(vals)
        self._note_dates(before)
        return result

    def _note_dates(self, before=None, new=False):
        """Remember what was promised before, until the transaction ends."""
        if not self:
            return
        precommit = self.env.cr.precommit
        noted = precommit.data.get("stock_promise.history")
        if noted is None:
            noted = precommit.data["stock_promise.history"] = {}
            # sudo: history is written by the engine alone
            precommit.add(self.env["delivery.promise"].sudo()._write_history)
        cause = owned(self.env, "promise_cause")
        for line_id in self.ids:
            date, parts = before[line_id] if before else (False, False)
            entry = noted.setdefault(line_id, {"old": date, "parts": parts, "new": new})
            entry.update(cause=cause, user=self.env.uid)
