from odoo.tests import new_test_user, tagged

from odoo.addons.stock_promise.tests.test_reservation import PromisedMovesCase


@tagged("post_install", "-at_install")
class TestBatch(PromisedMovesCase):
    def setUp(self):
        super().setUp()
        self.on_hand(4)
        self.receipt(20, 30)
        self.january = self.delivery(4, 40)
        self.january._action_assign()
        self.january.picking_id.batch_id = False
        self.worker = new_test_user(self.env, "picker", "stock.group_stock_user")
        self.batch = (
            self.env["stock.picking.batch"]
            .with_user(self.worker)
            .create({"picking_ids": self.january.picking_id.ids})
        )

    def reserved_for_today(self):
        today = self.promised_delivery(3)
        today._action_assign()
        return today.quantity

    def test_batch_that_is_picked_keeps_its_goods(self):
        self.batch.user_id = self.worker
        self.batch.action_confirm()
        self.assertEqual(self.batch.state, "in_progress")
        self.assertEqual(self.reserved_for_today(), 0)
        self.assertEqual(self.january.quantity, 4)

    def test_batch_that_waits_gives_goods_up(self):
        self.assertEqual(self.batch.state, "draft")
        self.assertEqual(self.reserved_for_today(), 3)
        self.assertEqual(self.january.quantity, 1)

    def test_batch_that_nobody_is_responsible_for_gives_goods_up(self):
        self.batch.action_confirm()
        self.assertEqual(self.batch.state, "in_progress")
        self.assertEqual(self.reserved_for_today(), 3)

    def test_batch_that_odoo_has_begun_by_itself_gives_goods_up(self):
        automatic = self.january.picking_id
        self.batch.unlink()
        automatic.picking_type_id.write(
            {
                "auto_batch": True,
                "batch_auto_confirm": True,
                "batch_group_by_partner": True,
            }
        )
        automatic.user_id = self.worker
        batch = automatic._find_auto_batch()
        self.assertEqual((batch.state, batch.user_id), ("in_progress", self.worker))
        self.assertEqual(self.reserved_for_today(), 3)
        batch.user_id = self.env.user
        self.assertTrue(self.january._is_being_sent(), "taken by a person")
