"""How many deliveries of a line, of which size; a part instead of the whole."""

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import NOW, PromiseCase


@tagged("post_install", "-at_install")
class TestSplits(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(10)
        cls.receipt(4, 3)
        cls.receipt(6, 5)

    def deliveries(self, quantity, line=(), **values):
        """[(quantity, days from today)] of a line that may be split."""
        answer = self.ask(
            self.line(quantity, **dict(line)), **{"allow_split": True, **values}
        )
        sent = {}
        for entry in answer["lines"][0]["schedule"]:
            date = fields.Datetime.to_datetime(entry["delivery_date"])
            days = (date - NOW).days
            sent[days] = sent.get(days, 0) + entry["quantity"]
        return [(round(quantity, 6), days) for days, quantity in sent.items()]

    def test_without_limits_all_is_sent_as_it_comes(self):
        self.assertEqual(self.deliveries(18), [(10, 0), (4, 3), (4, 5)])

    def test_no_more_deliveries_than_the_company_allows(self):
        self.company.promise_max_deliveries = 2
        self.assertEqual(self.deliveries(18), [(10, 0), (8, 5)])
        self.company.promise_max_deliveries = 1
        self.assertEqual(self.deliveries(18), [(18, 5)])

    def test_goods_wait_least(self):
        """1 now and 21 on day 5 would keep 21 waiting; 13 go on day 3 instead."""
        bolt = self._create_product("Bolt")
        self.on_hand(1, bolt)
        self.receipt(12, 3, bolt)
        self.receipt(9, 5, bolt)
        self.company.promise_max_deliveries = 2
        self.assertEqual(
            self.deliveries(22, {"product_id": bolt.id}), [(13, 3), (9, 5)]
        )

    def test_no_delivery_is_smaller_than_the_minimum(self):
        self.company.promise_min_delivery = 5
        self.assertEqual(self.deliveries(18), [(10, 0), (8, 5)])
        self.assertEqual(self.deliveries(12), [(7, 0), (5, 3)], "nor is the rest")
        self.assertEqual(self.deliveries(3), [(3, 0)], "unless it is the whole")

    def test_a_product_has_a_minimum_of_its_own(self):
        self.company.promise_min_delivery = 100
        self.product.promise_min_delivery = 4
        self.assertEqual(self.deliveries(18), [(10, 0), (4, 3), (4, 5)])

    def test_the_first_delivery_is_as_large_as_the_customer_wants(self):
        self.assertEqual(self.deliveries(18, {"minimum_first": 12}), [(14, 3), (4, 5)])
        self.assertEqual(self.deliveries(18, {"minimum_first": 15}), [(18, 5)])

    def test_what_is_left_after_the_first_delivery_may_be_small(self):
        promise = self.hold(self.line(18, minimum_first=12), allow_split=True)
        line = promise.line_ids
        line.sudo().delivered_quantity = 14
        rest = line._prepare_remaining_line()
        self.assertEqual((rest["quantity"], rest["minimum_first"]), (4, 0))
        self.assertTrue(promise._simulate_again(line)["promised_date"])

    def test_the_minimum_counts_in_the_products_unit(self):
        self.receipt(20, 6)
        self.company.promise_min_delivery = 13
        dozens = {"uom_id": self.dozen.id}
        self.assertEqual(self.deliveries(3, dozens), [(3, 6)])
        self.company.promise_min_delivery = 12
        self.assertEqual(self.deliveries(3, dozens), [(1, 3), (2, 6)])

    def test_the_reason_names_the_limits(self):
        self.company.promise_max_deliveries = 2
        answer = self.ask(self.line(18), allow_split=True)
        reasons = {r["code"]: r["message"] for r in answer["lines"][0]["reasons"]}
        self.assertEqual(reasons["split_limits"], "2 deliveries at most")
        answer = self.ask(self.line(12), allow_split=True)
        codes = [reason["code"] for reason in answer["lines"][0]["reasons"]]
        self.assertNotIn("split_limits", codes, "it made no difference")

    def test_limits_do_not_split_what_must_not_be_split(self):
        self.company.promise_max_deliveries = 2
        self.assertEqual(self.deliveries(18, allow_split=False), [(18, 5)])
        self.assertEqual(self.deliveries(18, shipping_policy="one"), [(18, 5)])

    def test_a_hold_claims_each_delivery_on_its_day(self):
        self.company.promise_max_deliveries = 2
        self.hold(self.line(18), allow_split=True)
        rows = self.profile((0, 3, 5))
        self.assertEqual([row["projected"] for row in rows], [0, 4, 2])


@tagged("post_install", "-at_install")
class TestPartial(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(7)

    def answered(self, line, **values):
        return self.ask(line, **{"partial": True, **values})["lines"][0]

    def test_what_can_be_promised_is_and_the_rest_has_no_date(self):
        answer = self.ask(self.line(10), partial=True)
        line = answer["lines"][0]
        self.assertEqual(line["promised_quantity"], 7)
        self.assertEqual([entry["quantity"] for entry in line["schedule"]], [7])
        self.assertFalse(line["promised_date"], "it is the date of the whole")
        self.assertFalse(answer["promised_date"])
        self.assertFalse(line["on_time"])
        self.assertEqual(
            [reason["code"] for reason in line["reasons"]], ["stock", "partial"]
        )
        self.assertIn("7 Units of 10 Units", line["reasons"][1]["message"])

    def test_what_can_be_promised_whole_is(self):
        self.receipt(5, 4)
        line = self.answered(self.line(10))
        self.assertEqual(line["promised_quantity"], 10)
        self.assertEqual(
            line["promised_date"], fields.Datetime.to_string(self.moment(4))
        )

    def test_without_consent_a_part_is_not_promised(self):
        line = self.answered(self.line(10), partial=False)
        self.assertEqual((line["promised_quantity"], line["schedule"]), (0, []))

    def test_a_part_is_of_whole_units_of_what_was_ordered(self):
        self.on_hand(20)
        line = self.answered(self.line(3, uom_id=self.dozen.id))
        self.assertEqual(line["promised_quantity"], 2)

    def test_a_part_smaller_than_the_first_delivery_is_of_no_use(self):
        line = self.answered(self.line(10, minimum_first=8))
        self.assertEqual(line["promised_quantity"], 0)
        line = self.answered(self.line(10, minimum_first=7))
        self.assertEqual(line["promised_quantity"], 7)

    def test_what_lies_within_the_horizon_is_the_part(self):
        self.company.promise_horizon_days = 10
        self.receipt(2, 9)
        self.receipt(5, 11)
        line = self.answered(self.line(14), allow_split=True)
        self.assertEqual(line["promised_quantity"], 9)
        self.assertEqual([entry["quantity"] for entry in line["schedule"]], [7, 2])

    def test_all_at_once_waits_for_the_slowest_part(self):
        other = self._create_product("Other")
        none = self._create_product("None")
        self.receipt(3, 6, other)
        answer = self.ask(
            self.line(10),
            self.line(5, other),
            self.line(1, none),
            shipping_policy="one",
            partial=True,
        )
        self.assertEqual(
            [line["promised_quantity"] for line in answer["lines"]], [7, 3, 0]
        )
        for line in answer["lines"][:2]:
            (entry,) = line["schedule"]
            self.assertEqual(
                entry["delivery_date"], fields.Datetime.to_string(self.moment(6))
            )

    def test_a_hold_claims_the_part_and_no_more(self):
        promise = self.hold(self.line(10), partial=True)
        self.assertTrue(promise.partial)
        line = promise.line_ids
        self.assertEqual((line.quantity, line.promised_quantity), (10, 7))
        self.assertFalse(line.promised_date)
        self.assertEqual(sum(promise.sudo().claim_ids.mapped("quantity")), 7)
        self.assertEqual(self.atp(0), [0])

    def test_what_came_meanwhile_is_promised_again(self):
        promise = self.hold(self.line(10), partial=True)
        self.receipt(5, 4)
        promise.action_repromise()
        self.assertEqual(promise.line_ids.promised_quantity, 10)
        self.assertEqual(promise.promised_date, self.moment(4))
        self.assertEqual(self.atp(4), [2])

    def test_a_hold_needs_a_part_of_one_line_at_least(self):
        other = self._create_product("Other")
        promise = self.hold(self.line(10), self.line(1, other), partial=True)
        self.assertEqual(promise.line_ids.mapped("promised_quantity"), [7, 0])
        with self.assertRaisesRegex(UserError, "Nothing was held"):
            self.hold(self.line(1, other), partial=True)

    def test_the_same_key_gives_the_same_part_again(self):
        request = {
            "lines": [self.line(10)],
            "partial": True,
            "idempotency_key": "again",
        }
        first = self.Promise.hold(request)
        again = self.Promise.hold(request)
        self.assertEqual(again["promise_id"], first["promise_id"])
        self.assertEqual(again["lines"][0]["promised_quantity"], 7)

    def test_a_salesperson_promises_a_part_on_the_form(self):
        with Form(self.Promise) as form:
            form.partial = True
            with form.line_ids.new() as line:
                line.product_id = self.product
                line.quantity = 10
        promise = form.record
        promise.action_simulate()
        self.assertEqual(promise.line_ids.promised_quantity, 7)
        promise.action_hold()
        self.assertEqual(promise.state, "held")
        self.assertEqual(self.atp(0), [0])

    def test_bad_values_are_refused_by_line_and_key(self):
        for value in (-1, 11, True, "4", float("nan"), float("inf"), 10**400, [1]):
            with (
                self.subTest(value=value),
                self.assertRaisesRegex(ValidationError, "Line 1, minimum_first"),
            ):
                self.ask(self.line(10, minimum_first=value))
        for value in (1, "yes", []):
            with (
                self.subTest(value=value),
                self.assertRaisesRegex(ValidationError, "partial"),
            ):
                self.ask(self.line(10), partial=value)

    def test_the_promised_quantity_is_computed_alone(self):
        promise = self.hold(self.line(10), partial=True)
        for values in ({"promised_quantity": 10}, {"minimum_first": 1}):
            with self.subTest(values=values), self.assertRaises(UserError):
                promise.line_ids.with_user(self.user).write(values)
