from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import MakeCase


@tagged("post_install", "-at_install")
class TestMakePromise(MakeCase):
    # -- one level -----------------------------------------------------------------

    def test_what_is_not_there_is_made_in_the_lead_time_of_the_bill(self):
        self.parts_on_hand()
        self.assertEqual(self.promised(4, self.table), self.later(2))

    def test_days_to_prepare_come_before_production(self):
        self.parts_on_hand()
        self.bill.days_to_prepare_mo = 3
        self.assertEqual(self.promised(4, self.table), self.later(5))

    def test_only_the_shortfall_is_made(self):
        self.parts_on_hand(4)
        self.on_hand(6, self.table)
        self.assertEqual(self.sources(10), [(6.0, "stock"), (4.0, "manufacture")])
        self.assertFalse(self.promised(11, self.table))

    def test_production_waits_for_the_last_component(self):
        self.on_hand(4, self.top)
        self.on_hand(10, self.leg)
        self.receipt(6, 5, self.leg)
        self.assertEqual(self.promised(2, self.table), self.later(2))
        self.assertEqual(self.promised(4, self.table), self.moment(5) + timedelta(2))

    def test_component_that_is_missing_is_named(self):
        self.on_hand(4, self.top)
        self.on_hand(10, self.leg)
        reason = self.reasons(self.line(4, self.table))["no_supply"]
        self.assertIn("Of the part Leg, 16 Units are needed and 10 Units can", reason)

    def test_lines_of_a_request_share_components_honestly(self):
        self.parts_on_hand(4)
        self.on_hand(100, self.top)
        lines = self.ask(self.line(3, self.table), self.line(4, self.leg))["lines"]
        self.assertTrue(all(line["promised_date"] for line in lines))
        lines = self.ask(self.line(3, self.table), self.line(5, self.leg))["lines"]
        self.assertTrue(lines[0]["promised_date"])
        self.assertFalse(lines[1]["promised_date"])

    def test_component_short_only_through_several_users_is_still_replenished(self):
        """4 legs are enough for either line, not for both; legs can be made."""
        self.leg.route_ids = self.warehouse.manufacture_pull_id.route_id
        self.makes(self.leg, 1, [(self.board, 1)])
        self.on_hand(100, self.board)
        self.on_hand(1, self.top)
        self.on_hand(4, self.leg)
        lines = self.ask(self.line(4, self.leg), self.line(1, self.table))["lines"]
        self.assertEqual(lines[1]["promised_date"], str(self.later(3)))

    def test_hold_keeps_components(self):
        self.parts_on_hand(4)
        self.hold(self.line(3, self.table))
        self.assertEqual(self.atp(0, product=self.leg), [4])
        self.assertEqual(self.atp(0, product=self.top), [1])
        self.assertEqual(self.atp(0, 30, product=self.table), [0, 0])
        with self.assertRaises(UserError):
            self.hold(self.line(2, self.table))

    def test_components_are_kept_from_when_production_starts(self):
        self.parts_on_hand(4)
        wanted = self.line(4, self.table, requested_date=str(self.later(10)))
        self.hold(wanted)
        self.assertEqual(self.profile((7, 8), product=self.leg)[0]["projected"], 16)
        self.assertEqual(self.profile((7, 8), product=self.leg)[1]["projected"], 0)

    # -- several levels ------------------------------------------------------------

    def test_component_that_is_short_is_made_in_turn(self):
        self.makes(self.top, 3, [(self.board, 2)])
        self.on_hand(100, self.leg)
        self.on_hand(1, self.top)
        self.on_hand(100, self.board)
        self.assertEqual(self.promised(1, self.table), self.later(2))
        self.assertEqual(self.promised(2, self.table), self.later(5))

    def test_three_levels_with_a_shared_component(self):
        """The board goes into the top and into the leg."""
        self.makes(self.top, 3, [(self.board, 2)])
        self.leg.route_ids = self.warehouse.manufacture_pull_id.route_id
        self.makes(self.leg, 1, [(self.board, 0.5)])
        self.board.route_ids = self.warehouse.manufacture_pull_id.route_id
        log = self._create_product("Log")
        self.makes(self.board, 4, [(log, 1)])
        self.on_hand(8, self.board)  # for two tables
        self.on_hand(4, log)
        self.assertEqual(self.promised(2, self.table), self.later(5))
        # its legs wait for boards: 4 days, 1 for the legs, 2 for the table
        self.assertEqual(self.promised(3, self.table), self.later(7))
        self.assertFalse(self.promised(4, self.table))

    def test_goods_made_of_themselves_end_in_a_clear_error(self):
        self.makes(self.top, 3, [(self.board, 2)])
        self.board.route_ids = self.warehouse.manufacture_pull_id.route_id
        bill = self.makes(self.board, 1, [(self.leg, 1)])
        self.env.flush_all()
        # Odoo refuses such bills; an import straight into the database does not.
        self.env.cr.execute(
            SQL(
                "UPDATE mrp_bom_line SET product_id = %s WHERE bom_id = %s",
                self.table.id,
                bill.id,
            )
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Table → Top → Board → Table"):
            self.ask(self.line(1, self.table))

    def test_everything_down_to_the_last_component_is_locked(self):
        self.makes(self.top, 3, [(self.board, 2)])
        engine = self.env["delivery.promise.engine"]
        self.assertEqual(
            engine._replenishment_closure({self.table.id}),
            set((self.table | self.top | self.leg | self.board).ids),
        )

    # -- bills ---------------------------------------------------------------------

    def test_bill_for_several_is_taken_by_the_unit(self):
        self.bill.product_qty = 2
        self.on_hand(2, self.top)
        self.on_hand(8, self.leg)
        self.assertTrue(self.promised(4, self.table))
        self.assertFalse(self.promised(5, self.table))

    def test_kit_inside_a_bill_is_taken_apart(self):
        kit = self._create_product("Set of legs")
        self.makes(kit, 0, [(self.leg, 4)], type="phantom")
        self.bill.bom_line_ids[1].write({"product_id": kit.id, "product_qty": 1})
        self.parts_on_hand(2)
        self.assertTrue(self.promised(2, self.table))
        self.assertFalse(self.promised(3, self.table))

    def test_batches_are_made_whole(self):
        self.bill.write({"enable_batch_size": True, "batch_size": 5})
        self.parts_on_hand(9)
        self.assertTrue(self.promised(5, self.table))
        self.assertFalse(self.promised(6, self.table))

    def test_bill_is_the_one_odoo_would_choose(self):
        self.parts_on_hand()
        self.bill.sequence = 1
        self.makes(self.table, 9, [(self.board, 1)], sequence=99)
        self.assertEqual(self.promised(1, self.table), self.later(2))
        self.bill.active = False
        self.on_hand(100, self.board)
        self.assertEqual(self.promised(1, self.table), self.later(9))

    def test_kind_of_component_that_is_not_kept_in_stock_is_always_there(self):
        glue = self._create_product("Glue", is_storable=False)
        self.bill.bom_line_ids = [
            Command.create({"product_id": glue.id, "product_qty": 1})
        ]
        self.parts_on_hand()
        self.assertEqual(self.promised(1, self.table), self.later(2))

    def test_by_product_of_an_open_order_is_supply(self):
        offcut = self._create_product("Offcut")
        self.bill.byproduct_ids = [
            Command.create({"product_id": offcut.id, "product_qty": 1})
        ]
        self.parts_on_hand()
        order = self.env["mrp.production"].create(
            {
                "product_id": self.table.id,
                "product_qty": 3,
                "bom_id": self.bill.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.manu_type_id.id,
                "date_start": self.moment(1),
            }
        )
        self.assertFalse(self.promised(3, offcut))
        order.action_confirm()
        self.assertTrue(self.promised(3, offcut))
        self.assertFalse(self.promised(4, offcut))

    # -- other bills ----------------------------------------------------------------

    def test_other_bill_is_taken_where_the_usual_one_gives_no_date(self):
        self.on_hand(2, self.board)
        self.assertFalse(self.promised(2, self.table))
        self.makes(self.table, 4, [(self.board, 1)], sequence=20, code="PLAIN")
        self.assertEqual(self.promised(2, self.table), self.later(4))
        reason = self.reasons(self.line(2, self.table))["other_bill"]
        self.assertIn("another bill of materials", reason)

    def test_other_bill_is_named_to_readers_who_may_read_bills(self):
        self._speak_french(
            mrp_promise={
                "made by another bill of materials, which is sooner than the usual"
                " one": "fait selon une autre nomenclature, plus tôt que l’habituelle"
            }
        )
        self.on_hand(2, self.board)
        self.makes(self.table, 4, [(self.board, 1)], sequence=20, code="PLAIN")
        maker = self._create_user(
            "promise_maker", "stock_promise.group_promise_user,mrp.group_mrp_user"
        )
        line = self.hold(self.line(2, self.table), user=maker).line_ids
        self.assertIn("bill of materials PLAIN: Table", line.message)
        french = line.with_user(self.user).with_context(lang="fr_FR")
        self.assertIn("fait selon une autre nomenclature", french.message)
        self.assertNotIn("PLAIN", f"{french.message} {french.reasons}")

    def test_parts_are_named_in_the_readers_language(self):
        self._speak_french(
            stock_promise={
                "%(part)s: %(message)s": "%(part)s : %(message)s",
                "%(quantity)s on hand": "%(quantity)s en stock",
            }
        )
        self.bill.type = "phantom"
        self.top.with_context(lang="fr_FR").name = "Plateau"
        self.parts_on_hand(2)
        line = self.hold(self.line(1, self.table)).line_ids
        self.assertIn("Top: 1 Units on hand", line.message)
        french = line.with_user(self.user).with_context(lang="fr_FR")
        self.assertIn("Plateau : 1 Units en stock", french.message)

    def test_other_bill_is_taken_where_it_is_sooner(self):
        self.on_hand(4, self.top)
        self.receipt(16, 10, self.leg)
        self.on_hand(2, self.board)
        self.makes(self.table, 4, [(self.board, 1)], sequence=20)
        self.assertEqual(self.promised(2, self.table), self.later(4))
        self.assertEqual(self.promised(4, self.table), self.moment(10) + timedelta(2))
        promise = self.hold(self.line(2, self.table))
        claimed = {c.product_id: c.quantity for c in promise.claim_ids}
        self.assertEqual(claimed.get(self.board), 2)
        self.assertNotIn(self.leg, claimed)

    def test_usual_bill_is_taken_where_it_is_in_time(self):
        self.parts_on_hand()
        self.on_hand(100, self.board)
        self.makes(self.table, 1, [(self.board, 1)], sequence=20)
        wanted = self.line(2, self.table, requested_date=str(self.later(5)))
        self.assertNotIn("other_bill", self.reasons(wanted))
        self.assertIn("other_bill", self.reasons(self.line(2, self.table)))

    # -- the latest safe start --------------------------------------------------------

    def test_latest_safe_start_counts_back_from_the_requested_date(self):
        self.parts_on_hand()
        wanted = self.line(2, self.table, requested_date=str(self.later(9)))
        line = self.ask(wanted)["lines"][0]
        # 2 days of making before day 9; what is begun on a day is begun at its start
        self.assertEqual(line["replenish_by"][:10], str(self.moment(7).date()))
        self.assertIn("replenish_by", [reason["code"] for reason in line["reasons"]])
        promise = self.hold(wanted)
        self.assertEqual(str(promise.line_ids.replenish_by), line["replenish_by"])

    def test_latest_safe_start_is_that_of_the_longest_chain(self):
        """Boards take 4 days, the top 3, the table 2: on day 11 of 20 at the latest."""
        self.on_hand(100, self.leg)
        self.makes(self.top, 3, [(self.board, 2)])
        self.makes(self.board, 4, [])
        self.board.route_ids = self.warehouse.manufacture_pull_id.route_id
        wanted = self.line(2, self.table, requested_date=str(self.later(20)))
        line = self.ask(wanted)["lines"][0]
        self.assertEqual(line["replenish_by"][:10], str(self.moment(11).date()))

    def test_what_is_there_has_no_latest_safe_start(self):
        self.on_hand(2, self.table)
        self.assertNotIn("replenish_by", self.ask(self.line(2, self.table))["lines"][0])

    # -- routes --------------------------------------------------------------------

    def test_components_picked_first_take_the_days_of_that_step(self):
        self.parts_on_hand()
        self.warehouse.manufacture_steps = "pbm_sam"
        self.warehouse.pbm_route_id.rule_ids.filtered(
            lambda rule: rule.location_src_id == self.stock
        ).delay = 1
        self.assertEqual(self.promised(1, self.table), self.later(3))

    def test_goods_on_order_are_made_whatever_is_in_stock(self):
        self.parts_on_hand(4)
        self.on_hand(50, self.table)
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        self.table.route_ids |= mto
        self.assertEqual(self.sources(4), [(4.0, "manufacture")])
        self.assertFalse(self.promised(5, self.table))

    def test_component_on_order_is_not_taken_from_stock(self):
        self.makes(self.top, 3, [(self.board, 2)])
        self.parts_on_hand()
        self.on_hand(8, self.board)
        self.assertEqual(self.promised(4, self.table), self.later(2))
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        self.top.route_ids |= mto
        self.assertEqual(self.promised(4, self.table), self.later(5))
        self.assertFalse(self.promised(5, self.table))

    # -- in words ------------------------------------------------------------------

    def test_reason_says_what_is_made_and_when(self):
        self.parts_on_hand()
        self.assertEqual(
            self.reasons(self.line(4, self.table))["manufacture"],
            "4 Units to be made, there on 11/26/2026",
        )

    def test_bill_is_named_only_to_who_may_read_it(self):
        self.parts_on_hand()
        answer = self.ask(self.line(4, self.table))
        self.assertFalse(answer["lines"][0]["schedule"][0]["origin"])
        maker = self._create_user(
            "promise_maker", "stock_promise.group_promise_user,mrp.group_mrp_user"
        )
        answer = self.Promise.with_user(maker).simulate(
            {"lines": [self.line(4, self.table)]}
        )
        self.assertTrue(answer["lines"][0]["schedule"][0]["origin"])
