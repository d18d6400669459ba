from odoo import api, models
from odoo.tools import SQL


class PhoneDirectoryMixin(models.AbstractModel):
    """For models whose records have phone numbers.

    Inheriting it is all that is needed: the record's numbers are in the directory
    from the moment they reach the database, and leave it with the record or when
    it is archived.

    The hooks are on the two methods that write rows, not on ``create`` and
    ``write``: numbers of leads, for one, are stored computed fields, which are
    recomputed without a call of ``write``.
    """

    _name = "phone.directory.mixin"
    _description = "Phone Directory Mixin"

    @api.model
    def _phone_directory_fields(self):
        """Stored fields that hold numbers."""
        return [
            name
            for name in self._phone_get_number_fields()
            if self._fields[name].store and self._fields[name].column_type
        ]

    @api.model
    def _phone_directory_triggers(self):
        """Stored fields of the record that change its entries."""
        names = self._phone_directory_fields()
        if self._active_name:
            names.append(self._active_name)
        for name in ("country_id", "company_id"):
            if name in self._fields and self._fields[name].store:
                names.append(name)
        return names

    @api.model
    def _phone_directory_country(self, alias):
        """SQL of the country to assume for the numbers of a row, best first.

        :param SQL alias: the row's table in the statement
        """
        choices = []
        if "country_id" in self._fields and self._fields["country_id"].store:
            choices.append(SQL("%s.country_id", alias))
        if "company_id" in self._fields and self._fields["company_id"].store:
            choices.append(
                SQL(
                    "(SELECT p.country_id FROM res_company c JOIN res_partner p "
                    "ON p.id = c.partner_id WHERE c.id = %s.company_id)",
                    alias,
                )
            )
        choices.append(SQL("%s", self.env.company.country_id.id or None))
        return SQL("COALESCE(%s)", SQL(", ").join(choices))

    @api.model
    def _phone_directory_query(self):
        """SQL that returns id, country code and each of the texts with numbers, for
        the records that belong into the directory."""
        alias = SQL.identifier("entry_record")
        names = self._phone_directory_fields()
        texts = [SQL.identifier("entry_record", name) for name in names]
        condition = SQL("(%s)", SQL(" OR ").join(SQL("%s <> ''", t) for t in texts))
        if self._active_name:
            active = SQL.identifier("entry_record", self._active_name)
            condition = SQL("%s AND %s", condition, active)
        return SQL(
            "SELECT entry_record.id, entry_country.code, %s FROM %s entry_record "
            "LEFT JOIN res_country entry_country ON entry_country.id = %s::int "
            "WHERE %s",
            SQL(", ").join(texts),
            SQL.identifier(self._table),
            self._phone_directory_country(alias),
            condition,
        )

    def _phone_directory_partners(self):
        """The contact behind each record: ``{record id: res.partner}``."""
        return dict.fromkeys(self.ids, self.env["res.partner"])

    @api.model
    def _phone_match_fields(self):
        """Fields to fetch for a match: those of its name and of its contact."""
        return ["display_name"]

    def _phone_match_name(self):
        self.ensure_one()
        return self.display_name

    def _caller_identity_values(self):
        """What the caller panel says about this record as a person or company:
        tuples (key, label, type, value)."""
        self.ensure_one()
        return []

    def _phone_directory_refresh(self, new=False):
        """Enter what the database has for these records now."""
        directory = self.env["phone.directory"]
        if not new:
            directory._remove(self._name, self.ids)
        rows = self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) entry WHERE id = ANY(%s)",
                self._phone_directory_query(),
                self.ids,
            )
        )
        if rows:
            directory._enter(self._name, rows)

    def _create(self, data_list):
        records = super()._create(data_list)
        names = set(self._phone_directory_fields())
        with_numbers = [
            record.id
            for record, data in zip(records, data_list, strict=True)
            if any(data["stored"].get(name) for name in names)
        ]
        if with_numbers:
            self.browse(with_numbers)._phone_directory_refresh(new=True)
        return records

    def _write_multi(self, vals_list):
        result = super()._write_multi(vals_list)
        triggers = set(self._phone_directory_triggers())
        changed = [
            id_
            for id_, vals in zip(self._ids, vals_list, strict=True)
            if not triggers.isdisjoint(vals)
        ]
        if changed:
            self.browse(changed)._phone_directory_refresh()
        return result

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self.env["phone.directory"]._remove(self._name, ids)
        return result
