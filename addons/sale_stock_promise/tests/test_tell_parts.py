"""A customer is told of a part that comes on another day, as of the whole."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import NOW
from .test_tell import TellCase


class TellPartsCase(TellCase):
    """6 come in 2 days, 4 in 6 days, 5 in 10 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disc = cls._product("Clutch Disc")
        cls.first = cls._receipt(cls.disc, 6, 2)
        cls.second = cls._receipt(cls.disc, 4, 6)

    def _in_parts(self, quantity=10, **values):
        order = self._order(
            (self.disc, quantity), **{"promise_allow_split": True, **values}
        )
        order.action_confirm()
        self.env.cr.flush()
        return order

    def _slip_part(self, order, days, receipt=None):
        (receipt or self.first).date = NOW + timedelta(days=days)
        self.env.cr.flush()
        order.promise_id.with_user(self.seller).action_repromise()
        self.env.cr.flush()

    def _shown(self, order):
        moves = order.with_user(self.seller)._get_promise_moves()
        return [
            (move["old_date"], move["new_date"]) for move in moves[order.order_line]
        ]


@tagged("post_install", "-at_install")
class TestTellParts(TellPartsCase):
    def test_a_part_that_moved_is_told_and_shown_with_its_quantity(self):
        order = self._in_parts()
        whole = order.order_line.promised_date
        self._slip_part(order, 5)
        self.assertEqual(order.order_line.promised_date, whole)
        self.assertEqual(self._shown(order), [], "it may still be corrected")
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        for words in (
            "6 on 03/06/2030",
            "6 on 03/09/2030",
            "Goods that we expect arrive later than planned.",
        ):
            self.assertIn(words, mail.body_html)
        self.assertNotIn("03/10/2030", mail.body_html, "the rest has not moved")
        self.assertEqual(self._shown(order), [("6 on 03/06/2030", "6 on 03/09/2030")])
        self.assertFalse(self._mails(), "never twice")

    def test_there_and_back_again_is_no_move_of_a_part(self):
        order = self._in_parts()
        self._slip_part(order, 5)
        self._slip_part(order, 2)
        self.assertFalse(self._mails())
        self.assertEqual(self._shown(order), [])

    def test_several_moves_of_a_part_are_told_as_one(self):
        order = self._in_parts()
        self._slip_part(order, 4)
        self._slip_part(order, 5)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(self._shown(order), [("6 on 03/06/2030", "6 on 03/09/2030")])

    def test_another_hour_of_the_day_is_not_told_of_a_part(self):
        order = self._in_parts()
        self.first.date = NOW + timedelta(days=2, hours=3)
        self.env.cr.flush()
        order.promise_id.with_user(self.seller).action_repromise()
        self.env.cr.flush()
        self.assertFalse(self._mails())

    def test_a_part_is_told_to_those_alone_who_want_it(self):
        self.partner.promise_mail = False
        order = self._in_parts()
        self._slip_part(order, 5)
        self.assertFalse(self._mails())

    def test_both_parts_moved_are_one_row(self):
        order = self._in_parts()
        self.first.date = NOW + timedelta(days=5)
        self._slip_part(order, 9, self.second)
        self._mails()
        self.assertEqual(
            self._shown(order),
            [
                (
                    "6 on 03/06/2030, 4 on 03/10/2030",
                    "6 on 03/09/2030, 4 on 03/13/2030",
                )
            ],
        )

    def test_a_part_of_what_has_no_date_as_a_whole_is_told(self):
        order = self._in_parts(12, promise_partial=True)
        self.assertFalse(order.order_line.promised_date)
        self._slip_part(order, 5)
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(self._shown(order), [("6 on 03/06/2030", "6 on 03/09/2030")])
        self.assertIn("arrive later than planned", mail.body_html)
        self.assertNotIn("cannot be kept", mail.body_html)

    def test_the_rest_that_has_a_date_at_last_is_told(self):
        order = self._in_parts(12, promise_partial=True)
        self._receipt(self.disc, 2, 10)
        self._slip_part(order, 2)
        mail = self._mails()
        self.assertEqual(self._shown(order), [("not known yet", "2 on 03/14/2030")])
        self.assertIn("We know now when", mail.body_html)

    def test_a_part_that_is_lost_is_told(self):
        order = self._in_parts(promise_partial=True)
        self.second._action_cancel()
        self._slip_part(order, 2)
        mail = self._mails()
        self.assertEqual(self._shown(order), [("4 on 03/10/2030", "not known yet")])
        self.assertIn("when the rest will be available", mail.body_html)

    def test_more_that_is_ordered_moves_nothing(self):
        order = self._in_parts(9)
        order.order_line.product_uom_qty = 10
        self.env.cr.flush()
        self.assertFalse(self._mails())

    def test_the_first_order_of_parts_is_no_move(self):
        order = self._in_parts(12, promise_partial=True)
        self.assertFalse(self._mails())
        self.assertEqual(self._shown(order), [])


@tagged("post_install", "-at_install")
class TestTellPartsPortal(TellPartsCase, HttpCase):
    def test_the_customer_sees_the_part_that_moved(self):
        order = self._in_parts()
        self._slip_part(order, 5)
        self._mails()
        page = self.url_open(order.sudo().get_portal_url()).text
        self.assertIn("6 on 03/06/2030", page)
        self.assertIn("6 on 03/09/2030", page)
