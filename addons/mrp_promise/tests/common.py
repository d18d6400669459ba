"""Data of the tests of making: a table of a top and four legs."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.sql_db import Cursor
from odoo.tools import SQL

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


class MakeCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.table, cls.top, cls.leg, cls.board = (
            cls._create_product(name) for name in ("Table", "Top", "Leg", "Board")
        )
        manufacture = cls.warehouse.manufacture_pull_id.route_id
        (cls.table | cls.top).route_ids = manufacture
        cls.bill = cls.makes(cls.table, 2, [(cls.top, 1), (cls.leg, 4)], sequence=1)

    @classmethod
    def makes(cls, product, days, parts, **values):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "company_id": cls.company.id,
                "produce_delay": days,
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts
                ],
                **values,
            }
        )

    @classmethod
    def parts_on_hand(cls, tables=100):
        cls.on_hand(tables, cls.top)
        cls.on_hand(4 * tables, cls.leg)

    def sources(self, quantity, product=None, **values):
        line = self.ask(self.line(quantity, product or self.table, **values))["lines"][
            0
        ]
        return [(part["quantity"], part["source"]) for part in line["schedule"]]

    def reasons(self, *lines):
        answer = self.ask(*lines)
        return {r["code"]: r["message"] for r in answer["lines"][-1]["reasons"]}

    def later(self, days):
        return NOW + timedelta(days=days)

    @classmethod
    def _calendar(cls, hours=(8, 16), days=range(5)):
        return cls.env["resource.calendar"].create(
            {
                "name": "Shift",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": hours[0],
                            "hour_to": hours[1],
                        }
                    )
                    for day in days
                ],
            }
        )

    @classmethod
    def _add_centre(cls, name="Saw", **values):
        """A work centre that works from 8:00 to 16:00 (UTC) from Monday to Friday."""
        return cls.env["mrp.workcenter"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "resource_calendar_id": cls._calendar().id,
                **values,
            }
        )

    @classmethod
    def _add_operation(cls, minutes, bill=None, centre=None, **values):
        """So many minutes for each unit; the work centre."""
        centre = centre or cls._add_centre(**values)
        cls.env["mrp.routing.workcenter"].create(
            {
                "name": "Saw it",
                "bom_id": (bill or cls.bill).id,
                "workcenter_id": centre.id,
                "time_cycle_manual": minutes,
            }
        )
        return centre

    @contextmanager
    def statements(self, name):
        """The statements within the block that name a table."""
        found, execute = [], Cursor.execute

        def note(cursor, query, *args, **kwargs):
            code = query.code if isinstance(query, SQL) else query
            if name in str(code):
                found.append(code)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", note):
            yield found
