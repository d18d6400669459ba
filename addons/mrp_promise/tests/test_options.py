"""A kit, and what is made to order, consist of what was chosen for them: values of
attributes that create no variant choose parts, too."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import MakeCase


@tagged("post_install", "-at_install")
class TestOptions(MakeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit, cls.frame, cls.basket, cls.bell = (
            cls._create_product(name) for name in ("Bike", "Frame", "Basket", "Bell")
        )
        cls.kit_values = cls._options(cls.kit)
        cls._bill(cls.kit, cls.kit_values, "phantom")
        cls.on_hand(10, cls.frame)
        cls.on_hand(4, cls.basket)

    @classmethod
    def _options(cls, product):
        attribute = cls.env["product.attribute"].create(
            {
                "name": "Extra",
                "create_variant": "no_variant",
                "value_ids": [
                    Command.create({"name": name}) for name in ("Basket", "Bell")
                ],
            }
        )
        line = cls.env["product.template.attribute.line"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "attribute_id": attribute.id,
                "value_ids": [Command.set(attribute.value_ids.ids)],
            }
        )
        return line.product_template_value_ids

    @classmethod
    def _bill(cls, product, values, kind, **more):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "company_id": cls.company.id,
                "type": kind,
                "bom_line_ids": [
                    Command.create({"product_id": cls.frame.id, "product_qty": 1}),
                    *(
                        Command.create(
                            {
                                "product_id": part.id,
                                "product_qty": 1,
                                "bom_product_template_attribute_value_ids": [
                                    Command.set(value.ids)
                                ],
                            }
                        )
                        for part, value in zip(
                            (cls.basket, cls.bell), values, strict=True
                        )
                    ),
                ],
                **more,
            }
        )

    def _chosen(self, quantity, value, product=None):
        return self.line(quantity, product or self.kit, no_variant_value_ids=value.ids)

    def _date(self, *lines):
        return self.ask(*lines)["promised_date"]

    def test_a_kit_needs_the_part_that_was_chosen(self):
        basket, bell = self.kit_values
        self.assertTrue(self._date(self._chosen(4, basket)))
        self.assertFalse(self._date(self._chosen(5, basket)))
        self.assertFalse(self._date(self._chosen(1, bell)), "there is no bell")
        self.assertTrue(self._date(self.line(10, self.kit)), "nothing was chosen")

    def test_two_lines_with_other_choices_share_what_they_share(self):
        basket, bell = self.kit_values
        self.on_hand(8, self.bell)
        both = self._chosen(4, basket), self._chosen(6, bell)
        self.assertTrue(self._date(*both))
        self.assertFalse(self._date(self._chosen(4, basket), self._chosen(7, bell)))

    def test_a_hold_claims_what_was_chosen(self):
        basket, __ = self.kit_values
        promise = self.hold(self._chosen(3, basket))
        line = promise.sudo().line_ids
        self.assertEqual(line.no_variant_value_ids, basket)
        self.assertEqual(promise.sudo().claim_ids.product_id, self.frame | self.basket)
        self.assertEqual(self.atp(product=self.basket), [1])
        promise.with_user(self.user).action_repromise()
        self.assertEqual(self.atp(product=self.basket), [1])

    def test_what_is_made_to_order_needs_it_too(self):
        basket, bell = self._options(self.table)
        self.table.bom_ids.action_archive()
        self._bill(self.table, basket | bell, "normal", produce_delay=2)
        mto = self.warehouse.mto_pull_id.route_id
        mto.active = True
        self.table.route_ids |= mto
        self.assertEqual(
            self._date(self._chosen(4, basket, self.table)), str(self.later(2))
        )
        self.assertFalse(self._date(self._chosen(5, basket, self.table)))
        self.assertFalse(self._date(self._chosen(1, bell, self.table)))

    def test_a_reordering_rule_makes_it_without_options(self):
        """Odoo passes none on to a manufacturing order for stock."""
        basket, bell = self._options(self.table)
        self.table.bom_ids.action_archive()
        self._bill(self.table, basket | bell, "normal", produce_delay=2)
        self.assertEqual(
            self._date(self._chosen(1, bell, self.table)), str(self.later(2))
        )

    def test_what_does_not_exist_is_refused(self):
        for value in ([10**9], "x", [True], [1.5]):
            with self.assertRaisesRegex(ValidationError, "no_variant_value_ids"):
                self.ask(self.line(1, self.kit, no_variant_value_ids=value))
