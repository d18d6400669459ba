"""What was said to one user is read by another: in his language, by his rights."""

import xmlrpc.client
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged
from odoo.tools.translate import code_translations

from ..promising.words import (
    Day,
    Joined,
    Names,
    Quantity,
    Said,
    Terms,
    Unsaid,
    keep,
    named,
    say,
)
from .common import PromiseCase

_lt = Terms("odoo.addons.stock_promise.tests.test_words")

FRENCH = {
    "%(quantity)s on hand": "%(quantity)s en stock",
    "%(quantity)s from %(origin)s, expected %(date)s": (
        "%(quantity)s de %(origin)s, attendu le %(date)s"
    ),
    "an incoming receipt": "une réception attendue",
    "%s day(s) from order to shipment": "%s jour(s) jusqu’au départ",
    "%(quantity)s kept for class %(name)s until %(date)s": (
        "%(quantity)s pour la classe %(name)s jusqu’au %(date)s"
    ),
    "%(quantity)s kept for other customers until %(date)s": (
        "%(quantity)s pour d’autres clients jusqu’au %(date)s"
    ),
    "The date was set by hand.": "La date est fixée à la main.",
    "%(product)s is there on %(date)s at the earliest, %(days)s day(s) later than"
    " needed.": "%(product)s : le %(date)s au plus tôt, %(days)s jour(s) trop tard.",
    "%(quantity)s of %(product)s instead on %(date)s": (
        "%(quantity)s de %(product)s à la place le %(date)s"
    ),
    "another product": "un autre produit",
}


class Echo:
    """A voice that says what it is asked to say."""

    def __init__(self, **names):
        self.names = names

    def term(self, module, term):
        return term

    def quantity(self, amount, unit_id):
        return f"{amount} of {unit_id}"

    def day(self, day):
        return day.strftime("%d/%m/%Y")

    def name(self, model, record_id):
        return self.names.get(f"{model}_{record_id}")


@tagged("post_install", "-at_install")
class TestKeptWords(BaseCase):
    """Without a database."""

    def _again(self, said, **names):
        return say(keep(said), Echo(**names))

    def test_a_sentence_is_said_again_with_its_values(self):
        sentence = _lt(
            "%(quantity)s from %(origin)s on %(date)s, as %(text)s",
            quantity=Said("5 Units", Quantity(5.0, 1)),
            origin=Said("IN/1", Names((("picking", 1), ("picking", 2)))),
            date=Said("11/22/2026", Day(739942)),
            text="100 % sure",
        )
        self.assertEqual(
            self._again(Said("…", sentence), picking_1="A", picking_2="B"),
            "5.0 of 1 from A, B on 22/11/2026, as 100 % sure",
        )

    def test_of_several_names_those_that_may_be_read_are_said(self):
        said = Said("A, B", Names((("picking", 1), ("picking", 2))))
        self.assertEqual(self._again(said, picking_2="B"), "B")

    def test_without_any_name_the_neutral_sentence_is_said(self):
        said = Said("A", Names((("picking", 1),), _lt("a receipt")))
        self.assertEqual(self._again(said), "a receipt")

    def test_without_name_and_neutral_sentence_nothing_is_said(self):
        said = Said("Of A", _lt("Of %s", Said("A", Names((("picking", 1),)))))
        with self.assertRaises(Unsaid):
            self._again(said)

    def test_parts_are_joined(self):
        parts = (Said("one", _lt("one")), "two", Said("3 x", Quantity(3, 7)))
        self.assertEqual(
            self._again(Said("…", Joined("; ", parts))), "one; two; 3 of 7"
        )

    def test_all_that_is_named_is_found(self):
        sentence = _lt(
            "%(units)s of %(document)s",
            units=Said("5 Units", Quantity(5, 1)),
            document=Said("…", Joined(", ", (Said("A", Names((("picking", 4),))),))),
        )
        self.assertEqual(
            named(keep(Said("…", sentence))), {"uom.uom": {1}, "picking": {4}}
        )

    def test_what_was_never_kept_like_this_is_refused(self):
        for kept in (None, {}, ["picture", 1], ["names", [1], None], [[]]):
            with self.assertRaises((ValueError, TypeError, KeyError)):
                say(kept, Echo())
            named(kept)


@tagged("post_install", "-at_install")
class TestReadersWords(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._speak_french(stock_promise=FRENCH)
        cls.unit.with_context(lang="fr_FR").name = "Unités"
        groups = "stock_promise.group_promise_user,stock.group_stock_user"
        cls.english = cls._create_user("promise_english", groups)
        cls.french = cls._create_user("promise_french", groups)
        cls.vendeur = cls._create_user(
            "promise_vendeur", "stock_promise.group_promise_user"
        )
        (cls.french | cls.vendeur).lang = "fr_FR"

    def _picking(self, quantity, days):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.suppliers.id,
                "location_dest_id": self.stock.id,
            }
        )
        self.receipt(quantity, days, picking_id=picking.id).date = self.moment(days)
        return picking

    def _held(self, *lines, **values):
        return self.hold(*lines, user=self.english, **values).line_ids

    def _read(self, line, user):
        self.env.flush_all()
        return line.with_user(user).with_context(lang=user.lang)

    def _change(self, line, change):
        """Change how the reasons are kept."""
        answer = line.sudo().answer
        for reason in answer["reasons"]:
            change(reason)
        line.sudo().answer = answer

    # -- language --------------------------------------------------------------------

    def test_reason_is_read_in_the_readers_language(self):
        picking = self._picking(1200, 5)
        line = self._held(self.line(1200))
        self.assertEqual(
            self._read(line, self.english).message,
            f"1,200 Units from {picking.name}, expected 11/29/2026",
        )
        self.assertEqual(
            self._read(line, self.french).message,
            f"1\xa0200 Unités de {picking.name}, attendu le 29/11/2026",
        )
        self.assertEqual(
            self._read(line, self.english).reasons[0]["message"],
            f"1,200 Units from {picking.name}, expected 11/29/2026",
        )

    def test_who_may_not_read_the_document_reads_of_none_in_his_language(self):
        picking = self._picking(5, 5)
        line = self._read(self._held(self.line(5)), self.vendeur)
        self.assertEqual(
            line.message, "5 Unités de une réception attendue, attendu le 29/11/2026"
        )
        self.assertNotIn(picking.name, str(line.read(["reasons", "message"])))

    def test_the_language_of_who_asks_is_no_other_than_that_of_the_answer(self):
        self.on_hand(5)
        Promise = self.Promise.with_context(lang="fr_FR")
        answer = Promise.simulate({"lines": [self.line(2)]})
        (reason,) = answer["lines"][0]["reasons"]
        self.assertEqual(reason, {"code": "stock", "message": "2 Unités en stock"})

    def test_days_are_numbers_of_the_language(self):
        self.on_hand(5)
        line = self._held(self.line(2, lead_days=1.5))
        self.assertIn("1,5 jour(s)", self._read(line, self.french).message)

    def test_answer_is_plain_values_for_every_client(self):
        self._picking(5, 5)
        request = {"lines": [self.line(5)], "alternatives": True}
        Promise = self.Promise.with_user(self.english)
        for answer in (Promise.simulate(request), Promise.hold(request)):
            xmlrpc.client.dumps((answer,))
            (line,) = answer["lines"]
            for reason in line["reasons"]:
                self.assertLessEqual(
                    reason.keys(), {"code", "message", "neutral"}, "ids stay inside"
                )

    def test_a_date_by_hand_is_said_in_the_readers_language(self):
        self.on_hand(5)
        line = self._held(self.line(2))
        line.with_user(self.manager).set_promised_date(str(self.moment(3)), "a fair")
        self.assertEqual(
            self._read(line, self.french).message, "La date est fixée à la main."
        )

    def test_alternative_is_offered_in_the_readers_language(self):
        self.receipt(5, 5)
        ring = self._create_product("Ring")
        ring.with_context(lang="fr_FR").name = "Bague"
        self.on_hand(9, ring)
        self.env["delivery.promise.substitute"].create(
            {
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "substitute_id": ring.id,
                "ask": False,
            }
        )
        line = self._held(self.line(5), alternatives=True)
        text = "5 Unités de Bague à la place le 24/11/2026"
        read = self._read(line, self.french)
        self.assertEqual(read.alternative_message, text)
        (offer,) = read.alternatives
        self.assertEqual((offer["message"], offer["product_id"]), (text, ring.id))
        self.assertNotIn("said", offer)

    # -- names -----------------------------------------------------------------------

    def test_a_document_that_is_gone_is_not_named(self):
        picking = self._picking(5, 5)
        line = self._held(self.line(5))
        name = picking.name
        picking.move_ids._action_cancel()
        picking.unlink()
        read = self._read(line, self.french)
        self.assertIn("une réception attendue", read.message)
        self.assertNotIn(name, read.message)

    def test_rules_of_the_reader_decide_document_by_document(self):
        picking = self._picking(5, 5)
        line = self._held(self.line(5))
        self.env["ir.rule"].create(
            {
                "name": "Not this receipt",
                "model_id": self.env["ir.model"]._get_id("stock.picking"),
                "domain_force": [("name", "!=", picking.name)],
            }
        )
        self.assertNotIn(picking.name, self._read(line, self.french).message)

    def test_class_is_named_to_readers_who_may_read_classes(self):
        dealers = self.env["delivery.promise.class"].create({"name": "Dealers"})
        dealers.with_context(lang="fr_FR").name = "Revendeurs"
        self.on_hand(10)
        self.receipt(10, 20)
        self.env["delivery.promise.allocation"].create(
            {
                "kind": "protection",
                "class_id": dealers.id,
                "quantity": 8,
                "date_from": self.moment(0).date(),
                "date_to": self.moment(9).date(),
                "product_id": self.product.id,
            }
        )
        line = self._held(self.line(5))
        self.assertIn(
            "8 Unités pour la classe Revendeurs jusqu’au 03/12/2026",
            self._read(line, self.french).message,
        )
        self.env.ref("stock_promise.access_delivery_promise_class_user").active = False
        self.env.ref("stock_promise.access_delivery_promise_class_stock").active = False
        self.env.invalidate_all()
        message = self._read(line, self.french).message
        self.assertIn("8 Unités pour d’autres clients jusqu’au 03/12/2026", message)
        self.assertNotIn("Revendeurs", message)

    # -- what cannot be said again ---------------------------------------------------

    def test_what_was_kept_as_a_text_stays_as_it_was_said(self):
        picking = self._picking(5, 5)
        line = self._held(self.line(5))

        def text_alone(reason):
            reason.pop("said")
            reason.pop("said_neutral")

        self._change(line, text_alone)
        self.assertEqual(
            self._read(line, self.french).message,
            f"5 Units from {picking.name}, expected 11/29/2026",
        )
        self.assertEqual(
            self._read(line, self.vendeur).message,
            "5 Units from an incoming receipt, expected 11/29/2026",
        )

    def test_reasons_of_an_addon_that_is_gone_stay_as_they_were_said(self):
        picking = self._picking(5, 5)
        line = self._held(self.line(5))

        def by_another(reason):
            reason["said"][1] = reason["said_neutral"][1] = "gone_promise"

        self._change(line, by_another)
        self.assertIn(picking.name, self._read(line, self.french).message)
        message = self._read(line, self.vendeur).message
        self.assertEqual(
            message, "5 Units from an incoming receipt, expected 11/29/2026"
        )

    def test_translation_that_does_not_fit_gives_the_text_as_it_was_said(self):
        self.on_hand(5)
        line = self._held(self.line(2))
        for text in ("%(quantite)s en stock", "%(quantity)s en stock, 100 % sûr", "%d"):
            known = {("stock_promise", "fr_FR"): {"%(quantity)s on hand": text}}
            with patch.dict(code_translations.python_translations, known):
                self.env.invalidate_all()
                read = self._read(line, self.french)
                self.assertEqual(read.message, "2 Units on hand")

    def test_anything_may_have_been_kept_and_nothing_fails(self):
        self.on_hand(5)
        line = self._held(self.line(2))
        as_it_was = "2 Units on hand"
        for said, text in (
            (["names", [["gone.model", 3]], None], ""),
            (["names", [["stock.picking", 0]], None], ""),
            (["names", [["stock.picking"]], None], as_it_was),
            (["quantity", 3, 2**31 - 1], as_it_was),
            (["day", "not a day"], as_it_was),
            (["sentence", "stock_promise", "%s %s", ["one"]], as_it_was),
            (["sentence", "stock_promise", "%9999999999d", [1]], as_it_was),
            (["picture"], as_it_was),
            ({"of": "something"}, as_it_was),
            (7, "7"),
        ):
            with self.subTest(said=said):
                self._change(line, lambda reason, said=said: reason.update(said=said))
                self.assertEqual(self._read(line, self.french).message, text)

    # -- who writes --------------------------------------------------------------------

    def test_nobody_writes_what_is_put_into_words(self):
        self.on_hand(5)
        line = self._held(self.line(2))
        admin = self._create_user(
            "promise_admin", "base.group_system,stock_promise.group_promise_manager"
        )
        said = ["sentence", "stock_promise", "%999999999d", [1]]
        for name in ("answer", "risk_said", "reasons", "alternatives"):
            with self.assertRaises(AccessError):
                line.with_user(admin).write({name: {"reasons": [{"said": said}]}})

    def test_what_a_form_sends_is_not_put_into_words(self):
        said = ["sentence", "stock_promise", "%s is hidden", ["what"]]
        answer = {"reasons": [{"code": "x", "message": "mine", "said": said}]}
        values = {"product_id": self.product.id, "answer": answer}
        values["risk_said"] = {"message": "mine", "said": said}
        spec = {"product_id": {}, "message": {}, "risk_message": {}, "reasons": {}}
        Line = self.env["delivery.promise.line"].with_user(self.user)
        told = Line.onchange(values, ["product_id"], spec)["value"]
        self.assertFalse(told.get("message"))
        self.assertFalse(told.get("reasons"))
        self.assertFalse(told.get("risk_message"))

    # -- queries -----------------------------------------------------------------------

    def test_reading_many_takes_as_many_queries_as_reading_one(self):
        for days in range(1, 10):
            self._picking(5, days)
        lines = self._held(*[self.line(1) for __ in range(20)])
        lines |= self._held(*[self.line(1) for __ in range(25)])
        self.assertGreater(len(set(lines.mapped("message"))), 5)

        def count(records):
            records = self._read(records, self.french)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.read(["message", "reasons", "risk_message", "alternatives"])
            return self.env.cr.sql_log_count - before

        count(lines)
        self.assertEqual(count(lines), count(lines[0]))


@tagged("post_install", "-at_install")
class TestRiskInWords(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._speak_french(stock_promise=FRENCH)
        cls.product.with_context(lang="fr_FR").name = "Roulement"

    def _slipping(self):
        receipt = self.receipt(5, 5)
        line = self.hold(self.line(5)).line_ids
        self.env.cr.flush()
        receipt.date = self.moment(8)
        self.env.cr.flush()
        return line.with_user(self.user), receipt

    def test_risk_is_read_in_the_readers_language(self):
        line, __ = self._slipping()
        self.assertIn("Bearing is there on 12/02/2026", line.risk_message)
        text = "Roulement : le 02/12/2026 au plus tôt, 3 jour(s) trop tard."
        french = line.with_context(lang="fr_FR")
        self.assertEqual(french.risk_message, text)
        self.assertEqual(french.promise_id.risk_message, text)
        self.assertIn("Bearing", line.promise_id.risk_message)

    def test_the_same_risk_in_another_language_is_no_news(self):
        line, __ = self._slipping()
        said = line.sudo().risk_said
        self.env["delivery.promise"].sudo().with_context(lang="fr_FR")._watch(
            self.product.ids
        )
        self.env.flush_all()
        self.assertEqual(line.sudo().risk_said, said)

    def test_what_is_safe_again_says_nothing(self):
        line, receipt = self._slipping()
        receipt.date = self.moment(5)
        self.env.cr.flush()
        self.assertFalse(line.risk_message)
        self.assertFalse(line.promise_id.risk_message)
