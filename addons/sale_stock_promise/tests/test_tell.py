"""A customer who wants it is told when a promised date moves: once, in plain words."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.base.models.ir_cron import IrCron

from .common import NOW, SalePromiseCase


class TellCase(SalePromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.promise_tell_customers = True
        cls.partner.write({"email": "lindholm@example.com", "promise_mail": True})
        cls.vendor = cls.env["res.partner"].create({"name": "Secret Castings"})
        cls.receipt = cls._receipt(cls.product, 10, 6)
        cls.receipt.partner_id = cls.vendor

    def _confirmed(self, *lines):
        order = self._order(*(lines or [(self.product, 15)]))
        order.action_confirm()
        self.env.cr.flush()
        return order

    def _slip(self, order, days):
        """The receipt comes later, and the seller promises again."""
        self.receipt.date = NOW + timedelta(days=days)
        self.env.cr.flush()
        order.promise_id.with_user(self.seller).action_repromise()
        self.env.cr.flush()

    def _mails(self, minutes=16):
        """What the job sends some minutes later."""
        before = self.env["mail.mail"].search([])
        self._tick(minutes=minutes)
        with patch.object(IrCron, "_commit_progress", return_value=60.0):
            self.env["delivery.promise"]._cron_tell_customers()
        self.env.cr.flush()
        return self.env["mail.mail"].search([]) - before


@tagged("post_install", "-at_install")
class TestTell(TellCase):
    def test_moved_date_is_told_with_old_and_new_date_and_why(self):
        order = self._confirmed()
        self._slip(order, 9)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.partner)
        self.assertIn(order.name, mail.subject)
        for words in (
            "03/10/2030",
            "03/13/2030",
            "Goods that we expect arrive later than planned.",
            order.access_token,
        ):
            self.assertIn(words, mail.body_html)

    def test_never_twice_for_the_same_move(self):
        order = self._confirmed()
        self._slip(order, 9)
        self.assertEqual(len(self._mails()), 1)
        self.assertFalse(self._mails())
        change = order.sudo().promise_id.history_ids[0]
        self.assertTrue(change.told_date)
        self.assertFalse(change._take_untold(), "whoever comes later gets nothing")

    def test_several_lines_are_one_mail(self):
        other = self._receipt(self.other, 10, 6)
        order = self._confirmed((self.product, 15), (self.other, 15))
        other.date = NOW + timedelta(days=9)
        self._slip(order, 9)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertIn(self.product.name, mail.body_html)
        self.assertIn(self.other.name, mail.body_html)

    def test_several_moves_of_a_line_are_told_as_one(self):
        order = self._confirmed()
        for days in (8, 12, 9):
            self._slip(order, days)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("03/10/2030", mail.body_html)
        self.assertIn("03/13/2030", mail.body_html)
        self.assertNotIn("03/16/2030", mail.body_html)

    def test_there_and_back_again_is_not_told(self):
        order = self._confirmed()
        self._slip(order, 9)
        self.receipt.date = NOW + timedelta(days=6)
        order.promise_id.action_repromise()
        self.env.cr.flush()
        self.assertFalse(self._mails())

    def test_another_hour_of_the_same_day_is_not_told(self):
        order = self._confirmed()
        self.receipt.date = NOW + timedelta(days=6, hours=3)
        order.promise_id.action_repromise()
        self.env.cr.flush()
        self.assertFalse(self._mails())

    def test_earlier_date_is_told_too(self):
        order = self._confirmed()
        self._stock(self.product, 5)
        order.promise_id.action_repromise()
        self.env.cr.flush()
        mail = self._mails()
        self.assertIn("available earlier than planned", mail.body_html)

    def test_what_is_corrected_within_minutes_waits(self):
        order = self._confirmed()
        self._slip(order, 9)
        self.assertFalse(self._mails(minutes=5))
        self.assertTrue(self._mails(minutes=11))

    def test_only_customers_who_want_it(self):
        self.partner.promise_mail = False
        order = self._confirmed()
        self._slip(order, 9)
        self.assertFalse(self._mails())
        self.partner.promise_mail = True
        self.assertFalse(self._mails(), "what was before is not told afterwards")

    def test_wish_of_a_company_is_that_of_its_contacts(self):
        company = self.env["res.partner"].create(
            {"name": "Garage Group", "is_company": True, "promise_mail": True}
        )
        self.partner.write({"promise_mail": False, "parent_id": company.id})
        order = self._confirmed()
        self._slip(order, 9)
        self.assertEqual(self._mails().recipient_ids, self.partner)

    def test_company_that_does_not_tell_sends_nothing(self):
        self.company.promise_tell_customers = False
        order = self._confirmed()
        self._slip(order, 9)
        self.assertFalse(self._mails())

    def test_hold_of_a_quotation_is_not_told(self):
        order = self._order((self.product, 15))
        order.action_hold_promise()
        self.env.cr.flush()
        self._slip(order, 9)
        self.assertFalse(self._mails())

    def test_mail_names_no_vendor_no_document_and_no_planner_s_words(self):
        planner = self._user("tell_planner", "sales_team.group_sale_manager")
        order = self._confirmed()
        self.receipt.date = NOW + timedelta(days=9)
        self.env.cr.flush()
        order.order_line.sudo().promise_line_id.with_user(planner).set_promised_date(
            NOW + timedelta(days=12), "Secret Castings is on strike"
        )
        self.env.cr.flush()
        mail = self._mails()
        self.assertIn("03/16/2030", mail.body_html)
        for secret in ("Secret Castings", "strike", self.receipt.reference or "WH/IN"):
            self.assertNotIn(secret, mail.body_html)

    def test_reason_and_dates_are_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        order = self._confirmed()
        self._slip(order, 9)
        mail = self._mails()
        self.assertIn("13/03/2030", mail.body_html)

    # -- no date any more ------------------------------------------------------------

    def _set_date(self, order, date):
        """What a run of backorder processing does, with or without a date."""
        line = order.order_line.sudo().promise_line_id
        line._with_cause("backorder").write({"promised_date": date})
        self.env.cr.flush()

    def test_lost_date_is_told_once_and_the_next_one_too(self):
        order = self._confirmed()
        self._set_date(order, False)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        for words in (
            "03/10/2030",
            "not known yet",
            "cannot be kept",
            "We will write to you again",
            "We do not know yet when the goods will be available.",
        ):
            self.assertIn(words, mail.body_html)
        self.assertFalse(self._mails())
        self._set_date(order, NOW + timedelta(days=20))
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("03/24/2030", mail.body_html)
        self.assertIn("We know now when", mail.body_html)
        self.assertNotIn("cannot be kept", mail.body_html)
        self.assertFalse(self._mails())

    def test_of_what_is_promised_in_part_the_part_is_told(self):
        order = self._order((self.product, 15), promise_partial=True)
        order.action_confirm()
        self.env.cr.flush()
        self.receipt._action_cancel()
        order.promise_id.with_user(self.seller).action_repromise()
        self.env.cr.flush()
        self.assertFalse(order.sudo().promise_id.promised_date)
        mail = self._mails()
        for words in (
            "03/10/2030",
            "10 of 15 on 03/04/2030; no date for 5",
            "We do not know yet when the rest will be available.",
        ):
            self.assertIn(words, mail.body_html)
        self.assertNotIn("not known yet", mail.body_html)
        # What was told stays what it was.
        self._set_date(order, NOW + timedelta(days=20))
        self._mails()
        moves = order.sudo()._get_promise_moves()[order.order_line]
        self.assertEqual(moves[0]["old_date"], "15 on 03/10/2030")
        self.assertEqual(moves[0]["new_date"], "10 of 15 on 03/04/2030; no date for 5")

    def test_lost_date_that_is_found_again_within_minutes_is_not_told(self):
        order = self._confirmed()
        promised = order.sudo().promise_id.promised_date
        self._set_date(order, False)
        self._set_date(order, promised)
        self.assertFalse(self._mails())

    def test_lost_date_is_told_to_those_alone_who_want_it(self):
        self.partner.promise_mail = False
        order = self._confirmed()
        self._set_date(order, False)
        self.assertFalse(self._mails())

    def test_order_without_a_date_from_the_start_is_no_lost_date(self):
        self.receipt._action_cancel()
        order = self._confirmed()
        self.assertFalse(order.sudo().promise_id.promised_date)
        self._set_date(order, NOW + timedelta(days=20))
        self.assertFalse(self._mails())

    def test_broken_template_is_said_on_the_promise(self):
        partner_id = self.partner.id
        template = self.env["mail.template"].create(
            {
                "name": "Broken",
                "model_id": self.env["ir.model"]._get_id("delivery.promise"),
                # it fails for this customer alone
                "body_html": f"<p t-out='1 / (object.partner_id.id - {partner_id})'/>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        order = self._confirmed()
        self._slip(order, 9)
        self.company.promise_tell_template_id = template
        with self.assertLogs(
            "odoo.addons.stock_promise.models.delivery_promise_tell", "ERROR"
        ):
            self.assertFalse(self._mails())
        bodies = order.sudo().promise_id.message_ids.mapped("body")
        self.assertTrue(any("could not be told" in body for body in bodies))


@tagged("post_install", "-at_install")
class TestTellOnPortal(TellCase):
    """What the portal shows, and when."""

    def _shown(self, order):
        """[(from, to)] of the first line, as a customer reads it."""
        moves = order.sudo()._get_promise_moves()
        return [
            (move["old_date"], move["new_date"]) for move in moves[order.order_line[0]]
        ]

    def test_what_may_still_be_corrected_is_not_shown(self):
        order = self._confirmed()
        self._slip(order, 9)
        self.assertEqual(self._shown(order), [])
        self._tick(minutes=10)
        self._slip(order, 12)
        self._tick(minutes=10)
        self.assertEqual(self._shown(order), [])
        self._mails(minutes=6)
        self.assertEqual(self._shown(order), [("03/10/2030", "03/16/2030")])

    def test_there_and_back_again_is_not_shown(self):
        order = self._confirmed()
        self._slip(order, 9)
        self.receipt.date = NOW + timedelta(days=6)
        order.promise_id.action_repromise()
        self.env.cr.flush()
        self._mails()
        self.assertEqual(self._shown(order), [])

    def test_each_mail_is_a_move_of_its_own(self):
        order = self._confirmed()
        self._slip(order, 9)
        self._mails()
        self._slip(order, 12)
        self._mails()
        self.assertEqual(
            self._shown(order),
            [("03/10/2030", "03/13/2030"), ("03/13/2030", "03/16/2030")],
        )

    def test_where_nobody_is_told_it_is_shown_after_the_same_time(self):
        self.company.promise_tell_customers = False
        order = self._confirmed()
        self._slip(order, 9)
        self._tick(minutes=10)
        self._slip(order, 12)
        self._tick(minutes=10)
        self.assertEqual(self._shown(order), [])
        self._tick(minutes=6)
        self.assertEqual(self._shown(order), [("03/10/2030", "03/16/2030")])
        self._slip(order, 15)
        self._tick(minutes=16)
        self.assertEqual(len(self._shown(order)), 2)

    def test_lost_date_is_shown(self):
        order = self._confirmed()
        line = order.order_line.sudo().promise_line_id
        line._with_cause("backorder").write({"promised_date": False})
        self.env.cr.flush()
        self._mails()
        self.assertEqual(self._shown(order), [("03/10/2030", "not known yet")])

    def test_more_lines_are_no_more_queries(self):
        def queries(count):
            products = [self._product(f"Part {n} of {count}") for n in range(count)]
            receipts = [self._receipt(product, 10, 6) for product in products]
            order = self._confirmed(*[(product, 5) for product in products])
            for receipt in receipts:
                receipt.date = NOW + timedelta(days=9)
            self.env.cr.flush()
            order.sudo().promise_id.action_repromise()
            self.env.cr.flush()
            self._mails()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            moves = order.sudo()._get_promise_moves()
            shown = self.env.cr.sql_log_count - before
            self.assertEqual([len(each) for each in moves.values()], [1] * count)
            return shown

        queries(1)
        self.assertEqual(queries(2), queries(9))


@tagged("post_install", "-at_install")
class TestTellPortal(TellCase, HttpCase):
    def test_portal_says_the_same(self):
        portal = self.env["res.users"].create(
            {
                "name": self.partner.name,
                "login": "tell_portal",
                "password": "tell_portal_0",
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        order = self._confirmed()
        self._slip(order, 9)
        self._mails()
        self.authenticate(portal.login, "tell_portal_0")
        page = self.url_open(order.get_portal_url()).text
        for words in (
            "03/10/2030",
            "03/13/2030",
            "Goods that we expect arrive later than planned.",
        ):
            self.assertIn(words, page)
        self.assertNotIn("Secret Castings", page)
