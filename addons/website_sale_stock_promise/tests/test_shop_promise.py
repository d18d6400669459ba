from datetime import timedelta

from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from ..shop import listed, words
from .common import ShopCase

KEYS = {
    "product_id",
    "availability",
    "date",
    "date_to",
    "quantity",
    "deliveries",
    "text",
}


@tagged("post_install", "-at_install")
class TestShopPromise(ShopCase):
    def _day(self, days):
        return fields.Date.to_string(
            (fields.Datetime.now() + timedelta(days=days)).date()
        )

    def _line(self, *line, **params):
        answer = self._ask(line, **params)
        self.assertNotIn("error", answer)
        return answer["result"]["lines"][0]

    def test_answer_has_the_keys_of_the_contract_and_no_others(self):
        result = self._ask((self.product, 2))["result"]
        self.assertEqual(set(result), {"limited", "order_before", "lines"})
        self.assertEqual(set(result["lines"][0]), KEYS)
        self.assertEqual(result["lines"][0]["availability"], "in_stock")
        self.assertEqual(result["lines"][0]["date"], self._day(0))

    def test_date_of_goods_to_come(self):
        product = self._product("Caliper")
        self._receipt(product, 5, 8)
        line = self._line(product, 5)
        self.assertEqual(line["availability"], "backorder")
        self.assertEqual(line["date"], self._day(8))

    def test_a_part_first_and_the_other_later(self):
        product = self._product("Pad", 3)
        self._receipt(product, 20, 8)
        line = self._line(product, 12)
        self.assertEqual(
            line["deliveries"],
            [
                {"quantity": 3.0, "date": self._day(0)},
                {"quantity": 9.0, "date": self._day(8)},
            ],
        )
        self.assertIn("the other 9", line["text"])
        self.website.promise_split = False
        self.assertEqual(len(self._line(product, 12)["deliveries"]), 1)

    def test_no_date_where_nothing_is_known(self):
        line = self._line(self._product("Rare"), 1)
        self.assertEqual((line["availability"], line["date"]), ("no_date", False))

    def test_services_stay_silent(self):
        service = self._product("Fitting", type="service", is_storable=False)
        line = self._line(service, 1)
        self.assertEqual((line["availability"], line["text"]), ("not_stocked", ""))

    def test_cap_on_how_much_is_told(self):
        self.website.promise_told_max = 5
        self.assertTrue(self._line(self.product, 5)["date"])
        beyond = self._line(self.product, 6)
        self.assertEqual((beyond["availability"], beyond["date"]), ("no_date", False))
        # whatever is there
        self._receipt(self.product, 100, 1)
        self.assertEqual(self._line(self.product, 6), beyond)

    def test_what_only_sells_from_stock(self):
        product = self._product("Scarce", 1, allow_out_of_stock_order=False)
        self._receipt(product, 5, 4)
        self.assertIn("Not in stock", self._line(product, 2)["text"])
        self.website.promise_sell_incoming = True
        self.assertNotIn("Not in stock", self._line(product, 2)["text"])

    def test_unit_and_zip(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        product = self._product("Screw", 20)
        product.product_tmpl_id.uom_ids = dozen
        self._receipt(product, 50, 3)
        self.env["delivery.transit.time"].create(
            [
                {
                    "days": 1,
                    "country_id": self.belgium.id,
                    "zip_from": "1",
                    "zip_to": "1",
                },
                {
                    "days": 4,
                    "country_id": self.belgium.id,
                    "zip_from": "9",
                    "zip_to": "9",
                },
            ]
        )
        line = {"product_id": product.id, "quantity": 2, "uom_id": dozen.id}
        answer = self._ask(line, country_code="BE", zip="1367")
        self.assertNotIn("error", answer)
        near = answer["result"]["lines"][0]
        self.assertEqual(near["date"], self._day(4))
        far = self._ask((product, 1), country_code="BE", zip="9000")["result"]
        self.assertEqual(far["lines"][0]["date"], self._day(4))
        # typed once
        again = self._ask((product, 1))["result"]["lines"][0]
        self.assertEqual(again["date"], self._day(4))

    def test_a_combo_is_as_late_as_its_slowest_item(self):
        late = self._product("Late")
        self._receipt(late, 5, 6)
        combos = self.env["product.combo"].create(
            [
                {
                    "name": name,
                    "combo_item_ids": [
                        Command.create({"product_id": product.id})
                        for product in products
                    ],
                }
                for name, products in (
                    ("Disc", [self.product]),
                    ("Pad", [late, self.product]),
                )
            ]
        )
        combo = self._product(
            "Brake Set",
            type="combo",
            is_storable=False,
            combo_ids=[Command.set(combos.ids)],
        )
        item = combos[1].combo_item_ids.filtered(lambda item: item.product_id == late)
        line = {"product_id": combo.id, "quantity": 1}
        chosen = {**line, "combo_item_ids": item.ids}
        found = self._ask(chosen, line)["result"]["lines"]
        self.assertEqual(found[0]["date"], self._day(6))
        self.assertEqual(found[1]["date"], self._day(0))

    def test_only_what_the_visitor_may_see(self):
        hidden = self._product("Hidden Thing", 5, website_published=False)
        answer = self._ask((hidden, 1))
        self.assertNotIn("Hidden", str(answer))
        self.assertIn("error", answer)
        self.website.ecommerce_access = "logged_in"
        self.assertIn("error", self._ask((self.product, 1)))

    def test_limited_is_said_in_the_body(self):
        self.website.promise_questions_max = 3
        answers = [self._ask((self.product, 1))["result"] for __ in range(4)]
        self.assertEqual([a["limited"] for a in answers], [False] * 3 + [True])
        self.assertEqual(
            answers[-1], {"limited": True, "order_before": False, "lines": []}
        )

    def test_nothing_internal_is_named(self):
        product = self._product("Caliper", 1)
        self._receipt(product, 5, 8)
        texts = [
            str(self._ask((product, quantity))) for quantity in (1, 3, 1000, -1, "x")
        ]
        texts.append(self.url_open(product.website_url).text)
        for text in texts:
            for secret in ("SECRECY", "Secrecy", "SECR"):
                self.assertNotIn(secret, text)

    def test_nonsense_is_refused_without_a_trace(self):
        for line in (
            {"product_id": "1", "quantity": 1},
            {"product_id": True, "quantity": 1},
            {"product_id": self.product.id, "quantity": 0},
            {"product_id": self.product.id, "quantity": float("1e300")},
            {"product_id": self.product.id, "quantity": 1, "uom_id": -4},
            {
                "product_id": self.product.id,
                "quantity": 1,
                "no_variant_value_ids": [99999999],
            },
            {"product_id": self.product.id, "quantity": 1, "combo_item_ids": [7]},
        ):
            with self.subTest(line=line):
                if "combo_item_ids" in line:
                    self.assertNotIn("error", self._ask(line))
                else:
                    self.assertIn("error", self._ask(line))

    def test_page_says_the_date_without_javascript(self):
        text = self._line(self.product, 1)["text"]
        page = self.url_open(self.product.website_url).text
        self.assertTrue(text)
        self.assertIn(text, page)

    def test_cards_and_structured_data(self):
        late, rare = self._product("Wheel Rim"), self._product("Wheel Nut")
        self._receipt(late, 5, 8)
        sold_out = self._product("Wheel Cap", allow_out_of_stock_order=False)
        page = self.url_open("/shop?search=Wheel").text
        when = words.short_day(self.env, fields.Date.today() + timedelta(days=8))
        self.assertIn(f"From {when}", page)
        self.assertNotIn("In stock", page)
        self.assertIn("In stock", self.url_open("/shop?search=Brake Disc").text)
        self.website.promise_in_lists = False
        self.assertNotIn("From ", self.url_open("/shop?search=Wheel").text)
        for product, expected in (
            (self.product, ["InStock", "OfferShippingDetails"]),
            (late, ["BackOrder", "availabilityStarts", self._day(8)]),
            (rare, ["BackOrder"]),
            (sold_out, ["OutOfStock"]),
        ):
            page = self.url_open(product.website_url).text
            data = "".join(
                part.split("</script>")[0]
                for part in page.split('type="application/ld+json"')[1:]
            )
            for word in expected:
                self.assertIn(word, data, product.name)

    def test_as_many_queries_for_many_cards_as_for_few(self):
        products = self.env["product.product"].union(
            *[self._product(f"Card {number}", 1) for number in range(12)]
        )
        counts = []
        for some in (products, products[:2], products, products[:2]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            listed.found(self.website, some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[3])

    def test_feed(self):
        late = self._product("Late")
        self._receipt(late, 5, 8)
        sold_out = self._product("Gone", allow_out_of_stock_order=False)
        found = listed.found(self.website, late | sold_out | self.product)
        self.assertEqual(
            [listed.feed(line)["availability"] for line in found.values()],
            ["backorder", "out_of_stock", "in_stock"],
        )
        self.assertIn(self._day(8), listed.feed(found[late])["availability_date"])

    def test_portal_users_have_their_own_address(self):
        user = new_test_user(
            self.env, "shop_portal", groups="base.group_portal", password="shop_portal"
        )
        user.partner_id.write({"country_id": self.belgium.id, "zip": "9000"})
        self.env["delivery.transit.time"].create(
            {"days": 4, "country_id": self.belgium.id, "zip_from": "9"}
        )
        self.authenticate("shop_portal", "shop_portal")
        self.assertEqual(self._line(self.product, 1)["date"], self._day(4))
