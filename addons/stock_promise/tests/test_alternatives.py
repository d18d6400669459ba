"""Alternatives: another warehouse, a substitute; offered, never chosen."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PromiseCase


class AlternativesCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.south = cls.env["stock.warehouse"].create(
            {"name": "South", "code": "SOU", "company_id": cls.company.id}
        )
        cls.ring = cls._create_product("Ring", standard_price=7.0)
        cls.product.standard_price = 5.0

    def offers(self, quantity, product=None, answer=None, **values):
        """[(kind, product, warehouse, quantity, day)] of a line's alternatives."""
        values = {"alternatives": True, **values}
        answer = answer or self.ask(self.line(quantity, product), **values)
        return [
            (
                offer["kind"],
                self.env["product.product"].browse(offer["product_id"]).name,
                self.env["stock.warehouse"].browse(offer["warehouse_id"]).name,
                offer["quantity"],
                offer["promised_date"][:10],
            )
            for offer in answer["lines"][0]["alternatives"]
        ]

    def substitute(self, product=None, substitute=None, **values):
        return self.env["delivery.promise.substitute"].create(
            {
                "product_tmpl_id": (product or self.product).product_tmpl_id.id,
                "substitute_id": (substitute or self.ring).id,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestAlternatives(AlternativesCase):
    def test_another_warehouse_that_is_sooner(self):
        self.receipt(10, 5)
        self.on_hand(10, location=self.south.lot_stock_id)
        self.assertEqual(
            self.offers(8), [("warehouse", "Bearing", "South", 8, "2026-11-24")]
        )

    def test_one_that_is_as_late_is_not_offered(self):
        self.on_hand(10)
        self.on_hand(10, location=self.south.lot_stock_id)
        self.assertEqual(self.offers(8), [])

    def test_one_that_has_too_little_is_not_offered(self):
        self.receipt(10, 5)
        self.on_hand(7, location=self.south.lot_stock_id)
        self.assertEqual(self.offers(8), [])

    def test_a_line_without_a_date_gets_any(self):
        self.on_hand(10, location=self.south.lot_stock_id)
        answer = self.ask(self.line(8), alternatives=True)
        self.assertFalse(answer["promised_date"])
        self.assertEqual(
            self.offers(8, answer=answer),
            [("warehouse", "Bearing", "South", 8, "2026-11-24")],
        )

    def test_where_only_a_part_is_promised_the_whole_is_offered(self):
        self.on_hand(5)
        self.on_hand(10, location=self.south.lot_stock_id)
        answer = self.ask(self.line(8), alternatives=True, partial=True)
        self.assertEqual(answer["lines"][0]["promised_quantity"], 5)
        self.assertEqual(
            self.offers(8, answer=answer),
            [("warehouse", "Bearing", "South", 8, "2026-11-24")],
        )

    def test_without_asking_nothing_is_offered(self):
        self.on_hand(10, location=self.south.lot_stock_id)
        self.assertEqual(self.offers(8, alternatives=False), [])

    def test_who_gets_it_when_asked_for_needs_no_alternative(self):
        self.receipt(10, 5)
        self.on_hand(10, location=self.south.lot_stock_id)
        answer = self.ask(
            self.line(8, requested_date="2026-12-10 12:00:00"), alternatives=True
        )
        self.assertEqual(self.offers(8, answer=answer), [])

    def test_a_substitute_that_is_sooner(self):
        self.receipt(10, 5)
        self.on_hand(20, self.ring)
        self.substitute(ratio=1.5)
        answer = self.ask(self.line(8), alternatives=True)
        self.assertEqual(
            self.offers(8, answer=answer),
            [("product", "Ring", self.warehouse.name, 12, "2026-11-24")],
        )
        [offer] = answer["lines"][0]["alternatives"]
        # 12 at 7 instead of 8 at 5
        self.assertEqual(offer["cost"], 44.0)
        self.assertEqual(
            offer["message"],
            "12 Units of Ring instead on 11/24/2026, if the customer agrees",
        )

    def test_a_substitute_both_ways_and_one_way(self):
        self.on_hand(20)
        substitute = self.substitute(ratio=2)
        self.assertEqual(self.offers(8, self.ring), [])
        substitute.both_ways = True
        self.assertEqual(
            self.offers(8, self.ring),
            [("product", "Bearing", self.warehouse.name, 4, "2026-11-24")],
        )

    def test_who_accepts_no_substitutes_is_offered_none(self):
        self.on_hand(20, self.ring)
        self.substitute()
        self.customer.promise_no_substitutes = True
        self.assertEqual(self.offers(8, partner_id=self.customer.id), [])
        self.customer.promise_no_substitutes = False
        self.assertEqual(len(self.offers(8, partner_id=self.customer.id)), 1)

    def test_the_sooner_comes_first_and_of_these_the_cheaper(self):
        cheap = self._create_product("Cheap", standard_price=1.0)
        late = self._create_product("Late")
        self.receipt(10, 9)
        self.receipt(10, 2, late)
        for product in (self.ring, cheap):
            self.on_hand(20, product)
        for product in (late, self.ring, cheap):
            self.substitute(substitute=product)
        self.assertEqual(
            [offer[1] for offer in self.offers(8)], ["Cheap", "Ring", "Late"]
        )

    def test_what_other_lines_take_is_not_offered(self):
        self.on_hand(10, self.ring)
        self.substitute()
        answer = self.ask(self.line(8), self.line(4, self.ring), alternatives=True)
        self.assertEqual(self.offers(8, answer=answer), [])

    def test_all_at_once_only_the_slowest_line_is_helped(self):
        self.receipt(10, 5)
        self.receipt(10, 3, self.ring)
        self.on_hand(10, location=self.south.lot_stock_id)
        self.on_hand(10, self.ring, location=self.south.lot_stock_id)
        answer = self.ask(
            self.line(8),
            self.line(8, self.ring),
            alternatives=True,
            shipping_policy="one",
        )
        # The ring keeps the order until its third day whatever the bearing does.
        self.assertEqual(
            self.offers(8, answer=answer),
            [("warehouse", "Bearing", "South", 8, "2026-11-27")],
        )
        self.assertEqual(answer["lines"][1]["alternatives"], [])

    def test_what_is_kept_for_others_is_not_offered(self):
        dealers = self.env["delivery.promise.class"].create({"name": "Dealers"})
        self.on_hand(10, location=self.south.lot_stock_id)
        share = self.env["delivery.promise.allocation"].create(
            {
                "kind": "protection",
                "class_id": dealers.id,
                "product_id": self.product.id,
                "warehouse_id": self.south.id,
                "quantity": 5,
                "date_from": self.moment(0).date(),
                "date_to": self.moment(9).date(),
            }
        )
        self.assertEqual(self.offers(8), [])
        share.quantity = 2
        self.assertEqual(len(self.offers(8)), 1)

    def test_a_warehouse_of_another_company_is_not_offered(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= company
        place = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        self.user.company_ids |= company
        self.on_hand(10, location=place.lot_stock_id)
        self.assertEqual(self.offers(8), [])

    def test_all_alternatives_of_all_lines_take_one_load(self):
        products = [self._create_product(f"Part {n}") for n in range(6)]
        for product in products:
            self.on_hand(10, product, location=self.south.lot_stock_id)
            self.on_hand(10, self.ring)
            self.substitute(product)

        def count(lines):
            request = [self.line(8, product) for product in products[:lines]]
            self.ask(*request, alternatives=True)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ask(*request, alternatives=True)
            return self.env.cr.sql_log_count - before

        count(6)  # what is remembered from one request to the next
        self.assertEqual(count(2), count(6))


@tagged("post_install", "-at_install")
class TestUseAlternative(AlternativesCase):
    def setUp(self):
        super().setUp()
        self.receipt(20, 5)
        self.on_hand(20, self.ring)
        self.substitute()
        self.promise = self.Promise.create(
            {
                "alternatives": True,
                "warehouse_id": self.warehouse.id,
                "line_ids": [
                    (0, 0, {"product_id": self.product.id, "quantity": 8}),
                ],
            }
        )
        self.promise.action_simulate()
        self.promise_line = self.promise.line_ids

    def test_it_is_shown_and_not_chosen(self):
        self.assertEqual(self.promise_line.product_id, self.product)
        self.assertEqual(
            self.promise_line.alternative_message,
            "8 Units of Ring instead on 11/24/2026, if the customer agrees",
        )

    def test_use_this_changes_the_line_and_its_date(self):
        self.promise_line.action_use_alternative(self.ring.id, self.warehouse.id)
        self.assertEqual(self.promise_line.product_id, self.ring)
        self.assertEqual(self.promise_line.promised_date, self.moment(0))
        self.assertFalse(self.promise_line.alternatives)

    def test_only_what_was_offered_is_used(self):
        with self.assertRaisesRegex(UserError, "not offered any more"):
            self.promise_line.action_use_alternative(self.ring.id, self.south.id)

    def test_a_promise_in_force_stays_as_it_is(self):
        self.promise.action_hold()
        with self.assertRaisesRegex(UserError, "in force"):
            self.promise_line.action_use_alternative(self.ring.id, self.warehouse.id)
        self.assertEqual(self.promise_line.product_id, self.product)

    def test_nobody_offers_by_writing(self):
        with self.assertRaises(AccessError):
            self.promise_line.alternatives = [{"kind": "product"}]

    def test_what_is_changed_is_not_offered_for_any_more(self):
        self.promise_line.quantity = 30
        self.assertFalse(self.promise_line.alternatives)

    def test_a_hold_gives_its_alternatives_again(self):
        request = {
            "lines": [self.line(8)],
            "alternatives": True,
            "idempotency_key": "again",
        }
        first = self.Promise.hold(request)
        again = self.Promise.hold(request)
        self.assertEqual(len(first["lines"][0]["alternatives"]), 1)
        self.assertEqual(
            again["lines"][0]["alternatives"], first["lines"][0]["alternatives"]
        )


@tagged("post_install", "-at_install")
class TestSubstitutes(AlternativesCase):
    def test_users_read_and_administrators_write(self):
        substitute = self.substitute(company_id=self.company.id)
        self.assertEqual(substitute.with_user(self.user).ratio, 1)
        with self.assertRaises(AccessError):
            substitute.with_user(self.user).ratio = 2
        substitute.with_user(self.manager).ratio = 2
        self.assertEqual(substitute.ratio, 2)

    def test_another_company_reads_none(self):
        substitute = self.substitute(company_id=self.company.id)
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self._create_user(
            "stranger", "stock_promise.group_promise_manager", company
        )
        with self.assertRaises(AccessError):
            substitute.with_user(stranger).read(["ratio"])

    def test_nothing_stands_for_itself(self):
        with self.assertRaises(ValidationError):
            self.substitute(substitute=self.product)

    def test_of_one_variant_only(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [(0, 0, {"name": "S"}), (0, 0, {"name": "L"})],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Belt",
                "is_storable": True,
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [(6, 0, attribute.value_ids.ids)],
                        },
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        self.on_hand(20, self.ring)
        substitute = self.substitute(small)
        self.assertEqual(len(self.offers(2, small)), 1)
        self.assertEqual(len(self.offers(2, large)), 1)
        substitute.product_id = small
        self.assertEqual(len(self.offers(2, small)), 1)
        self.assertEqual(self.offers(2, large), [])
