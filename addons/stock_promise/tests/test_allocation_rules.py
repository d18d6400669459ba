"""Shares of customer classes: what is kept for one, and what one gets at most."""

import math

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PromiseCase


class AllocationCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Class = cls.env["delivery.promise.class"]
        cls.dealers = Class.create({"name": "Dealers", "priority": "2", "sequence": 1})
        cls.webshop = Class.create({"name": "Webshop", "sequence": 2})
        cls.dealer = cls._create_customer("Dealer Ltd", cls.dealers)
        cls.shopper = cls._create_customer("Shopper", cls.webshop)

    @classmethod
    def _create_customer(cls, name, promise_class=None):
        return cls.env["res.partner"].create(
            {"name": name, "promise_class_id": promise_class and promise_class.id}
        )

    @classmethod
    def share(cls, kind, promise_class, quantity, first=0, last=30, **values):
        values.setdefault("product_id", cls.product.id)
        return cls.env["delivery.promise.allocation"].create(
            {
                "kind": kind,
                "class_id": promise_class.id,
                "quantity": quantity,
                "date_from": cls.moment(first).date(),
                "date_to": cls.moment(last).date(),
                **values,
            }
        )

    def when(self, quantity, partner=None, product=None, **values):
        """The day, counted from today, for which a customer is promised a quantity."""
        answer = self.ask(
            self.line(quantity, product), partner_id=partner and partner.id, **values
        )
        promised = fields.Datetime.to_datetime(answer["promised_date"])
        return (promised.date() - self.moment(0).date()).days if promised else False

    def codes(self, quantity, partner=None):
        answer = self.ask(self.line(quantity), partner_id=partner and partner.id)
        return {
            reason["code"]: reason["message"]
            for reason in answer["lines"][0]["reasons"]
        }


@tagged("post_install", "-at_install")
class TestProtection(AllocationCase):
    def setUp(self):
        super().setUp()
        self.on_hand(20)
        self.share("protection", self.dealers, 12, release_date="2026-12-04")

    def test_others_get_what_is_not_kept(self):
        self.assertEqual(self.when(8, self.shopper), 0)
        self.assertFalse(self.when(9, self.shopper))

    def test_who_has_no_class_gets_what_is_not_kept(self):
        self.assertFalse(self.when(9, self.customer))
        self.assertFalse(self.when(9))

    def test_the_class_gets_all(self):
        self.assertEqual(self.when(20, self.dealer), 0)

    def test_a_contact_counts_as_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.dealer.id}
        )
        self.assertEqual(self.when(20, contact), 0)

    def test_what_the_class_holds_is_not_kept_twice(self):
        self.hold(self.line(5), partner_id=self.dealer.id)
        # 20 - 5 held - 7 still kept
        self.assertEqual(self.when(8, self.shopper), 0)
        self.assertFalse(self.when(9, self.shopper))

    def test_a_released_hold_is_kept_again(self):
        self.hold(self.line(5), partner_id=self.dealer.id).action_release()
        self.assertFalse(self.when(9, self.shopper))
        self.assertEqual(self.when(8, self.shopper), 0)

    def test_what_the_class_holds_for_after_the_period_is_kept_beside(self):
        self.hold(
            self.line(5, requested_date="2027-02-01 09:00:00"),
            partner_id=self.dealer.id,
        )
        self.assertEqual(self.when(3, self.shopper), 0)
        self.assertFalse(self.when(4, self.shopper))

    def test_an_order_of_the_class_takes_from_its_share(self):
        self.delivery(5, 3, partner_id=self.dealer.id)
        self.assertEqual(self.when(8, self.shopper), 0)
        self.assertFalse(self.when(9, self.shopper))

    def test_what_was_sent_to_the_class_is_taken(self):
        self.done(self.delivery(5, 0, partner_id=self.dealer.id))
        self.assertEqual(self.when(8, self.shopper), 0)
        self.assertFalse(self.when(9, self.shopper))

    def test_an_order_of_another_class_takes_nothing_from_it(self):
        self.delivery(5, 3, partner_id=self.shopper.id)
        self.assertEqual(self.when(3, self.shopper), 0)
        self.assertFalse(self.when(4, self.shopper))

    def test_a_receipt_serves_those_for_whom_nothing_is_kept(self):
        self.receipt(10, 5)
        self.assertEqual(self.when(9, self.shopper), 5)

    def test_what_is_not_taken_falls_back_to_all(self):
        share = self.env["delivery.promise.allocation"].search([])
        share.release_date = self.moment(0).date()
        self.assertEqual(self.when(20, self.shopper), 0)

    def test_a_period_that_is_over_keeps_nothing(self):
        share = self.env["delivery.promise.allocation"].search([])
        share.write(
            {
                "release_date": False,
                "date_from": self.moment(-9).date(),
                "date_to": self.moment(-1).date(),
            }
        )
        self.assertEqual(self.when(20, self.shopper), 0)

    def test_a_later_day_does_not_get_what_is_kept_today(self):
        answer = self.ask(
            self.line(9, requested_date="2027-03-01 09:00:00"),
            partner_id=self.shopper.id,
        )
        self.assertFalse(answer["promised_date"])

    def test_before_the_period_what_arrives_in_time_is_free(self):
        share = self.env["delivery.promise.allocation"].search([])
        share.write({"date_from": self.moment(10).date(), "release_date": False})
        self.assertFalse(self.when(9, self.shopper))
        self.receipt(12, 8)
        self.assertEqual(self.when(20, self.shopper), 0)

    def test_the_reason_names_class_and_date(self):
        message = self.codes(9, self.shopper)["protected"]
        self.assertEqual(message, "12 Units kept for class Dealers until 12/03/2026")

    def test_whoever_is_served_reads_nothing_of_others(self):
        self.assertNotIn("protected", self.codes(8, self.shopper))
        self.assertNotIn("protected", self.codes(20, self.dealer))

    def test_who_may_not_read_the_class_reads_no_name(self):
        self.env.ref("stock_promise.access_delivery_promise_class_user").active = False
        self.env.ref("stock_promise.access_delivery_promise_class_stock").active = False
        self.env.invalidate_all()
        message = self.codes(9, self.shopper)["protected"]
        self.assertEqual(message, "12 Units kept for other customers until 12/03/2026")

    def test_classes_before_it_are_not_bound_where_so_chosen(self):
        key = self.env["delivery.promise.class"].create(
            {"name": "Key Accounts", "sequence": 0}
        )
        customer = self._create_customer("Key", key)
        self.assertFalse(self.when(20, customer))
        self.env["delivery.promise.allocation"].search([]).against = "lower"
        self.assertEqual(self.when(20, customer), 0)
        self.assertFalse(self.when(9, self.shopper))
        self.assertFalse(self.when(9, self.customer))

    def test_it_is_kept_in_its_own_warehouse(self):
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        self.on_hand(20, location=other.lot_stock_id)
        self.assertEqual(self.when(20, self.shopper, warehouse_id=other.id), 0)


@tagged("post_install", "-at_install")
class TestQuota(AllocationCase):
    def setUp(self):
        super().setUp()
        self.on_hand(100)
        # today and the ten days that follow
        self.quota = self.share("quota", self.webshop, 10, 0, 10)

    def test_the_class_gets_no_more_than_its_quota(self):
        self.assertEqual(self.when(10, self.shopper), 0)

    def test_a_quota_for_ever_lets_no_more_out(self):
        self.share("quota", self.webshop, 4, date_to="9999-12-31")
        self.assertEqual(self.when(4, self.shopper), 0)
        later = self.when(5, self.shopper)
        self.assertTrue(later is False or later > 3650, later)

    def test_more_leaves_after_the_period(self):
        self.assertEqual(self.when(11, self.shopper), 11)

    def test_partial_deliveries_send_what_the_quota_leaves(self):
        answer = self.ask(self.line(14), partner_id=self.shopper.id, allow_split=True)
        self.assertEqual(
            [
                (entry["quantity"], entry["delivery_date"][:10])
                for entry in answer["lines"][0]["schedule"]
            ],
            [(10.0, "2026-11-24"), (4.0, "2026-12-05")],
        )

    def test_others_are_not_bound(self):
        self.assertEqual(self.when(90, self.dealer), 0)
        self.assertEqual(self.when(90, self.customer), 0)

    def test_holds_and_orders_count(self):
        self.hold(self.line(4), partner_id=self.shopper.id)
        self.delivery(3, 5, partner_id=self.shopper.id)
        self.done(self.delivery(1, 0, partner_id=self.shopper.id))
        self.assertEqual(self.when(2, self.shopper), 0)
        self.assertEqual(self.when(3, self.shopper), 11)

    def test_lines_of_one_request_share_it(self):
        answer = self.ask(self.line(6), self.line(6), partner_id=self.shopper.id)
        self.assertEqual(
            [line["promised_date"][:10] for line in answer["lines"]],
            ["2026-11-24", "2026-12-05"],
        )

    def test_all_at_once_waits_for_the_quota(self):
        other = self._create_product("Ring")
        self.on_hand(5, other)
        answer = self.ask(
            self.line(6),
            self.line(1, other),
            self.line(6),
            partner_id=self.shopper.id,
            shipping_policy="one",
        )
        self.assertEqual(
            {line["promised_date"][:10] for line in answer["lines"]}, {"2026-12-05"}
        )

    def test_all_at_once_is_not_moved_into_a_period_that_is_full(self):
        self.quota.write({"date_from": self.moment(2).date(), "quantity": 0})
        late = self._create_product("Ring")
        self.receipt(1, 5, late)
        self.assertEqual(self.when(6, self.shopper), 0)
        answer = self.ask(
            self.line(6),
            self.line(1, late),
            partner_id=self.shopper.id,
            shipping_policy="one",
        )
        self.assertEqual(answer["promised_date"][:10], "2026-12-05")

    def test_a_requested_date_in_a_full_period_waits_for_its_end(self):
        self.hold(self.line(10), partner_id=self.shopper.id)
        answer = self.ask(
            self.line(1, requested_date="2026-11-28 09:00:00"),
            partner_id=self.shopper.id,
        )
        self.assertEqual(answer["promised_date"][:10], "2026-12-05")

    def test_its_own_hold_does_not_count_against_a_promise(self):
        promise = self.hold(self.line(10), partner_id=self.shopper.id)
        promise.action_repromise()
        self.assertEqual(promise.promised_date.date(), self.moment(0).date())

    def test_it_falls_back_to_all(self):
        self.quota.release_date = self.moment(0).date()
        self.assertEqual(self.when(90, self.shopper), 0)

    def test_without_a_warehouse_it_is_for_all_together(self):
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": self.company.id}
        )
        self.on_hand(100, location=other.lot_stock_id)
        self.hold(self.line(7), partner_id=self.shopper.id)
        self.assertEqual(self.when(3, self.shopper, warehouse_id=other.id), 0)
        self.assertEqual(self.when(4, self.shopper, warehouse_id=other.id), 11)
        self.quota.warehouse_id = self.warehouse
        self.assertEqual(self.when(4, self.shopper, warehouse_id=other.id), 0)

    def test_of_a_category_each_product_has_its_own(self):
        category = self.env["product.category"].create({"name": "Bearings"})
        child = category.create({"name": "Small", "parent_id": category.id})
        one = self._create_product("One", categ_id=child.id)
        two = self._create_product("Two", categ_id=category.id)
        for product in (one, two):
            self.on_hand(50, product)
        self.share(
            "quota", self.webshop, 5, 0, 10, product_id=False, categ_id=category.id
        )
        self.hold(self.line(5, one), partner_id=self.shopper.id)
        self.assertEqual(self.when(1, self.shopper, one), 11)
        self.assertEqual(self.when(5, self.shopper, two), 0)
        self.assertEqual(self.when(6, self.shopper, two), 11)

    def test_the_reason_names_class_period_and_rest(self):
        self.hold(self.line(6), partner_id=self.shopper.id)
        self.assertEqual(
            self.codes(5, self.shopper)["quota"],
            "the quota of class Webshop from 11/24/2026 to 12/04/2026 leaves 4 Units",
        )

    def test_taken_and_left_are_shown(self):
        self.hold(self.line(4), partner_id=self.shopper.id)
        self.delivery(3, 5, partner_id=self.shopper.id)
        share = self.quota.with_user(self.user)
        self.assertEqual((share.taken_quantity, share.left_quantity), (7, 3))


@tagged("post_install", "-at_install")
class TestClasses(AllocationCase):
    def test_a_class_with_shares_is_not_archived_nor_moved(self):
        # what is for all companies is not one administrator's to change
        self.dealers.company_id = self.company
        self.on_hand(20)
        share = self.share("protection", self.dealers, 12)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        dealers = self.dealers.with_user(self.manager)
        for change in (
            dealers.action_archive,
            lambda: dealers.write({"active": False}),
            lambda: self.dealers.write({"company_id": elsewhere.id}),
        ):
            with self.assertRaisesRegex(UserError, "Keep for the class Dealers"):
                change()
            self.env.invalidate_all()
            self.assertEqual(self.when(20, self.dealer), 0)
            self.assertFalse(self.when(9))
        share.active = False
        dealers.action_archive()
        self.assertEqual(self.when(20), 0)
        with self.assertRaisesRegex(ValidationError, "is archived"):
            share.active = True
        with self.assertRaisesRegex(ValidationError, "is archived"):
            self.share("quota", self.dealers, 1)

    def test_a_class_whose_shares_are_over_is_archived(self):
        self.dealers.company_id = self.company
        self.share("protection", self.dealers, 12, first=-9, last=-2)
        self.share("quota", self.dealers, 12, release_date=self.moment(0).date())
        self.dealers.with_user(self.manager).action_archive()
        self.assertFalse(self.dealers.active)

    def test_shares_of_another_company_are_counted_and_not_named(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        product = self._create_product("Secret")
        self.share(
            "protection", self.dealers, 1, company_id=company.id, product_id=product.id
        )
        with self.assertRaisesRegex(UserError, "1 more") as refused:
            self.dealers.with_user(self.manager).action_archive()
        self.assertNotIn("Secret", str(refused.exception))

    def test_the_form_of_a_quota_does_not_keep_the_warehouse_of_a_protection(self):
        other = self.env["stock.warehouse"].create(
            {"name": "South", "code": "SOUTH", "company_id": self.company.id}
        )
        Share = self.env["delivery.promise.allocation"].with_user(self.manager)
        form = Form(Share)
        self.assertEqual(form.kind, "protection")
        self.assertEqual(form.warehouse_id, self.warehouse)
        form.kind = "quota"
        self.assertFalse(form.warehouse_id)
        form.warehouse_id = other
        form.class_id = self.dealers
        form.product_id = self.product
        form.quantity = 5
        form.date_to = "2026-12-31"
        share = form.save()
        self.assertEqual(share.warehouse_id, other)
        # what somebody chose for a quota is kept
        with Form(share) as form:
            form.warehouse_id = self.warehouse
        self.assertEqual(share.warehouse_id, self.warehouse)
        with Form(share) as form:
            form.quantity = 6
        self.assertEqual(share.warehouse_id, self.warehouse)
        with Form(share) as form:
            form.kind = "protection"
        self.assertEqual(share.warehouse_id, self.warehouse)
        with Form(share) as form:
            form.kind = "quota"
        self.assertFalse(share.warehouse_id)

    def test_a_request_without_priority_has_that_of_the_class(self):
        self.on_hand(10)
        promise = self.hold(self.line(1), partner_id=self.dealer.id)
        self.assertEqual(promise.priority, "2")
        self.assertEqual(promise.promise_class_id, self.dealers)

    def test_a_priority_that_is_asked_for_stays(self):
        self.on_hand(10)
        promise = self.hold(self.line(1), partner_id=self.dealer.id, priority="0")
        self.assertEqual(promise.priority, "0")

    def test_a_promise_keeps_the_class_of_its_day(self):
        self.on_hand(10)
        promise = self.hold(self.line(1), partner_id=self.dealer.id)
        self.dealer.promise_class_id = self.webshop
        self.assertEqual(promise.promise_class_id, self.dealers)
        promise.action_repromise()
        self.assertEqual(promise.promise_class_id, self.webshop)

    def test_the_class_is_that_of_the_company_which_promises(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        self.dealer.with_company(other).promise_class_id = self.webshop
        Class = self.env["delivery.promise.class"]
        self.assertEqual(Class._of_partner(self.dealer, self.company), self.dealers)
        self.assertEqual(Class._of_partner(self.dealer, other), self.webshop)

    def test_the_report_groups_by_class(self):
        self.on_hand(10)
        self.hold(self.line(3), partner_id=self.dealer.id)
        self.hold(self.line(2), partner_id=self.shopper.id)
        Report = self.env["delivery.promise.report"].with_user(self.user)
        groups = dict(
            Report._read_group(
                [("company_id", "=", self.company.id)],
                ["promise_class_id"],
                ["quantity:sum"],
            )
        )
        self.assertEqual(groups, {self.dealers: 3.0, self.webshop: 2.0})

    def test_administrators_share_out_and_users_read(self):
        share = self.share("quota", self.webshop, 10)
        self.assertEqual(share.with_user(self.user).quantity, 10)
        with self.assertRaises(AccessError):
            share.with_user(self.user).quantity = 20
        with self.assertRaises(AccessError):
            self.dealers.with_user(self.user).priority = "0"
        share.with_user(self.manager).quantity = 20
        self.assertEqual(share.quantity, 20)

    def test_another_company_reads_neither(self):
        share = self.share("quota", self.webshop, 10)
        self.dealers.company_id = self.company
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self._create_user(
            "stranger", "stock_promise.group_promise_manager", company
        )
        with self.assertRaises(AccessError):
            share.with_user(stranger).read(["quantity"])
        with self.assertRaises(AccessError):
            self.dealers.with_user(stranger).read(["name"])

    def test_only_an_administrator_chooses_the_class_of_a_customer(self):
        clerk = self._create_user(
            "clerk", "stock_promise.group_promise_user,base.group_partner_manager"
        )
        with self.assertRaises(AccessError):
            self.customer.with_user(clerk).promise_class_id = self.dealers
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(clerk).create(
                {"name": "Sly", "promise_class_id": self.dealers.id}
            )
        contact = (
            self.env["res.partner"]
            .with_user(clerk)
            .create({"name": "Buyer", "parent_id": self.dealer.id})
        )
        self.assertEqual(contact.promise_class_id, self.dealers)

    def _clerk_with_contact(self):
        clerk = self._create_user(
            "clerk", "stock_promise.group_promise_user,base.group_partner_manager"
        )
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.dealer.id}
        )
        self.assertEqual(contact.promise_class_id, self.dealers)
        return contact.with_user(clerk)

    def test_who_leaves_the_company_leaves_its_class(self):
        contact = self._clerk_with_contact()
        contact.parent_id = False
        self.assertFalse(contact.promise_class_id)
        self.assertEqual(self.dealer.promise_class_id, self.dealers)

    def test_who_becomes_a_company_leaves_the_class_in_all_of_ours(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.dealer.with_company(other).promise_class_id = self.dealers
        contact = self._clerk_with_contact()
        contact.is_company = True
        contact = contact.sudo()
        self.assertFalse(contact.promise_class_id)
        self.assertFalse(contact.with_company(other).promise_class_id)
        self.assertEqual(self.dealer.with_company(other).promise_class_id, self.dealers)

    def test_class_of_the_company_is_not_kept_by_naming_it(self):
        contact = self._clerk_with_contact()
        contact.write({"parent_id": False, "promise_class_id": self.dealers.id})
        self.assertFalse(contact.promise_class_id)

    def test_who_goes_to_another_company_gets_the_class_of_that(self):
        contact = self._clerk_with_contact()
        contact.parent_id = self.customer
        self.assertFalse(contact.promise_class_id)
        contact.parent_id = self.shopper
        self.assertEqual(contact.promise_class_id, self.webshop)

    def test_administrator_gives_a_class_to_who_leaves(self):
        contact = self._clerk_with_contact().with_user(self.manager).sudo(False)
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        contact.write({"parent_id": False, "promise_class_id": self.webshop.id})
        self.assertEqual(contact.promise_class_id, self.webshop)

    def test_default_of_a_context_chooses_no_class(self):
        clerk = self._clerk_with_contact().env.user
        Partner = self.env["res.partner"].with_user(clerk)
        sly = Partner.with_context(default_promise_class_id=self.dealers.id).create(
            {"name": "Sly"}
        )
        self.assertFalse(sly.promise_class_id)
        twin = self.dealer.with_user(clerk).copy()
        self.assertFalse(twin.promise_class_id)

    @mute_logger("odoo.sql_db")
    def test_a_share_is_of_a_product_or_a_category(self):
        with self.assertRaises(IntegrityError):
            self.share("quota", self.webshop, 1, product_id=False)

    def test_a_share_is_a_number_to_count_with(self):
        for odd in (math.nan, math.inf, 1e308):
            with self.assertRaisesRegex(ValidationError, "finite number"):
                self.share("quota", self.webshop, odd)
            with self.assertRaisesRegex(ValidationError, "finite number"):
                self.share("quota", self.webshop, 1).write({"quantity": odd})

    def test_goods_whose_stock_is_not_kept_have_no_shares(self):
        glue = self._create_product("Glue", is_storable=False)
        with self.assertRaisesRegex(ValidationError, "nothing to share out"):
            self.share("quota", self.webshop, 1, product_id=glue.id)

    def test_what_is_kept_lies_in_a_warehouse(self):
        share = self.share("protection", self.webshop, 1)
        self.assertEqual(share.warehouse_id, self.warehouse)
        self.assertFalse(self.share("quota", self.webshop, 1).warehouse_id)

    def test_without_shares_a_request_costs_no_query_more(self):
        self.on_hand(10)
        lines = [self.line(1), self.line(2)]
        self.env["delivery.promise.allocation"].search([]).unlink()
        (self.dealer | self.shopper).promise_class_id = False
        (self.dealers | self.webshop).unlink()

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ask(*lines, partner_id=self.customer.id)
            return self.env.cr.sql_log_count - before

        count()
        without = count()
        engine = type(self.env["delivery.promise.engine"])
        self.patch(engine, "_allocation", lambda self, request: None)
        Class = type(self.env["delivery.promise.class"])
        self.patch(Class, "_of_partner", lambda self, partner, company: self.browse())
        self.assertEqual(without, count())
