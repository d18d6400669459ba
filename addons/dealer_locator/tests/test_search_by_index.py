"""What is read by the index, against rating every dealer."""

import os
import random

from odoo.tests import tagged
from odoo.tools import SQL

from ..asking import check, load, rank
from ..ranking import geo, search
from ..ranking.values import Weights
from .common import AT, DealerCase

#: 100,000 dealers and 1,000 questions by PROMISE_DEALERS and PROMISE_QUESTIONS
NUMBER = int(os.environ.get("PROMISE_DEALERS", "3000"))
QUESTIONS = int(os.environ.get("PROMISE_QUESTIONS", "40"))


@tagged("post_install", "-at_install")
class TestSearchByIndex(DealerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(5)
        partners = cls.env["res.partner"].create(
            [{"name": f"Dealer {number}"} for number in range(60)]
        )
        open_hours = cls.calendar((2, 8, 18))
        calendars = [open_hours.id, cls.calendar((3, 9, 12)).id, False]
        point = [cls._point(dice) for _dealer in range(NUMBER)]
        pattern = [
            {
                "partner_id": partner.id,
                "latitude": 1.0,
                "calendar_id": dice.choice(calendars),
                "service_level": dice.choice("0123"),
                "capacity": dice.choice((0, 4)),
                "open_count": dice.randrange(6),
                "status": dice.choice(("active", "active", "paused")),
                "asked_count": dice.choice((0, 10)),
                "accepted_count": dice.randrange(11),
                "response_hours": dice.choice((0, 0.5, 1, 3, 40)),
            }
            for partner in partners
        ]
        profiles = cls.env["dealer.profile"].create(pattern)
        for profile in profiles:
            if dice.random() < 0.3:
                cls.env["dealer.territory"].create(
                    {
                        "dealer_id": profile.id,
                        "country_id": dice.choice((cls.germany, cls.france)).id,
                        "zip_from": dice.choice(("1", "20", False)),
                        "zip_to": dice.choice(("3", "5", False)),
                    }
                )
            for skill in (cls.heating, cls.solar):
                if dice.random() < 0.4:
                    cls.env["dealer.skill.line"].create(
                        {
                            "dealer_id": profile.id,
                            "skill_id": skill.id,
                            "expires_on": dice.choice(
                                (False, "2026-01-01", "2026-12-31")
                            ),
                        }
                    )
        cls.env.flush_all()
        # As many as an index needs to be worth something, without the time that
        # creating them one by one would take.
        columns = SQL(
            "name, active, status, company_id, service_level, calendar_id, capacity,"
            " open_count, asked_count, accepted_count, has_territory, has_position,"
            " response_hours"
        )
        cls.env.cr.execute(
            SQL("ALTER TABLE dealer_profile ALTER partner_id DROP NOT NULL")
        )
        for number, (latitude, longitude) in enumerate(point):
            source = profiles[number % len(profiles)]
            vector = geo.unit_vector(latitude, longitude)
            if number < len(profiles):
                source.write({"latitude": latitude, "longitude": longitude})
                continue
            cls.env.cr.execute(
                SQL(
                    "INSERT INTO dealer_profile (%s, latitude, longitude, unit_x,"
                    " unit_y, unit_z) SELECT %s, %s, %s, %s, %s, %s"
                    " FROM dealer_profile WHERE id = %s RETURNING id",
                    columns,
                    columns,
                    latitude,
                    longitude,
                    *vector,
                    source.id,
                )
            )
            new_id = cls.env.cr.fetchone()[0]
            for table, names in (
                ("dealer_territory", "country_id, zip_low, zip_high, exclusive"),
                ("dealer_skill_line", "skill_id, level, expires_on"),
            ):
                cls.env.cr.execute(
                    SQL(
                        "INSERT INTO %s (dealer_id, %s) SELECT %s, %s FROM %s"
                        " WHERE dealer_id = %s",
                        SQL.identifier(table),
                        SQL(names),
                        new_id,
                        SQL(names),
                        SQL.identifier(table),
                        source.id,
                    )
                )
        cls.env.invalidate_all()
        cls.env.flush_all()
        cls.env.cr.execute("ANALYZE dealer_profile")

    @staticmethod
    def _point(dice):
        kind = dice.random()
        if kind < 0.4:
            return 52.0 + dice.gauss(0, 0.3), 13.0 + dice.gauss(0, 0.4)
        if kind < 0.5:
            return 52.25, 13.25  # many at one point
        if kind < 0.6:
            return dice.choice((-1, 1)) * dice.uniform(88, 90), dice.uniform(-180, 180)
        if kind < 0.7:
            return dice.uniform(-60, 70), dice.choice((-1, 1)) * dice.uniform(179, 180)
        return dice.uniform(-90, 90), dice.uniform(-180, 180)

    def _everybody(self, question, point):
        loader = load.Loader(self.env, question, Weights(), point, {}, {})
        ids = [
            row[0]
            for row in self.env.execute_query(
                SQL("SELECT id FROM dealer_profile WHERE active")
            )
        ]
        found = loader.by_ids(ids)
        here = geo.unit_vector(*point)
        for candidate in found:
            row = self.points[candidate.id]
            length = geo.chord(here, geo.unit_vector(*row))
            self.assertAlmostEqual(candidate.km, geo.km_of_chord(length), 3)
        return found

    def test_the_order_is_that_of_rating_everybody(self):
        dice = random.Random(8)
        self.points = {
            id_: (latitude, longitude)
            for id_, latitude, longitude in self.env.execute_query(
                SQL(
                    "SELECT id, latitude::float8, longitude::float8 FROM dealer_profile"
                )
            )
        }
        asked = fewer = 0
        for _case in range(QUESTIONS):
            self.env["dealer.weight"].search([]).unlink()
            self.weights(
                level=dice.choice((0, 5)),
                open=dice.choice((0, 10, 40)),
                load=dice.choice((0, 5)),
                acceptance=dice.choice((0, 8)),
                response=dice.choice((0, 8, 30)),
            )
            latitude, longitude = self._point(dice)
            skills = dice.choice(
                ([], self.heating.ids, (self.heating | self.solar).ids)
            )
            request = {
                "latitude": latitude,
                "longitude": longitude,
                "at": AT,
                "country_code": dice.choice(("DE", "FR", "US", False)),
                "skill_ids": skills,
                "service_level": dice.choice((False, "1", "3")),
                "max_km": dice.choice((False, False, 30.0, 2000.0)),
                "limit": dice.choice((1, 5, 20)),
            }
            checked = check.check(self.env, request)
            where = rank.locate(self.env, checked)
            zip_code = dice.choice(("", "10115", "30000", "99"))
            place = where.place._replace(zip=zip_code)
            question = rank._question(self.env, checked, where)._replace(place=place)
            weights = self.env["dealer.weight"]._weights_of("sale")
            for without in (frozenset(), frozenset({"skill"})):
                loader = load.Loader(self.env, question, weights, where.point, {}, {})
                found = search.best(
                    question,
                    weights,
                    loader.pages(without),
                    without=without,
                    tell=loader.tell_last,
                )
                loader.close()
                everybody = self._everybody(question, where.point)
                expected = search.best(
                    question, weights, [], everybody, without=without
                )
                self.assertEqual(
                    [search.order(one) for one in found.ranked],
                    [search.order(one) for one in expected.ranked],
                )
                asked += bool(found.ranked)
                fewer += found.read < NUMBER / 3
        self.assertGreater(asked, QUESTIONS * 3 / 4)
        self.assertGreater(fewer, QUESTIONS * 3 / 4)

    def test_the_index_gives_the_order(self):
        question = rank._question(
            self.env,
            check.check(self.env, {"latitude": 52.0, "longitude": 13.0}),
            rank.Where((52.0, 13.0), False, rank.Place()),
        )
        loader = load.Loader(
            self.env(user=self.user), question, Weights(), (52.0, 13.0), {}, {}
        )
        statements = []
        execute_query = type(self.env).execute_query

        def remember(env, query):
            statements.append(query)
            return execute_query(env, query)

        self.patch(type(self.env), "execute_query", remember)
        next(loader.pages())
        [statement] = [one for one in statements if "unit_x" in one.code]
        plan = self.env.execute_query(SQL("EXPLAIN %s", statement))
        self.assertIn("dealer_profile_position_index", str(plan))
        self.assertNotIn("Sort", str(plan))
