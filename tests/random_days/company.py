# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The people, places and settings that the days are played with, made once for each
database. Only here somebody has all rights: the administrator who sets it up."""

from odoo import api
from odoo.fields import Command

from .desk import Person

PASSWORD = "random days"

#: name -> groups of their role; nobody has rights beyond it
ROLES = {
    "Sam (sales)": ("sales_team.group_sale_salesman_all_leads",),
    "Tara (sales)": ("sales_team.group_sale_salesman_all_leads",),
    # stock Odoo's delivery form reads postal codes of carriers, which takes the right
    # to create contacts
    "Stan (stock)": ("stock.group_stock_user", "base.group_partner_manager"),
    "Petra (purchase)": (
        "purchase.group_purchase_user",
        "stock.group_stock_user",
        "base.group_partner_manager",
    ),
    # stock Odoo's manufacturing order reads entries and analytic lines as it is split
    "Mia (production)": (
        "mrp.group_mrp_user",
        "account.group_account_readonly",
        "stock.group_stock_user",
        "base.group_partner_manager",
    ),
    "Paula (planner)": (
        "sales_team.group_sale_manager",
        "stock.group_stock_manager",
        "purchase.group_purchase_manager",
        "mrp.group_mrp_manager",
        "stock_promise.group_promise_manager",
        "base.group_partner_manager",
        "product.group_product_manager",
    ),
    # calendars are the administration's
    "Ada (administration)": ("base.group_system",),
}
SALES, COLLEAGUE, STOCK, PURCHASE, PRODUCTION, PLANNER, ADMINISTRATION = ROLES
#: what everybody sees on their screens
SCREENS = (
    "stock.group_stock_multi_locations",
    "stock.group_stock_multi_warehouses",
    "stock.group_adv_location",
    "stock.group_production_lot",
    "uom.group_uom",
    "account.group_delivery_invoice_address",
)


class Company:
    """What stands still while days are played.

    :ivar people: {name: :class:`~.desk.Person`}
    :ivar jobs: who runs scheduled jobs, as the server does
    """

    #: the calendar of the warehouse in the north, with days that are closed
    calendar = "North Depot"

    def __init__(self, registry):
        self.registry = registry
        self.jobs = Person(registry, "the clock", api.SUPERUSER_ID)
        admin = Person(registry, "administrator", 2)
        # the administrator's rights alone; the superuser sets none of it up
        made = admin.do(self._set_up)
        self.customers, self.vendors = made["customers"], made["vendors"]
        self.warehouses = made["warehouses"]
        self.people = {
            name: Person(registry, name, uid) for name, uid in made["users"].items()
        }

    def _set_up(self, env):
        company = env.company
        company.partner_id.tz = "Europe/Berlin"
        company.write({"security_lead": 0.0})
        env.ref("base.group_user").write(
            {"implied_ids": [Command.link(env.ref(name).id) for name in SCREENS]}
        )
        main = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        main.write({"promise_calendar_id": False, "promise_cutoff": 0.0})
        north_address = env["res.partner"].create(
            {"name": "North Depot", "tz": "America/New_York"}
        )
        north = env["stock.warehouse"].create(
            {
                "name": "North",
                "code": "NOR",
                "partner_id": north_address.id,
                "delivery_steps": "pick_ship",
                "promise_calendar_id": False,
                "promise_cutoff": 0.0,
            }
        )
        north.promise_calendar_id = env["resource.calendar"].create(
            {"name": self.calendar, "tz": "America/New_York"}
        )
        env.ref("stock.route_warehouse0_mto").write(
            {"active": True, "sale_selectable": True}
        )
        partners = env["res.partner"]
        customers = partners.create(
            [{"name": f"Customer {letter}"} for letter in "ABC"]
        )
        vendors = partners.create(
            [{"name": f"Vendor {letter}", "supplier_rank": 1} for letter in "VW"]
        )
        users = env["res.users"].with_context(no_reset_password=True)
        made = {}
        for name, groups in ROLES.items():
            login = name.partition(" ")[0].lower()
            made[name] = users.create(
                {
                    "name": name,
                    "login": login,
                    "password": PASSWORD,
                    "email": f"{login}@example.com",
                    "tz": "Europe/Berlin",
                    "group_ids": [
                        Command.set(
                            [
                                env.ref(group).id
                                for group in ("base.group_user", *groups)
                            ]
                        )
                    ],
                }
            ).id
        return {
            "customers": {partner.name: partner.id for partner in customers},
            "vendors": {partner.name: partner.id for partner in vendors},
            "warehouses": {"WH": main.id, "North": north.id},
            "users": made,
        }
