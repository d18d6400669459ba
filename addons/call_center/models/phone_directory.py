import logging
from collections import Counter

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, ormcache, split_every

from ..tools import phone_number

_logger = logging.getLogger(__name__)

#: records of a slice: half a second or so
FILL_BATCH = 5_000
#: how often a slice is tried whose records somebody changes meanwhile
SLICE_TRIES = 5
#: where the job goes on that makes the directory anew
POSITION = "call_center.directory_rebuild_position"
ENTRY_COLUMNS = SQL(
    "res_id, number, kind, e164, reversed_national, certain, explicit_zero"
)
# A number may be on many records (a company's switchboard on each employee);
# beyond this many nobody can choose among them anyway
MATCH_LIMIT = 1_000


class PhoneDirectory(models.Model):
    """Which record has which number: one row for each number of a record.

    The rows are made from the records by :class:`PhoneDirectoryMixin` and read by
    ``phone.call.lookup``; nobody edits them. They are written by SQL, because
    they follow every write of a contact and are filled for a million contacts at
    once.
    """

    _name = "phone.directory"
    _description = "Phone Directory"
    _log_access = False
    _rec_name = "number"
    _order = "number, id"

    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True)
    record_name = fields.Char("Name", compute="_compute_record_name")
    number = fields.Char("As written", required=True)
    kind = fields.Selection(
        [
            ("external", "Number"),
            ("internal", "Internal Number"),
            ("unread", "Not Understood"),
        ],
        help="Not understood: the field has digits, but no number, or one more that "
        "could not be read. Nobody is found by it.",
    )
    e164 = fields.Char("E.164", index="btree_not_null")
    reversed_national = fields.Char(
        required=True,
        help="National significant digits from the last to the first, so that a "
        "comparison of their ends can use an index.",
    )
    certain = fields.Boolean(
        help="Written with its country, and valid there.",
    )
    explicit_zero = fields.Boolean(
        help="Written with a separate final zero, as switchboards are.",
    )

    _reversed_national_idx = models.Index("(reversed_national text_pattern_ops)")
    _record_idx = models.Index("(res_model, res_id)")

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        self.record_name = False
        for model_name, entries in self.grouped("res_model").items():
            if model_name not in self.env:
                continue
            records = self.env[model_name].browse(entries.mapped("res_id")).exists()
            names = {
                record.id: record.display_name
                for record in records._filtered_access("read")
            }
            for entry in entries:
                entry.record_name = names.get(entry.res_id)

    def action_open_record(self):
        """Open the record that has the number, to correct it."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    # -- keeping it current ------------------------------------------------

    @api.model
    def _company_country_changed(self):
        """Numbers without a country are read with the company's: too many to do while
        somebody waits."""
        self.env.registry.clear_cache()
        # a run that has stopped half-way begins again
        self._keep_rebuild_position("", 0)
        cron = self.env.ref("call_center.ir_cron_rebuild_directory", False)
        if cron:
            # sudo: whoever changes a company's address need not see scheduled jobs
            cron.sudo()._trigger()

    @api.model
    @ormcache("company_id")
    def _company_region(self, company_id):
        """Two-letter code of a company's country, or an empty text.

        By SQL: a company's address is computed from its contact's, which would be
        fetched with all of its fields for each call that rings. No access is
        checked: the country that a user's own company is in is no secret to them.
        """
        self.env["res.partner"].flush_model(["country_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT country.code FROM res_company company "
                "JOIN res_partner partner ON partner.id = company.partner_id "
                "JOIN res_country country ON country.id = partner.country_id "
                "WHERE company.id = %s",
                company_id,
            )
        )
        return rows[0][0] if rows else ""

    @api.model
    @ormcache()
    def _model_names(self):
        """Names of the models that have numbers in the directory."""
        return [
            name
            for name in self.env.registry
            if not self.env.registry[name]._abstract
            and hasattr(self.env.registry[name], "_phone_directory_fields")
        ]

    @api.model
    def _enter(self, model_name, rows):
        """Add the entries of records that have none.

        :param model_name: the records' model
        :param rows: tuples (id, country code, text, text, …) as the model's
            ``_phone_directory_query`` returns them
        """
        self._insert(model_name, self._entries_of(rows))
        self.invalidate_model()

    @api.model
    def _entries_of(self, rows):
        """The entries of records' texts: tuples of the columns after the model, in the
        order of ``ENTRY_COLUMNS``."""
        values = []
        for res_id, country_code, *texts in rows:
            seen = set()
            for text in texts:
                if not text:
                    continue
                for kind, number, reading in phone_number.directory_entries(
                    text, country_code or ""
                ):
                    key = reading.e164 or reading.national or number
                    if key in seen:
                        continue
                    seen.add(key)
                    values.append(
                        (
                            res_id,
                            number,
                            kind,
                            reading.e164 or None,
                            reading.national[::-1],
                            reading.certain,
                            reading.explicit_zero,
                        )
                    )
        return values

    @api.model
    def _insert(self, model_name, entries):
        for batch in split_every(1_000, entries):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO phone_directory (res_model, %s) VALUES %s",
                    ENTRY_COLUMNS,
                    SQL(", ").join((model_name, *entry) for entry in batch),
                )
            )

    @api.model
    def _remove(self, model_name, ids):
        for batch in split_every(10_000, ids):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM phone_directory WHERE res_model = %s AND res_id IN %s",
                    model_name,
                    tuple(batch),
                )
            )
        self.invalidate_model()

    @api.model
    def _rebuild(self, model_names=None):
        """Make the directory anew, in one transaction: for installing an add-on."""
        for model_name in model_names or self._model_names():
            after = 0
            while after is not None:
                after = self._rebuild_slice(model_name, after)
        self.env.cr.execute("ANALYZE phone_directory")

    @api.model
    def _rebuild_slice(self, model_name, after, lock=False):
        """Bring a slice of records up to date; only what differs is written.

        :param int after: the last id of the slice before
        :param bool lock: against changes of the records meanwhile
        :return: the last id of this one, None if no record is left
        """
        model = self.env[model_name]
        model.flush_model(model._phone_directory_triggers())
        rows = self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) entry WHERE id > %s ORDER BY id LIMIT %s",
                model._phone_directory_query(),
                after,
                FILL_BATCH,
            )
        )
        last = rows[-1][0] if len(rows) == FILL_BATCH else None
        entries = Counter(self._entries_of(rows))
        extra = []
        for id_, *entry in self.env.execute_query(
            SQL(
                "SELECT id, %s FROM phone_directory "
                "WHERE res_model = %s AND res_id > %s AND (%s IS NULL OR res_id <= %s)",
                ENTRY_COLUMNS,
                model_name,
                after,
                last,
                last,
            )
        ):
            if entries[tuple(entry)]:
                entries[tuple(entry)] -= 1
            else:
                extra.append(id_)
        missing = sorted(entries.elements(), key=lambda entry: entry[0])
        if missing and lock:
            # whoever changes one of them now is waited for, or this slice is tried
            # again: its entries are then already those of the new number
            self.env.cr.execute(
                SQL(
                    "SELECT FROM %s WHERE id = ANY(%s) ORDER BY id FOR SHARE",
                    SQL.identifier(model._table),
                    sorted({entry[0] for entry in missing}),
                )
            )
        if extra:
            self.env.cr.execute(
                SQL("DELETE FROM phone_directory WHERE id = ANY(%s)", extra)
            )
        self._insert(model_name, missing)
        if extra or missing:
            self.invalidate_model()
            _logger.info(
                "Phone directory: %s after id %s: %s entries added, %s removed",
                model_name,
                after,
                len(missing),
                len(extra),
            )
        return last

    @api.model
    def _cron_rebuild(self):
        """Bring in what came by other ways than the ORM, and numbers whose country
        changed with their company's: slice by slice, each a transaction of its own,
        going on where the last run ended."""
        cron = self.env["ir.cron"]
        names = sorted(self._model_names())
        if not self._rebuild_position(names):
            self._keep_rebuild_position(names[0], 0)
        tries = 0
        # read again for each slice: a change of a company's country ends the run
        while position := self._rebuild_position(names):
            try:
                remaining = self._rebuild_next(names, *position)
                if not cron._commit_progress(1, remaining=remaining):
                    break
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                tries += 1
                if tries > SLICE_TRIES:
                    raise
            else:
                tries = 0

    @api.model
    def _rebuild_next(self, names, model_name, after):
        """Do one slice, note where the next one begins; returns how many models are
        left."""
        left = names[names.index(model_name) :]
        after = self._rebuild_slice(model_name, after, lock=True)
        if after is not None:
            self._keep_rebuild_position(model_name, after)
            return len(left)
        if left[1:]:
            self._keep_rebuild_position(left[1], 0)
            return len(left) - 1
        self._keep_rebuild_position("", 0)
        self.env.cr.execute(
            SQL("DELETE FROM phone_directory WHERE NOT res_model = ANY(%s)", names)
        )
        self.env.cr.execute("ANALYZE phone_directory")
        return 0

    @api.model
    def _rebuild_position(self, names):
        """(model, id) after which the next slice begins; None: the run is through.

        By SQL: as a parameter that Odoo remembers, each slice would make all server
        processes forget all that they remember.
        """
        rows = self.env.execute_query(
            SQL("SELECT value FROM ir_config_parameter WHERE key = %s", POSITION)
        )
        model_name, _sep, after = (rows[0][0] if rows else "").partition(",")
        if model_name not in names or not after.isdigit():
            return None
        return model_name, int(after)

    @api.model
    def _keep_rebuild_position(self, model_name, after):
        self.env.cr.execute(
            SQL(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s) "
                "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                POSITION,
                f"{model_name},{after}",
            )
        )

    # -- finding -----------------------------------------------------------

    @api.model
    def _flush(self):
        """Write pending numbers to the database before it is asked."""
        for model_name in self._model_names():
            model = self.env[model_name]
            model.flush_model(model._phone_directory_triggers())

    @api.model
    def _numbers_of(self, record):
        """E.164 numbers of a record, whose reader asks for them."""
        rows = self.env.execute_query(
            SQL(
                "SELECT e164 FROM phone_directory WHERE res_model = %s "
                "AND res_id = %s AND e164 IS NOT NULL",
                record._name,
                record.id,
            )
        )
        return [e164 for (e164,) in rows]

    @api.model
    def _find_exact(self, e164):
        return self._find(SQL("e164 = %s", e164))

    @api.model
    def _find_internal(self, number):
        return self._find(
            SQL("reversed_national = %s AND e164 IS NULL", number[::-1]),
        )

    @api.model
    def _find_switchboard(self, reading):
        keys = phone_number.switchboards(reading)
        if not keys:
            return []
        order = {key: (rank, written) for rank, (key, written) in enumerate(keys)}
        rows = self._find(SQL("e164 = ANY(%s)", list(order)))
        rows = [
            row for row in rows if row["explicit_zero"] or not order[row["e164"]][1]
        ]
        for row in rows:
            row["rank"] = order[row["e164"]][0]
        return rows

    @api.model
    def _find_suffix(self, reading):
        tail = reading.national[::-1][: phone_number.SUFFIX_DIGITS]
        if len(tail) < phone_number.SUFFIX_DIGITS:
            return []
        # digits only, so that nothing in it needs escaping
        rows = self._find(SQL("reversed_national LIKE %s", tail + "%"))
        return [
            row
            for row in rows
            if phone_number.is_same_line(
                reading, row["e164"], row["reversed_national"][::-1], row["certain"]
            )
        ]

    @api.model
    def _find(self, condition):
        return self.env.execute_query_dict(
            SQL(
                "SELECT res_model, res_id, number, e164, reversed_national, certain, "
                "explicit_zero FROM phone_directory WHERE %s ORDER BY id LIMIT %s",
                condition,
                MATCH_LIMIT,
            )
        )
