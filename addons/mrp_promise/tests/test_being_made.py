from odoo import Command
from odoo.tests import Form, tagged

from .common import MakeCase


@tagged("post_install", "-at_install")
class TestBeingMade(MakeCase):
    """A promise that rests on a manufacturing order is watched by what comes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = cls._create_user("maker", "mrp.group_mrp_user")
        cls.chip = cls._create_product("Chip")
        cls.table.route_ids = False  # nothing but what is being made

    def settle(self):
        self.env.cr.precommit.run()

    def making(self, quantity=2, days=8):
        """A confirmed manufacturing order that begins so many days from now."""
        form = Form(self.env["mrp.production"].with_user(self.maker))
        form.product_id = self.table
        form.bom_id = self.bill
        form.product_qty = quantity
        form.date_start = self.moment(days)
        production = form.save()
        production.action_confirm()
        self.settle()
        return production

    def resting_on(self, production, quantity=2, product=None):
        """A promise that rests on a manufacturing order."""
        promise = self.hold(self.line(quantity, product or self.table)).sudo()
        line = promise.line_ids
        done = production.sudo().move_finished_ids.filtered(
            lambda move: move.product_id == line.product_id
        )
        self.assertEqual(line.promised_date, done.date)
        self.settle()
        self.assertEqual(line.status, "on_time")
        return line

    def assertLate(self, line, days, cause, document, user=None):
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertEqual((line.feasible_date - line.promised_date).days, days)
        self.assertCause(line, cause, document, user)

    def assertCause(self, line, cause, document, user=None):
        self.assertEqual(line.risk_cause, cause)
        self.assertEqual((line.risk_model, line.risk_res_id), document)
        if user:
            self.assertEqual(line.risk_user_id, user)

    def test_short_of_a_component_it_is_late_by_as_much(self):
        self.on_hand(2, self.top)
        legs = self.receipt(8, 4, self.leg)
        line = self.resting_on(self.making())
        legs.date = self.moment(15)
        self.assertLate(line, 7, "slipped", ("stock.picking", legs.picking_id.id))
        self.env["delivery.promise"]._watch(self.table.ids)
        self.assertTrue(line.at_risk, "looked at again nothing has changed")
        legs.date = self.moment(8)
        self.settle()
        self.assertFalse(line.at_risk)

    def test_short_of_a_component_of_a_component_it_is_late_too(self):
        self.on_hand(8, self.leg)
        bill = self.makes(self.top, 1, [(self.board, 1)])
        boards = self.receipt(2, 3, self.board)
        form = Form(self.env["mrp.production"].with_user(self.maker))
        form.product_id = self.top
        form.bom_id = bill
        form.product_qty = 2
        form.date_start = self.moment(5)
        form.save().action_confirm()
        line = self.resting_on(self.making())
        boards.date = self.moment(10)
        # the tops are there three days after the tables are to be begun
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertEqual(line.risk_cause, "slipped")

    def test_component_that_nobody_has_ordered_says_nothing(self):
        self.on_hand(2, self.top)
        line = self.resting_on(self.making())
        self.env["delivery.promise"]._watch(self.leg.ids)
        self.assertFalse(line.at_risk)

    def test_postponed_it_is_late(self):
        self.parts_on_hand(2)
        production = self.making()
        line = self.resting_on(production)
        with Form(production) as form:
            form.date_start = self.moment(13)
        self.assertLate(
            line, 5, "slipped", ("mrp.production", production.id), self.maker
        )

    def test_cancelled_it_brings_nothing(self):
        self.parts_on_hand(2)
        production = self.making()
        line = self.resting_on(production)
        production.action_cancel()
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertFalse(line.feasible_date)
        self.assertCause(
            line, "cancelled", ("mrp.production", production.id), self.maker
        )

    def test_split_it_brings_the_same(self):
        self.parts_on_hand(2)
        production = self.making()
        line = self.resting_on(production)
        production.sudo()._split_productions({production: [1, 1]})
        self.settle()
        self.assertFalse(line.at_risk)

    def test_made_less_and_closed_is_the_cause(self):
        self.parts_on_hand(2)
        production = self.making()
        line = self.resting_on(production)
        production.qty_producing = 1
        production._set_qty_producing()
        production.with_context(
            skip_backorder=True, mo_ids_to_backorder=[]
        ).button_mark_done()
        self.assertEqual(production.state, "done")
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertCause(line, "short", ("mrp.production", production.id), self.maker)

    def test_by_product_is_watched_with_its_order(self):
        self.parts_on_hand(2)
        self.env.user.group_ids += self.env.ref("mrp.group_mrp_byproducts")
        self.bill.byproduct_ids = [
            Command.create({"product_id": self.chip.id, "product_qty": 3})
        ]
        production = self.making()
        line = self.resting_on(production, 6, self.chip)
        production.action_cancel()
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertCause(
            line, "cancelled", ("mrp.production", production.id), self.maker
        )

    def test_unbuilt_goods_are_missed(self):
        self.on_hand(2, self.table)
        line = self.hold(self.line(2, self.table)).sudo().line_ids
        self.settle()
        form = Form(self.env["mrp.unbuild"].with_user(self.maker))
        form.product_id = self.table
        form.bom_id = self.bill
        form.product_qty = 1
        unbuild = form.save()
        unbuild.action_unbuild()
        self.settle()
        self.assertTrue(line.at_risk)
        self.assertCause(line, "demand", ("mrp.unbuild", unbuild.id), self.maker)
