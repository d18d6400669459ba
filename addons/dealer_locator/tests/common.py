"""Dealers in and around one town, and people who ask for them."""

from odoo.tests import TransactionCase, new_test_user

from ..ranking.geo import distance_km

#: a Wednesday, 12:00 in Berlin
AT = "2026-06-03 10:00:00"
TOWN = (52.0, 13.0)


class DealerCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.germany = cls.env.ref("base.de")
        cls.france = cls.env.ref("base.fr")
        cls.env["dealer.profile"].search([]).active = False
        cls.env["dealer.weight"].search([]).unlink()
        cls.user = new_test_user(
            cls.env, "dealer_user", "dealer_locator.group_dealer_user"
        )
        cls.manager = new_test_user(
            cls.env,
            "dealer_manager",
            "dealer_locator.group_dealer_manager,base.group_partner_manager",
        )
        cls.employee = new_test_user(cls.env, "dealer_nobody", "base.group_user")
        cls.heating, cls.solar = cls.env["dealer.skill"].create(
            [{"name": "Steam engines"}, {"name": "Wind turbines"}]
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Customer",
                "country_id": cls.germany.id,
                "zip": "10115",
                "city": "Exampletown",
                "partner_latitude": TOWN[0],
                "partner_longitude": TOWN[1],
            }
        )

    @classmethod
    def dealer(cls, name, km=None, point=None, **values):
        """A dealer so many kilometres north of the town."""
        partner = cls.env["res.partner"].create({"name": name})
        if km is not None:
            point = (TOWN[0] + km / distance_km((0.5, 1.0), (1.5, 1.0)), TOWN[1])
        if point:
            values["latitude"], values["longitude"] = point
        return cls.env["dealer.profile"].create({"partner_id": partner.id, **values})

    @classmethod
    def weights(cls, purpose="sale", **values):
        nothing = dict.fromkeys(
            (
                "history",
                "complaint",
                "level",
                "load",
                "open",
                "language",
                "acceptance",
                "response",
            ),
            0.0,
        )
        return cls.env["dealer.weight"].create(
            {"purpose": purpose, **nothing, **values}
        )

    @classmethod
    def calendar(cls, *slots, tz="Europe/Berlin", **values):
        calendar = cls.env["resource.calendar"].create(
            {"name": "Hours", "tz": tz, "attendance_ids": [(5, 0, 0)], **values}
        )
        calendar.tz = tz
        calendar.attendance_ids.unlink()
        cls.env["resource.calendar.attendance"].create(
            [
                {
                    "name": "Open",
                    "calendar_id": calendar.id,
                    "dayofweek": str(slot[0]),
                    "hour_from": slot[1],
                    "hour_to": slot[2],
                    "week_type": slot[3] if len(slot) > 3 else False,
                    "day_period": slot[4] if len(slot) > 4 else "morning",
                }
                for slot in slots
            ]
        )
        return calendar

    def ask(self, user=None, **request):
        Partner = self.env["res.partner"].with_user(user or self.user)
        return Partner.rank_dealers({"at": AT, **request})

    def near(self, user=None, **request):
        """As ask, for somebody in the town."""
        latitude, longitude = TOWN
        return self.ask(user, latitude=latitude, longitude=longitude, **request)

    def names(self, answer):
        return [row["name"] for row in answer["dealers"]]

    def codes(self, answer):
        names = self.env["res.partner"]
        return {
            names.browse(row["partner_id"]).name: row["code"]
            for row in answer["excluded"]
        }
