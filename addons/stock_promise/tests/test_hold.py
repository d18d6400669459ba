"""A hold keeps its quantities to the second, within the limits of the company."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import NOW, PromiseCase

SECOND = timedelta(seconds=1)


@tagged("post_install", "-at_install")
class TestHold(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_hand(10)

    def at(self, moment):
        self.env.flush_all()
        self.env.invalidate_all()
        return freeze_time(moment)

    # -- what is held ------------------------------------------------------------

    def test_held_goods_are_nobody_elses(self):
        promise = self.hold(self.line(7))
        self.assertEqual(promise.state, "held")
        self.assertEqual(self.atp(), [3])
        self.assertFalse(self.promised(4))
        self.assertTrue(self.promised(3))

    def test_hold_answers_what_simulate_answers(self):
        request = {
            "partner_id": self.customer.id,
            "lines": [self.line(4, reference="A"), self.line(2, reference=7)],
        }
        simulated = self.Promise.simulate(request)
        held = self.Promise.hold(request)
        self.assertEqual({key: held[key] for key in simulated}, simulated)
        self.assertEqual(
            set(held) - set(simulated), {"promise_id", "name", "state", "hold_until"}
        )
        promise = self.Promise.browse(held["promise_id"])
        self.assertEqual((held["state"], held["name"]), ("held", promise.name))
        self.assertEqual(held["hold_until"], "2026-11-25 09:00:00")
        self.assertEqual(promise.line_ids.mapped("quantity"), [4, 2])
        self.assertEqual(promise.line_ids.mapped("reference"), ["A", "7"])
        self.assertEqual(promise.user_id, self.user)

    def test_all_lines_or_none(self):
        count = self.env["delivery.promise"].search_count([])
        with self.assertRaisesRegex(UserError, "Line 2"):
            self.Promise.hold({"lines": [self.line(4), self.line(7)]})
        self.assertEqual(self.env["delivery.promise"].search_count([]), count)
        self.assertEqual(self.atp(), [10])

    def test_two_lines_of_a_request_never_get_the_same_unit(self):
        self.receipt(10, 5)
        promise = self.hold(self.line(6), self.line(6))
        self.assertEqual(
            promise.line_ids.mapped("promised_date"), [NOW, self.moment(5)]
        )
        self.assertEqual(self.atp(0, 5), [4, 8])

    def test_later_than_the_latest_date_nothing_is_held(self):
        self.receipt(10, 5)
        latest = "2026-11-29 08:59:59"
        with self.assertRaisesRegex(UserError, "Line 1"):
            self.Promise.hold({"lines": [self.line(15, latest_date=latest)]})
        self.assertEqual(self.atp(), [10])
        latest = "2026-11-29 09:00:00"
        self.assertTrue(self.hold(self.line(15, latest_date=latest)))

    def test_claim_sits_on_the_requested_day(self):
        """Until then the goods can serve those who bring a receipt along."""
        self.hold(self.line(10, requested_date="2026-12-04 09:00:00"))
        rows = self.profile((9, 10))
        self.assertEqual([row["projected"] for row in rows], [10, 0])
        self.assertEqual(self.atp(0), [0])

    # -- the end -----------------------------------------------------------------

    def test_hold_ends_at_its_very_second(self):
        promise = self.hold(self.line(7), hold_hours=1)
        end = NOW + timedelta(hours=1)
        for moment, state, available in (
            (end - SECOND, "held", 3),
            (end, "expired", 10),
            (end + SECOND, "expired", 10),
        ):
            with self.at(moment):
                self.assertEqual(promise.state, state)
                self.assertEqual(promise.read(["state"])[0]["state"], state)
                self.assertEqual(promise.line_ids.promise_state, state)
                self.assertEqual(self.atp(), [available])
                self.assertEqual(bool(self.promised(4)), state == "expired")
                Promise = self.Promise
                for other in ("held", "expired"):
                    domain = [("id", "=", promise.id), ("state", "=", other)]
                    self.assertEqual(bool(Promise.search(domain)), other == state)
                    lines = self.env["delivery.promise.line"].search(
                        [
                            ("promise_id", "=", promise.id),
                            ("promise_state", "in", [other]),
                        ]
                    )
                    self.assertEqual(bool(lines), other == state)
                self.assertFalse(
                    Promise.search([("id", "=", promise.id), ("state", "!=", state)])
                )
                groups = Promise._read_group(
                    [("id", "=", promise.id)], ["state"], ["__count"]
                )
                self.assertEqual(groups, [(state, 1)])
                groups = Promise.formatted_read_group(
                    [("id", "=", promise.id)], ["state"], ["__count"]
                )
                self.assertEqual(groups[0]["state"], state)
                ordered = Promise.search([("id", "=", promise.id)], order="state")
                self.assertEqual(ordered, promise)

    def test_expired_hold_is_neither_late_nor_at_risk(self):
        """Nobody is owed anything any more, with or without the cleaning job."""
        promise = self.hold(self.line(7), hold_hours=1)
        self.assertEqual(promise.line_ids.status, "on_time")
        with self.at(NOW + timedelta(days=3)):
            self.assertFalse(promise.line_ids.status)
            self.assertFalse(
                self.env["delivery.promise.line"].search(
                    [
                        ("promise_id", "=", promise.id),
                        ("status", "in", ("on_time", "late", "at_risk")),
                    ]
                )
            )

    def test_cleaning_job_writes_down_what_is_so(self):
        sand = self._create_product("Sand", is_storable=False)
        promise = self.hold(self.line(7), hold_hours=1)
        untracked = self.hold(self.line(7, sand), hold_hours=1)
        lasting = self.hold(self.line(1), hold_hours=10)
        with self.at(NOW + timedelta(hours=2)):
            self.env["delivery.promise"]._cron_tidy()
            self.env.flush_all()
            self.assertFalse(promise.claim_ids)
            self.assertTrue(lasting.claim_ids)
            self.env.cr.execute(
                "SELECT state FROM delivery_promise WHERE id IN %s ORDER BY id",
                [(promise.id, untracked.id, lasting.id)],
            )
            states = [row[0] for row in self.env.cr.fetchall()]
            self.assertEqual(states, ["expired", "expired", "held"])

    def test_lines_of_an_ended_hold_move_with_it(self):
        """Who follows what was written sees promise and lines, and no others."""
        ended = self.hold(self.line(3), self.line(2), hold_hours=1)
        read = self.hold(self.line(1), hold_hours=1)
        lasting = self.hold(self.line(1), hold_hours=10)
        promises = ended | read | lasting
        self.env.flush_all()
        long_ago = "2020-01-01 00:00:00"
        for table in ("delivery_promise", "delivery_promise_line"):
            self.env.cr.execute(
                SQL("UPDATE %s SET write_date = %s", SQL.identifier(table), long_ago)
            )
        self.env.invalidate_all()
        with self.at(NOW + timedelta(hours=2)):
            # read before, all that follows from the state is as it will be
            read.line_ids.read(["status", "late_from", "kept_first", "kept_latest"])
            self.assertFalse(read.line_ids.kept_requested)
            self.env["delivery.promise"]._cron_tidy()
            self.env.flush_all()
            self.env.invalidate_all()
        moved = {
            record
            for record in [*promises, *promises.line_ids]
            if str(record.write_date) > long_ago
        }
        self.assertEqual(moved, {*ended, *ended.line_ids, *read, *read.line_ids})
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT status FROM delivery_promise_line WHERE id = ANY(%s)",
                (ended | read).line_ids.ids,
            )
        )
        self.assertEqual(rows, [(None,)])

    # -- again with the same key -------------------------------------------------

    def test_same_key_gives_the_same_promise(self):
        request = {
            "idempotency_key": "call-1",
            "lines": [self.line(4, reference=7), self.line(1, reference="B")],
        }
        first = self.Promise.hold(request)
        again = self.Promise.hold(request)
        self.assertEqual(again, first)
        self.assertEqual(self.atp(), [5])
        other = self.Promise.hold({**request, "idempotency_key": "call-2"})
        self.assertNotEqual(other["promise_id"], first["promise_id"])

    def test_same_key_after_the_end_says_so(self):
        request = {
            "idempotency_key": "call-1",
            "hold_hours": 1,
            "lines": [self.line(4)],
        }
        first = self.Promise.hold(request)
        with self.at(NOW + timedelta(hours=1)):
            again = self.Promise.hold(request)
            self.assertEqual(again["promise_id"], first["promise_id"])
            self.assertEqual(again["state"], "expired")

    def test_same_key_of_an_archived_promise(self):
        request = {"idempotency_key": "call-1", "lines": [self.line(4)]}
        first = self.Promise.hold(request)
        self.Promise.browse(first["promise_id"]).active = False
        again = self.Promise.hold(request)
        self.assertEqual(again["promise_id"], first["promise_id"])

    def test_same_key_of_a_promise_that_lost_a_date(self):
        request = {
            "idempotency_key": "call-1",
            "lines": [self.line(4, requested_date="2026-12-01 09:00:00")],
        }
        promise = self.Promise.browse(self.Promise.hold(request)["promise_id"])
        promise.line_ids.sudo().promised_date = False
        again = self.Promise.hold(request)
        self.assertFalse(again["lines"][0]["promised_date"])
        self.assertFalse(again["lines"][0]["on_time"])

    # -- limits ------------------------------------------------------------------

    def test_longest_hold(self):
        self.company.promise_hold_hours_max = 48
        self.assertTrue(self.hold(self.line(1), hold_hours=48))
        with self.assertRaisesRegex(UserError, "48"):
            self.hold(self.line(1), hold_hours=48.5)
        self.assertTrue(self.hold(self.line(1), hold_hours=500, user=self.manager))
        self.company.promise_hold_hours_max = 0
        self.assertTrue(self.hold(self.line(1), hold_hours=500))

    def test_usual_length_of_a_hold(self):
        self.company.promise_hold_hours = 6
        promise = self.hold(self.line(1))
        self.assertEqual(promise.hold_until, NOW + timedelta(hours=6))

    def test_extensions(self):
        promise = self.hold(self.line(1), hold_hours=2)
        self.assertIs(promise.action_extend(3), True)
        self.assertEqual(promise.hold_until, NOW + timedelta(hours=5))
        promise.action_extend()
        self.assertEqual(promise.hold_until, NOW + timedelta(hours=29))
        with self.assertRaisesRegex(UserError, "2 times"):
            promise.action_extend(1)
        promise.with_user(self.manager).action_extend(1)
        self.assertEqual(promise.extension_count, 3)

    def test_extension_is_no_longer_than_a_hold(self):
        promise = self.hold(self.line(1))
        with self.assertRaisesRegex(UserError, "72"):
            promise.action_extend(73)
        for hours in (0, -1, float("nan"), True, "2", 10**400):
            with self.subTest(hours=hours), self.assertRaises(UserError):
                promise.action_extend(hours)

    def test_what_is_over_cannot_be_extended(self):
        promise = self.hold(self.line(1), hold_hours=1)
        with self.at(NOW + timedelta(hours=1)), self.assertRaises(UserError):
            promise.action_extend(1)

    def test_highest_value_of_a_hold(self):
        self.on_hand(20)
        self.product.lst_price = 100
        self.company.promise_hold_value_max = 500
        self.assertTrue(self.hold(self.line(5)))
        with self.assertRaisesRegex(UserError, "600"):
            self.hold(self.line(3), self.line(3))
        self.assertTrue(self.hold(self.line(5), user=self.manager))

    def test_several_holds_do_not_pass_the_highest_value(self):
        self.on_hand(20)
        self.product.lst_price = 100
        self.company.promise_hold_value_max = 500
        first = self.hold(self.line(3))
        with self.assertRaisesRegex(UserError, "With the .*300"):
            self.hold(self.line(3))
        second = self.hold(self.line(2))
        # given to a colleague it is still his doing
        second.sudo().user_id = self.manager
        with self.assertRaisesRegex(UserError, "With the .*500"):
            self.hold(self.line(1))
        first.action_repromise()
        first.action_release()
        self.assertTrue(self.hold(self.line(3)))
        with self.at(NOW + timedelta(hours=25)):
            self.assertTrue(self.hold(self.line(5)), "what has ended does not count")

    def test_of_a_part_the_part_counts_for_the_highest_value(self):
        self.product.lst_price = 100
        self.company.promise_hold_value_max = 1000
        promise = self.hold(self.line(50), partial=True)
        self.assertEqual(promise.line_ids.promised_quantity, 10)
        promise.action_repromise()
        with self.assertRaisesRegex(UserError, "With the .*1,000"):
            self.on_hand(1)
            self.hold(self.line(1))

    def test_all_locks_of_a_hold_are_taken_at_once(self):
        # Who takes one more later may wait for somebody who waits for him.
        self.company.promise_hold_value_max = 5000
        promise = self.hold(self.line(5))
        promise.action_release()
        Lock = self.registry["delivery.promise.lock"]
        acquire, taken = Lock._acquire, []

        def note(lock, keys):
            taken.append(set(keys))
            return acquire(lock, keys)

        self.patch(Lock, "_acquire", note)
        promise.action_hold()
        self.assertIn(self.user.id, taken[0])
        self.assertEqual(set().union(*taken), taken[0])

    # -- given back, and again ---------------------------------------------------

    def test_release_gives_the_goods_back(self):
        promise = self.hold(self.line(7))
        self.assertIs(promise.action_release(), True)
        self.assertEqual((promise.state, self.atp()), ("released", [10]))
        self.assertFalse(promise.claim_ids)

    def test_released_promise_can_be_held_again_if_the_goods_are_there(self):
        promise = self.hold(self.line(7))
        promise.action_release()
        self.hold(self.line(5))
        with self.assertRaisesRegex(UserError, "Line 1"):
            promise.action_hold()
        self.assertEqual(promise.state, "released")
        self.receipt(5, 4)
        promise.action_hold()
        self.assertEqual(promise.line_ids.promised_date, self.moment(4))
        self.assertEqual(promise.line_ids.first_promised_date, NOW)

    def test_repromise_uses_its_own_goods_and_keeps_the_first_date(self):
        self.receipt(10, 5)
        promise = self.hold(self.line(15))
        self.assertEqual(promise.promised_date, self.moment(5))
        self.on_hand(20)
        self.assertEqual(promise.promised_date, self.moment(5), "never by itself")
        self.assertIs(promise.action_repromise(), True)
        self.assertEqual(promise.promised_date, NOW)
        self.assertEqual(promise.line_ids.first_promised_date, self.moment(5))
        self.assertEqual(self.atp(0, 5), [15, 25])

    def test_repromise_may_take_all_that_it_holds(self):
        promise = self.hold(self.line(10))
        promise.action_repromise()
        self.assertEqual(promise.promised_date, NOW)

    def test_draft_is_simulated_and_held(self):
        promise = self.Promise.create(
            {
                "partner_id": self.customer.id,
                "line_ids": [
                    Command.create({"product_id": self.product.id, "quantity": 4})
                ],
            }
        )
        self.assertEqual(promise.state, "draft")
        self.assertIs(promise.action_simulate(), True)
        self.assertEqual(promise.promised_date, NOW)
        self.assertEqual(self.atp(), [10])
        self.assertIs(promise.action_hold(), True)
        self.assertEqual((promise.state, self.atp()), ("held", [6]))

    def test_confirmed_promise_is_neither_released_nor_deleted(self):
        promise = self.hold(self.line(4))
        promise._confirm()
        self.assertEqual((promise.state, self.atp()), ("confirmed", [10]))
        for action in (promise.action_release, promise.unlink):
            with self.assertRaises(UserError):
                action()

    def test_deleting_a_hold_gives_the_goods_back(self):
        self.hold(self.line(4)).unlink()
        self.assertEqual(self.atp(), [10])

    # -- not behind the engine's back --------------------------------------------

    @mute_logger("odoo.models")
    def test_limits_cannot_be_written_around(self):
        promise = self.hold(self.line(4))
        for values in (
            {"state": "confirmed"},
            {"state": "held"},
            {"hold_until": NOW + timedelta(days=900)},
            {"extension_count": 0},
            {"idempotency_key": "x"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                promise.write(values)
        with self.assertRaises(AccessError):
            self.Promise.create({"state": "held", "hold_until": NOW + SECOND})

    def test_what_is_held_cannot_be_changed_without_a_claim(self):
        other = self._create_product("Other")
        promise = self.hold(self.line(4))
        for values in (
            {"quantity": 9},
            {"product_id": other.id},
            {"product_uom_id": self.dozen.id},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                promise.line_ids.write(values)
        with self.assertRaises(UserError):
            promise.line_ids = [
                Command.create({"product_id": self.product.id, "quantity": 4})
            ]
