from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class CompanyGuard(models.AbstractModel):
    """Records that stay in the companies of whoever writes them.

    Odoo asks record rules before a write, not after it: whoever may write a record may
    put it into a company that they are not in, by its company or by what the company
    is read from. A model with ``company_id`` inherits this guard, which looks at the
    company that came of a create or a write, however it came.
    """

    _name = "company.guard"
    _description = "Records Kept to Their Companies"

    #: Whether a record without a company is for all companies. Where there are
    #: several, only who may write for all of them makes one.
    _no_company_is_all = True
    #: Links to records that not everybody may read who reads these: Odoo tells the
    #: names of links to all, here they are told to those alone who may read them.
    _neutral_links = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        try:
            records = super().create(vals_list)
            records._check_guarded_company()
        except UserError as error:
            self._raise_neutral(vals_list, error)
        return records

    def write(self, vals):
        try:
            result = super().write(vals)
            self._check_guarded_company()
        except UserError as error:
            self._raise_neutral([vals], error)
        return result

    def _raise_neutral(self, vals_list, error):
        """Errors name what does not fit, whoever may read it: where what the user has
        chosen is not theirs to read, the fields are named instead."""
        hidden = set() if self.env.su else self._unreadable_links(vals_list)
        if not hidden:
            raise error
        raise AccessError(
            self.env._(
                "%(document)s: %(fields)s: this belongs to another company, or is not"
                " yours to see. Choose another.",
                document=self.env["ir.model"]._get(self._name).name,
                fields=", ".join(
                    sorted(
                        self._fields[name]._description_string(self.env)
                        for name in hidden
                    )
                ),
            )
        ) from error

    def _unreadable_links(self, vals_list):
        """The fields by which these values name what the user may not read."""
        hidden = set()
        for name, field in self._fields.items():
            if field.type not in ("many2one", "many2many"):
                continue
            linked = self.env[field.comodel_name].browse(
                {id_ for vals in vals_list for id_ in _linked_ids(vals.get(name))}
            )
            if len(linked.exists()._filtered_access("read")) < len(linked):
                hidden.add(name)
        return hidden

    def _check_guarded_company(self):
        """Refuse what the user's companies do not allow, without naming another one."""
        if self.env.su:
            return
        user = self.env.user
        allowed = user._get_company_ids()
        # sudo: only the company is compared
        companies = [record.company_id.id for record in self.sudo()]
        if any(company and company not in allowed for company in companies):
            raise AccessError(
                self.env._(
                    "%(document)s: it would belong to a company that you do not work"
                    " in. Choose one of your companies.",
                    document=self.env["ir.model"]._get(self._name).name,
                )
            )
        if (
            self._no_company_is_all
            and not all(companies)
            and not user._writes_for_all_companies()
        ):
            raise AccessError(
                self.env._(
                    "%(document)s: without a company it is for all companies, and you"
                    " do not work in all of them. Choose your company, or ask an"
                    " administrator.",
                    document=self.env["ir.model"]._get(self._name).name,
                )
            )

    # -- names that the reader may not read --------------------------------------------

    def read(self, fields=None, load="_classic_read"):
        rows = super().read(fields, load)
        if load == "_classic_read" and not self.env.su:
            for name in self._neutral_links:
                named = [row for row in rows if row.get(name)]
                hidden = self._hidden_ids(name, {row[name][0] for row in named})
                for row in named:
                    if row[name][0] in hidden:
                        row[name] = (row[name][0], self._neutral_name())
        return rows

    def web_read(self, specification):
        rows = super().web_read(specification)
        if self.env.su:
            return rows
        for name in self._neutral_links & specification.keys():
            named = [
                row[name]
                for row in rows
                if isinstance(row.get(name), dict) and "display_name" in row[name]
            ]
            hidden = self._hidden_ids(name, {value["id"] for value in named})
            for value in named:
                if value["id"] in hidden:
                    value["display_name"] = self._neutral_name()
        return rows

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        """The heads of groups in lists."""
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec not in self._neutral_links or self.env.su:
            return formatter

        def neutral(value):
            label, domain = formatter(value)
            if label and self._hidden_ids(groupby_spec, {label[0]}):
                label = (label[0], self._neutral_name())
            return label, domain

        return neutral

    def _hidden_ids(self, name, ids):
        """Those of the records of a link that the user may not read."""
        if not ids:
            return set()
        linked = self.env[self._fields[name].comodel_name].browse(ids)
        return set(ids) - set(linked._filtered_access("read").ids)

    def _neutral_name(self):
        return self.env._("(not visible to you)")


def _linked_ids(value):
    """The ids in a value of a field that links records."""
    if isinstance(value, (list, tuple)):
        for command in value:
            if isinstance(command, (list, tuple)):
                if command[0] == Command.LINK:
                    yield command[1]
                elif command[0] == Command.SET:
                    yield from command[2]
            elif isinstance(command, int):
                yield command
    elif isinstance(value, int) and value:
        yield value
