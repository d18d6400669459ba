"""The request, checked: everything that can be wrong with it is said here, with the
line and the key, before anything is computed or written."""

import math
import xmlrpc.client
from datetime import date, datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MAX_LINES = 1000
MAX_DAYS = 731
MAX_ID = 2**31 - 1
MAX_QUANTITY = 1e12
# Far enough for any promise, near enough for every calendar and time zone.
FIRST_DATE = datetime(1970, 1, 2)
LAST_DATE = datetime(2200, 1, 1)

REQUEST_KEYS = {
    "partner_id",
    "company_id",
    "warehouse_id",
    "shipping_policy",
    "priority",
    "origin",
    "hold_hours",
    "allow_split",
    "alternatives",
    "idempotency_key",
    "lines",
}
LINE_KEYS = {
    "product_id",
    "quantity",
    "uom_id",
    "requested_date",
    "latest_date",
    "warehouse_id",
    "reference",
}


class CheckedLine(NamedTuple):
    product: models.BaseModel
    quantity: float
    uom: models.BaseModel
    #: the quantity in the product's unit, rounded as Odoo's moves round it
    product_quantity: float
    requested: datetime | None
    latest: datetime | None
    warehouse: models.BaseModel
    reference: str | int | bool


class CheckedRequest(NamedTuple):
    partner: models.BaseModel
    company: models.BaseModel
    warehouse: models.BaseModel
    shipping_policy: str
    priority: str
    origin: str | bool
    hold_hours: float | bool
    allow_split: bool
    alternatives: bool
    idempotency_key: str | bool
    lines: tuple[CheckedLine, ...]


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _check_request(self, request):
        """Turn a request of the public API into a :class:`CheckedRequest`.

        :raises ValidationError: naming the line and the key
        """
        request = self._checked_dict(request, REQUEST_KEYS, self.env._("The request"))
        company = self._checked_company(request.get("company_id"))
        partner = self._checked_record(
            "res.partner", request.get("partner_id"), "partner_id", company=company
        )
        warehouse = self._checked_warehouse(request.get("warehouse_id"), company)
        values = CheckedRequest(
            partner=partner,
            company=company,
            warehouse=warehouse or self._default_warehouse(company),
            shipping_policy=self._checked_choice(
                request, "shipping_policy", ("direct", "one"), "direct"
            ),
            priority=self._checked_choice(
                request, "priority", ("0", "1", "2", "3"), "0"
            ),
            origin=self._checked_text(request.get("origin"), "origin"),
            hold_hours=self._checked_hours(request.get("hold_hours")),
            allow_split=self._checked_bool(request, "allow_split"),
            alternatives=self._checked_bool(request, "alternatives"),
            idempotency_key=self._checked_text(
                request.get("idempotency_key"), "idempotency_key"
            ),
            lines=(),
        )
        return values._replace(lines=self._checked_lines(request.get("lines"), values))

    # -- lines -----------------------------------------------------------------

    def _checked_lines(self, lines, request):
        if not isinstance(lines, (list, tuple)):
            self._refuse(self.env._("lines must be a list."))
        if not lines:
            self._refuse(self.env._("lines is empty: name at least one product."))
        if len(lines) > MAX_LINES:
            self._refuse(
                self.env._(
                    "lines has %(count)s entries; %(maximum)s at most can be promised"
                    " at once.",
                    count=len(lines),
                    maximum=MAX_LINES,
                )
            )
        for number, line in enumerate(lines, 1):
            where = self.env._("Line %(number)s", number=number)
            self._checked_dict(line, LINE_KEYS, where)
        products = self._checked_products(lines, request.company)
        uoms = self._records_by_id("uom.uom", lines, "uom_id")
        warehouses = self._records_by_id("stock.warehouse", lines, "warehouse_id")
        return tuple(
            self._checked_line(number, line, request, products, uoms, warehouses)
            for number, line in enumerate(lines, 1)
        )

    def _checked_line(self, number, line, request, products, uoms, warehouses):
        product = products[line["product_id"]]
        uom = product.uom_id
        if line.get("uom_id"):
            uom = uoms.get(line["uom_id"])
            if not uom:
                self._refuse_line(
                    number,
                    "uom_id",
                    self.env._("unit of measure %s does not exist.", line["uom_id"]),
                )
            if not uom._has_common_reference(product.uom_id):
                self._refuse_line(
                    number,
                    "uom_id",
                    self.env._(
                        "%(unit)s cannot be converted into %(product_unit)s, the unit"
                        " of %(product)s.",
                        unit=uom.name,
                        product_unit=product.uom_id.name,
                        product=product.display_name,
                    ),
                )
        quantity = self._checked_quantity(number, line.get("quantity"))
        product_quantity = uom._compute_quantity(
            quantity, product.uom_id, rounding_method="HALF-UP"
        )
        if product.uom_id.compare(product_quantity, 0) <= 0:
            self._refuse_line(
                number,
                "quantity",
                self.env._(
                    "%(quantity)s %(unit)s is less than the smallest quantity of"
                    " %(product)s.",
                    quantity=quantity,
                    unit=uom.name,
                    product=product.display_name,
                ),
            )
        warehouse = request.warehouse
        if line.get("warehouse_id"):
            warehouse = warehouses.get(line["warehouse_id"])
            self._check_warehouse(
                warehouse, line["warehouse_id"], request.company, number
            )
        if not warehouse:
            self._refuse(
                self.env._("%s has no warehouse to deliver from.", request.company.name)
            )
        return CheckedLine(
            product=product,
            quantity=quantity,
            uom=uom,
            product_quantity=product_quantity,
            requested=self._checked_datetime(number, line, "requested_date"),
            latest=self._checked_datetime(number, line, "latest_date"),
            warehouse=warehouse,
            reference=self._checked_reference(number, line.get("reference")),
        )

    def _checked_products(self, lines, company):
        ids = []
        for number, line in enumerate(lines, 1):
            if not line.get("product_id"):
                self._refuse_line(number, "product_id", self.env._("name the product."))
            self._check_id(number, "product_id", line["product_id"])
            ids.append(line["product_id"])
        # search, not browse: what the user may not see does not exist for him
        products = {
            product.id: product
            for product in self.env["product.product"]
            .with_context(active_test=False)
            .search([("id", "in", ids)])
        }
        for number, product_id in enumerate(ids, 1):
            product = products.get(product_id)
            problem = False
            if not product:
                problem = self.env._("product %s does not exist.", product_id)
            elif not product.active:
                problem = self.env._(
                    "%s is archived and cannot be promised.", product.display_name
                )
            elif product.type != "consu":
                problem = self.env._(
                    "%s is not a good: there is nothing to deliver, so nothing to"
                    " promise.",
                    product.display_name,
                )
            elif product.company_id and product.company_id != company:
                problem = self.env._(
                    "%(product)s belongs to another company than %(company)s.",
                    product=product.display_name,
                    company=company.name,
                )
            if problem:
                self._refuse_line(number, "product_id", problem)
        return products

    def _records_by_id(self, model, lines, key):
        ids = set()
        for number, line in enumerate(lines, 1):
            if not self._is_absent(line.get(key)):
                self._check_id(number, key, line[key])
                ids.add(line[key])
        if not ids:
            return {}
        records = self.env[model].with_context(active_test=False)
        return {
            record.id: record for record in records.search([("id", "in", list(ids))])
        }

    def _checked_reference(self, number, reference):
        if self._is_absent(reference) or self._is_text(reference):
            return reference or False
        # XML-RPC has no greater numbers
        if (
            isinstance(reference, bool)
            or not isinstance(reference, int)
            or abs(reference) > MAX_ID
        ):
            self._refuse_line(
                number,
                "reference",
                self.env._("must be a text of at most 256 characters, or a number."),
            )
        return reference

    def _checked_quantity(self, number, quantity):
        if isinstance(quantity, bool) or not isinstance(quantity, (int, float)):
            self._refuse_line(number, "quantity", self.env._("must be a number."))
        if not isinstance(quantity, int) and not math.isfinite(quantity):
            self._refuse_line(
                number, "quantity", self.env._("must be a finite number.")
            )
        if quantity <= 0:
            self._refuse_line(number, "quantity", self.env._("must be greater than 0."))
        if quantity > MAX_QUANTITY:
            self._refuse_line(number, "quantity", self.env._("is too large."))
        return float(quantity)

    def _checked_datetime(self, number, line, key):
        value = line.get(key)
        if not value:
            if value is None or value is False or value == "":
                return None
            self._refuse_line(number, key, self.env._("must be a date and time."))
        where = self.env._("Line %(number)s, %(key)s", number=number, key=key)
        return self._parse_datetime(value, where)

    def _parse_datetime(self, value, where):
        if isinstance(value, xmlrpc.client.DateTime):
            value = value.value.replace("T", " ")
            if len(value) == 17:  # 20261203 10:00:00, XML-RPC's own spelling
                value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, str):
            try:
                moment = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
            except ValueError:
                moment = None
        else:
            moment = None
        if moment is None or moment.tzinfo:
            self._refuse(
                self.env._(
                    '%s: write a date and time in UTC as "2026-12-31 16:00:00".', where
                )
            )
        if not FIRST_DATE <= moment <= LAST_DATE:
            self._refuse(self.env._("%s: that year cannot be planned for.", where))
        return moment.replace(microsecond=0)

    def _parse_date(self, value, where):
        if isinstance(value, xmlrpc.client.DateTime):
            value = value.value[:10].replace("T", "")
            value = value if "-" in value else f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, str):
            try:
                value = datetime.strptime(value, "%Y-%m-%d").date()
            except ValueError:
                value = None
        if not isinstance(value, date):
            self._refuse(self.env._('%s: write a date as "2026-12-31".', where))
        if not FIRST_DATE.date() <= value <= LAST_DATE.date():
            self._refuse(self.env._("%s: that year cannot be planned for.", where))
        return value

    # -- the head ----------------------------------------------------------------

    def _checked_dict(self, value, keys, where):
        if not isinstance(value, dict):
            self._refuse(self.env._("%s must be a dictionary.", where))
        for key in value:
            if not isinstance(key, str) or key not in keys:
                self._refuse(
                    self.env._(
                        "%(where)s: %(key)s is not a known key. Known are: %(keys)s.",
                        where=where,
                        key=str(key)[:64],
                        keys=", ".join(sorted(keys)),
                    )
                )
        return value

    def _checked_company(self, company_id):
        if self._is_absent(company_id):
            return self.env.company
        self._check_id(None, "company_id", company_id)
        # sudo: the ids of the user's companies, and no more, are compared
        if company_id not in self.env.user.sudo().company_ids.ids:
            self._refuse(
                self.env._(
                    "company_id: company %s does not exist, or you do not work for it.",
                    company_id,
                )
            )
        return self.env["res.company"].browse(company_id)

    def _checked_warehouse(self, warehouse_id, company):
        if self._is_absent(warehouse_id):
            return self.env["stock.warehouse"]
        self._check_id(None, "warehouse_id", warehouse_id)
        warehouse = (
            self.env["stock.warehouse"]
            .with_context(active_test=False)
            .search([("id", "=", warehouse_id)])
        )
        self._check_warehouse(warehouse, warehouse_id, company, None)
        return warehouse

    def _check_warehouse(self, warehouse, warehouse_id, company, number):
        if not warehouse:
            problem = self.env._("warehouse %s does not exist.", warehouse_id)
        elif warehouse.company_id != company:
            problem = self.env._(
                "%(warehouse)s belongs to another company than %(company)s.",
                warehouse=warehouse.display_name,
                company=company.name,
            )
        elif not warehouse.active:
            problem = self.env._("%s is archived.", warehouse.display_name)
        else:
            return
        self._refuse_line(number, "warehouse_id", problem)

    def _default_warehouse(self, company):
        # sudo: which warehouse is a company's first is no secret of the warehouse
        return (
            self.env["stock.warehouse"]
            .sudo()
            .search([("company_id", "=", company.id)], limit=1)
            .with_env(self.env)
        )

    def _checked_record(self, model, record_id, key, company=None):
        if self._is_absent(record_id):
            return self.env[model]
        self._check_id(None, key, record_id)
        record = self.env[model].search([("id", "=", record_id)])
        if not record:
            self._refuse(
                self.env._("%(key)s: %(id)s does not exist.", key=key, id=record_id)
            )
        if company and record.company_id and record.company_id != company:
            self._refuse(
                self.env._(
                    "%(key)s: %(name)s belongs to another company than %(company)s.",
                    key=key,
                    name=record.display_name,
                    company=company.name,
                )
            )
        return record

    def _checked_choice(self, request, key, choices, default):
        value = request.get(key)
        if value is None or value is False:
            return default
        if not isinstance(value, str) or value not in choices:
            self._refuse(
                self.env._(
                    "%(key)s must be one of %(choices)s.",
                    key=key,
                    choices=", ".join(choices),
                )
            )
        return value

    def _checked_text(self, value, key):
        if value is None or value is False:
            return False
        if not self._is_text(value):
            self._refuse(
                self.env._("%s must be a text of at most 256 characters.", key)
            )
        return value or False

    @staticmethod
    def _is_text(value):
        """Whether a value is a text that the database can store."""
        if not isinstance(value, str) or len(value) > 256 or "\0" in value:
            return False
        try:
            value.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            return False
        return True

    @staticmethod
    def _is_absent(value):
        """Whether a key was left out; 0, empty texts and empty lists are mistakes."""
        return value is None or value is False

    def _checked_bool(self, request, key):
        value = request.get(key)
        if value is None:
            return False
        if not isinstance(value, bool):
            self._refuse(self.env._("%s must be true or false.", key))
        return value

    def _checked_hours(self, hours):
        if hours is None or hours is False:
            return False
        if (
            isinstance(hours, bool)
            or not isinstance(hours, (int, float))
            or not 0 < hours <= 24 * MAX_DAYS
        ):
            self._refuse(
                self.env._(
                    "hold_hours must be a number greater than 0 and at most %s.",
                    24 * MAX_DAYS,
                )
            )
        return float(hours)

    def _check_id(self, number, key, value):
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not 0 < value <= MAX_ID
        ):
            self._refuse_line(
                number, key, self.env._("must be the id of a record, a whole number.")
            )

    # -- refusals ----------------------------------------------------------------

    def _refuse_line(self, number, key, problem):
        if number:
            self._refuse(
                self.env._(
                    "Line %(number)s, %(key)s: %(problem)s",
                    number=number,
                    key=key,
                    problem=problem,
                )
            )
        self._refuse(self.env._("%(key)s: %(problem)s", key=key, problem=problem))

    def _refuse(self, message):
        raise ValidationError(message)

    @api.model
    def _check_profile(self, product_ids, warehouse_id, date_from, date_to):
        """(products, warehouse, first, last) of a checked profile request."""
        if not isinstance(product_ids, (list, tuple)) or not product_ids:
            self._refuse(self.env._("product_ids must be a list of product ids."))
        if len(product_ids) > MAX_LINES:
            self._refuse(self.env._("product_ids has more than %s entries.", MAX_LINES))
        company = self.env.company
        warehouse = self._checked_profile_warehouse(warehouse_id)
        company = warehouse.company_id or company
        products = self._checked_products(
            [{"product_id": product_id} for product_id in product_ids], company
        )
        first = self._parse_date(date_from, "date_from")
        last = self._parse_date(date_to, "date_to")
        if last < first:
            self._refuse(self.env._("date_to lies before date_from."))
        if (last - first).days >= MAX_DAYS:
            self._refuse(self.env._("A profile can span %s days at most.", MAX_DAYS))
        return (
            [products[product_id] for product_id in product_ids],
            (warehouse or self._default_warehouse(company)),
            first,
            last,
        )

    def _checked_profile_warehouse(self, warehouse_id):
        if self._is_absent(warehouse_id):
            return self._default_warehouse(self.env.company)
        self._check_id(None, "warehouse_id", warehouse_id)
        warehouse = self.env["stock.warehouse"].search([("id", "=", warehouse_id)])
        if not warehouse:
            self._refuse_line(
                None,
                "warehouse_id",
                self.env._("warehouse %s does not exist.", warehouse_id),
            )
        return warehouse

    @api.model
    def _to_wire(self, moment):
        """A datetime as the public API writes it."""
        return fields.Datetime.to_string(moment) if moment else False
