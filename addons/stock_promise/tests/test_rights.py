"""Who may ask, hold and change; what the answer tells him; companies kept apart."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import PromiseCase


@tagged("post_install", "-at_install")
class TestRights(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(10)
        cls.colleague = cls._create_user(
            "promise_colleague", "stock_promise.group_promise_user"
        )
        cls.stranger = cls._create_user("promise_stranger", "base.group_user")
        cls.portal = cls._create_user("promise_portal", "base.group_portal")
        cls.storeman = cls._create_user("promise_storeman", "stock.group_stock_user")

    @mute_logger("odoo.models")
    def test_without_the_group_nothing_is_answered(self):
        for user in (self.stranger, self.portal):
            Promise = self.Promise.with_user(user)
            request = {"lines": [self.line(1)]}
            for method, args in (
                (Promise.simulate, [request]),
                (Promise.hold, [request]),
                (
                    Promise.atp_profile,
                    [self.product.ids, False, "2026-11-24", "2026-11-24"],
                ),
            ):
                with (
                    self.subTest(user=user.login, method=method.__name__),
                    self.assertRaises(AccessError),
                ):
                    method(*args)

    @mute_logger("odoo.models")
    def test_warehouse_user_reads_promises_but_holds_nothing(self):
        promise = self.hold(self.line(1))
        self.assertEqual(promise.with_user(self.storeman).line_ids.quantity, 1)
        with self.assertRaises(AccessError):
            self.Promise.with_user(self.storeman).hold({"lines": [self.line(1)]})
        for action in ("action_release", "action_extend", "action_repromise"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(promise.with_user(self.storeman), action)()

    @mute_logger("odoo.models")
    def test_what_is_computed_is_written_by_no_client(self):
        promise = self.hold(self.line(1))
        line = promise.line_ids
        other = self.env["res.company"].create({"name": "Elsewhere"})
        for records, vals in (
            (promise, {"promised_date": self.moment(1)}),
            (promise, {"amount": 1.0}),
            (promise, {"company_id": other.id}),
            (line, {"company_id": other.id}),
            (line, {"user_id": False}),
            (line, {"amount": 0.0}),
            (line, {"late_from": self.moment(90)}),
            (line, {"replenish_by": self.moment(90)}),
        ):
            with self.assertRaises(AccessError, msg=vals):
                records.write(vals)

    def test_line_in_force_is_not_deleted(self):
        promise = self.hold(self.line(1), self.line(2))
        with self.assertRaisesRegex(UserError, "in force"):
            promise.line_ids[0].unlink()
        with self.assertRaisesRegex(UserError, "in force"):
            promise.write({"line_ids": [(2, promise.line_ids[0].id)]})
        promise.action_release()
        promise.line_ids[0].unlink()
        self.assertEqual(len(promise.line_ids), 1)

    def test_line_is_not_put_into_a_colleague_s_draft(self):
        mine = self.Promise.create(
            {"line_ids": [(0, 0, {"product_id": self.product.id})]}
        )
        theirs = self.Promise.with_user(self.colleague).create({})
        with self.assertRaises(AccessError):
            mine.line_ids.promise_id = theirs

    def test_copy_of_a_colleague_s_promise_is_one_s_own(self):
        copy = self.hold(self.line(1)).with_user(self.colleague).copy()
        self.assertEqual((copy.user_id, copy.state), (self.colleague, "draft"))

    def test_promise_of_a_colleague_is_read_and_not_changed(self):
        promise = self.hold(self.line(1)).with_user(self.colleague)
        self.assertEqual(promise.state, "held")
        self.assertEqual(promise.line_ids.quantity, 1)
        for change in (
            promise.action_release,
            promise.action_extend,
            promise.action_repromise,
            promise.unlink,
            promise.line_ids.unlink,
            lambda: promise.write({"note": "mine now"}),
            lambda: promise.write({"user_id": self.colleague.id}),
            lambda: promise.line_ids.write({"requested_date": False}),
            lambda: (
                self.env["delivery.promise.line"]
                .with_user(self.colleague)
                .create({"promise_id": promise.id, "product_id": self.product.id})
            ),
        ):
            with self.assertRaises(AccessError):
                change()
        self.env.invalidate_all()
        self.assertEqual((promise.state, self.atp()), ("held", [9]))

    def test_administrator_changes_everybodys(self):
        promise = self.hold(self.line(1)).with_user(self.manager)
        promise.action_extend(1)
        promise.action_repromise()
        promise.action_release()
        self.assertEqual(promise.state, "released")

    @mute_logger("odoo.models")
    def test_claims_are_written_by_the_engine_alone(self):
        promise = self.hold(self.line(1))
        for user in (self.user, self.manager):
            claim = promise.sudo().claim_ids.with_user(user)
            for change in (
                lambda claim=claim: claim.write({"quantity": 0}),
                claim.unlink,
                lambda claim=claim: claim.copy(),
            ):
                with self.assertRaises(AccessError):
                    change()
        lock = self.env["delivery.promise.lock"].with_user(self.manager)
        with self.assertRaises(AccessError):
            lock.search([], limit=1).write({"version": 1})

    # -- companies ---------------------------------------------------------------

    @mute_logger("odoo.models")
    def test_companies_are_kept_apart(self):
        promise = self.hold(self.line(1))
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._create_user(
            "promise_other", "stock_promise.group_promise_manager", other
        )
        with self.assertRaises(AccessError):
            promise.with_user(theirs).with_context(allowed_company_ids=other.ids).read(
                ["name"]
            )
        for model in ("delivery.promise", "delivery.promise.line"):
            records = self.env[model].with_user(theirs)
            records = records.with_context(allowed_company_ids=other.ids)
            self.assertFalse(records.search([]))

    def test_same_key_in_two_companies_is_two_promises(self):
        other = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        self.on_hand(5, location=warehouse.lot_stock_id)
        theirs = self._create_user(
            "promise_other", "stock_promise.group_promise_user", other
        )
        request = {"lines": [self.line(1)], "idempotency_key": "same"}
        first = self.Promise.hold(request)
        Promise = self.env["delivery.promise"].with_user(theirs)
        second = Promise.with_context(allowed_company_ids=other.ids).hold(request)
        self.assertNotEqual(first["promise_id"], second["promise_id"])
        self.assertEqual(Promise.browse(second["promise_id"]).company_id, other)

    def test_promise_belongs_to_the_company_asked_for(self):
        other = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        self.on_hand(5, location=warehouse.lot_stock_id)
        user = new_test_user(
            self.env,
            "promise_both",
            "stock_promise.group_promise_user",
            company_id=self.company.id,
            company_ids=[Command.set([self.company.id, other.id])],
        )
        Promise = self.env["delivery.promise"].with_user(user)
        Promise = Promise.with_context(allowed_company_ids=[self.company.id, other.id])
        answer = Promise.hold({"lines": [self.line(5)], "company_id": other.id})
        promise = Promise.browse(answer["promise_id"])
        self.assertEqual((promise.company_id, promise.warehouse_id), (other, warehouse))
        self.assertEqual(self.atp(), [10])

    # -- what is named -----------------------------------------------------------

    def receipt_picking(self, days, warehouse=None):
        warehouse = warehouse or self.warehouse
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 20,
                            "location_id": self.suppliers.id,
                            "location_dest_id": warehouse.lot_stock_id.id,
                            "date": self.moment(days),
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.date = self.moment(days)
        return picking

    def test_document_is_named_only_to_those_who_may_read_it(self):
        """The receipt counts for everybody; its number is for the warehouse."""
        picking = self.receipt_picking(5)
        both = self._create_user(
            "promise_store", "stock_promise.group_promise_user,stock.group_stock_user"
        )
        request = {"lines": [self.line(15)]}
        answers = [
            self.Promise.with_user(user).simulate(request)["lines"][0]
            for user in (self.user, both)
        ]
        self.assertEqual(answers[0]["promised_date"], answers[1]["promised_date"])
        origins = [
            [entry["origin"] for entry in answer["schedule"]] for answer in answers
        ]
        self.assertEqual(origins, [[False, False], [False, picking.name]])
        texts = [
            " ".join(reason["message"] for reason in answer["reasons"])
            for answer in answers
        ]
        self.assertNotIn(picking.name, texts[0])
        self.assertIn("an incoming receipt", texts[0])
        self.assertIn(picking.name, texts[1])
        self.assertEqual(
            [(entry["quantity"], entry["source"]) for entry in answers[1]["schedule"]],
            [(10, "stock"), (5, "receipt")],
        )

    def test_two_warehouses_name_their_own_receipts(self):
        south = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        here, there = self.receipt_picking(5), self.receipt_picking(5, south)
        both = self._create_user(
            "promise_store", "stock_promise.group_promise_user,stock.group_stock_user"
        )
        lines = self.Promise.with_user(both).simulate(
            {"lines": [self.line(15), self.line(15, warehouse_id=south.id)]}
        )["lines"]
        self.assertEqual(lines[0]["schedule"][-1]["origin"], here.name)
        self.assertEqual(lines[1]["schedule"][-1]["origin"], there.name)

    def test_stranger_partner_and_hidden_product_do_not_exist(self):
        """What the caller may not see is refused like what is not there."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["res.partner"].create(
            {"name": "Secret Ltd", "company_id": other.id}
        )
        product = self._create_product("Secret", company_id=other.id)
        for request in (
            {"lines": [self.line(1)], "partner_id": theirs.id},
            {"lines": [self.line(1, product)]},
        ):
            with self.assertRaises(Exception) as caught:
                self.Promise.simulate(request)
            self.assertNotIn("Secret", str(caught.exception))


@tagged("post_install", "-at_install")
class TestLinkOfMoves(PromiseCase):
    """By which move a promise is fulfilled follows from the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.storeman = cls._create_user("link_storeman", "stock.group_stock_manager")

    def _promised_delivery(self, quantity=4):
        promise = self.hold(self.line(quantity))
        promise.sudo()._confirm()
        [move] = self.order(quantity, 2, promise_line_id=promise.line_ids.id)
        self.assertEqual(move.promise_line_id, promise.line_ids)
        return promise, move.with_user(self.storeman).with_context(
            allowed_company_ids=self.company.ids
        )

    @mute_logger("odoo.models")
    def test_nobody_ties_a_delivery_to_a_promise(self):
        self.on_hand(10)
        promise, __ = self._promised_delivery()
        other = self.delivery(4, 2).with_user(self.storeman)
        with self.assertRaises(AccessError):
            other.promise_line_id = promise.line_ids.id
        with self.assertRaises(AccessError):
            other.picking_id.write(
                {"move_ids": [(1, other.id, {"promise_line_id": promise.line_ids.id})]}
            )
        with self.assertRaises(AccessError):
            other.copy({"promise_line_id": promise.line_ids.id})
        self.done(other)
        self.assertEqual(promise.state, "confirmed")

    @mute_logger("odoo.models")
    def test_nobody_takes_a_delivery_from_its_promise(self):
        self.on_hand(10)
        __, move = self._promised_delivery()
        with self.assertRaises(AccessError):
            move.promise_line_id = False

    def test_backorders_and_returns_keep_the_link(self):
        """Odoo splits and copies moves on behalf of whoever is at work."""
        self.on_hand(10)
        promise, move = self._promised_delivery()
        move.quantity = 1
        move.picked = True
        move._action_done()
        moves = promise.line_ids.sudo().move_ids
        self.assertEqual(sorted(moves.mapped("product_uom_qty")), [1.0, 3.0])
        returned = move.create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 1,
                "location_id": self.customers.id,
                "location_dest_id": self.stock.id,
                "origin_returned_move_id": move.id,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(returned.sudo().promise_line_id, promise.line_ids)
