"""Links from Odoo's own documents into the suite's records."""

from contextlib import suppress

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MUTED, SuiteCase


@tagged("post_install", "-at_install")
class TestLinks(SuiteCase):
    def _links(self):
        """[(model, field)] of what Odoo's documents link, and people may write."""
        tables = set(self.tables())
        for name in sorted(self.env.registry):
            model = self.env[name]
            if (
                model._original_module in self.suite
                or model._abstract
                or model._transient
                or not model._auto
                or not self.seen_by(self.user, model).has_access("write")
            ):
                continue
            for field in model._fields.values():
                # a setting of a stock record names its choices as Odoo does
                if field.type == "many2one" and field.comodel_name in tables:
                    if field.store and not field.related:
                        yield name, field

    def _values(self, document):
        """Those of a new document like this one."""
        vals = document.sudo().copy_data()[0]
        if document._name == "sale.order.line":
            vals["order_id"] = document.sudo().order_id.id
        return vals

    @mute_logger(*MUTED)
    def test_no_document_is_tied_to_another_company_s_records(self):
        for name, field in self._links():
            with self.subTest(model=name, field=field.name):
                document = self.seen_by(self.user, self.make(name, self.ours))
                foreign = self.make(field.comodel_name, self.theirs)
                with self.assertRaises(UserError) as refused:
                    document.write({field.name: foreign.id})
                    self.env.flush_all()
                self.assertNotIn(self.theirs.name, str(refused.exception))
                self.env.invalidate_all()

    @mute_logger(*MUTED)
    def test_what_the_engine_links_is_not_chosen(self):
        """Neither on a document that is there, nor on a new one, nor by a default."""
        for name, field in self._links():
            if not field.readonly:
                continue
            with self.subTest(model=name, field=field.name):
                document = self.seen_by(self.user, self.make(name, self.ours))
                own = self.make(field.comodel_name, self.ours)
                with self.assertRaises(UserError):
                    document.write({field.name: own.id})
                vals = self._values(document)
                with self.assertRaises(UserError):
                    document.create({**vals, field.name: own.id})
                new = document.with_context(**{f"default_{field.name}": own.id})
                # refused is as well
                with suppress(UserError), self.cr.savepoint():
                    self.assertFalse(new.create(vals).sudo()[field.name])
