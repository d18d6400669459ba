"""The request, checked: everything that can be wrong with it is said here, with the
line and the key, before anything is computed or written."""

from datetime import datetime
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, float_round

from ..promising.values import goods
from .delivery_promise_engine_values import MAX_DAYS

MAX_LINES = 1000

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
    "partial",
    "lines",
}
LINE_KEYS = {
    "product_id",
    "quantity",
    "uom_id",
    "requested_date",
    "latest_date",
    "minimum_first",
    "warehouse_id",
    "reference",
    "lead_days",
    "route_ids",
    "no_variant_value_ids",
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
    #: days from order to shipment, where they are not the product's own
    lead_days: float | None = None
    #: the smallest first delivery, in the line's unit
    minimum_first: float = 0.0
    #: ((product id, quantity), …) of parts of a kit that were delivered before the kit
    ahead: tuple = ()
    #: ((product id, moment), …) of parts of a kit that others bring to the customer
    coming: tuple = ()
    #: ids of the routes that the line names itself
    route_ids: tuple[int, ...] = ()
    #: ids of chosen values of attributes that create no variant
    option_ids: tuple[int, ...] = ()

    @property
    def goods(self):
        """What :meth:`DeliveryPromiseEngine._explode` knows the line by."""
        return goods(self.product, self.product_quantity, self.option_ids)


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
    #: what the customer's class of customers decides is decided by this
    customer_class: models.BaseModel | None = None
    #: a part will do where the whole cannot be promised
    partial: bool = False
    #: what was promised before may have been archived since
    archived: bool = False


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _check_request(self, request, archived=False):
        """Turn a request of the public API into a :class:`CheckedRequest`.

        :param archived: it is about what a document, or a promise, names already: what
            of it was archived since is still to be delivered
        :raises ValidationError: naming the line and the key
        """
        request = self._checked_dict(request, REQUEST_KEYS, self.env._("The request"))
        company = self._checked_company(request.get("company_id"))
        self._prime_company(company)
        partner = self._checked_record(
            "res.partner",
            request.get("partner_id"),
            "partner_id",
            company=company,
            archived=archived,
        )
        warehouse = self._checked_warehouse(
            request.get("warehouse_id"), company, archived
        )
        customer_class = self.env["delivery.promise.class"]._of_partner(
            partner, company
        )
        values = CheckedRequest(
            partner=partner,
            company=company,
            warehouse=warehouse or self._default_warehouse(company),
            shipping_policy=self._checked_choice(
                request, "shipping_policy", ("direct", "one"), "direct"
            ),
            priority=self._checked_choice(
                request,
                "priority",
                ("0", "1", "2", "3"),
                # sudo: the class decides for whoever asks
                customer_class.sudo().priority or "0",
            ),
            origin=self._checked_text(request.get("origin"), "origin"),
            hold_hours=self._checked_hours(request.get("hold_hours")),
            allow_split=self._checked_bool(request, "allow_split"),
            alternatives=self._checked_bool(request, "alternatives"),
            idempotency_key=self._checked_text(
                request.get("idempotency_key"), "idempotency_key"
            ),
            lines=(),
            customer_class=customer_class,
            archived=archived,
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
            if not isinstance(line, dict) or not line.keys() <= LINE_KEYS:
                where = self.env._("Line %(number)s", number=number)
                self._checked_dict(line, LINE_KEYS, where)
        products = self._checked_products(lines, request.company, request.archived)
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
        # As Odoo's moves round it; with most units it is the only conversion.
        product_quantity = quantity
        if uom != product.uom_id:
            product_quantity = uom._compute_quantity(
                quantity, product.uom_id, round=False
            )
        if not product_quantity.is_integer():
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            product_quantity = float_round(
                product_quantity, precision_digits=digits, rounding_method="HALF-UP"
            )
        if product_quantity <= 0:
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
                warehouse,
                line["warehouse_id"],
                request.company,
                number,
                request.archived,
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
            lead_days=self._checked_lead_days(number, line.get("lead_days")),
            route_ids=self._checked_ids(number, line, "route_ids", "stock.route"),
            option_ids=self._checked_ids(
                number,
                line,
                "no_variant_value_ids",
                "product.template.attribute.value",
            ),
        )

    def _checked_ids(self, number, line, key, model):
        """The ids that a line names under a key, sorted; those that do not exist are
        refused."""
        ids = line.get(key)
        if not ids:
            return ()
        if not isinstance(ids, (list, tuple)):
            self._refuse_line(number, key, self.env._("must be a list of ids."))
        for record_id in ids:
            self._check_id(number, key, record_id)
        # sudo: whether they exist, and nothing else of them
        found = self.env[model].sudo().browse(ids).exists()
        missing = set(ids) - set(found.ids)
        if missing:
            self._refuse_line(
                number, key, self.env._("%s does not exist.", min(missing))
            )
        return tuple(sorted(found.ids))

    def _checked_products(self, lines, company, archived=False):
        ids = []
        for number, line in enumerate(lines, 1):
            if not line.get("product_id"):
                self._refuse_line(number, "product_id", self.env._("name the product."))
            self._check_id(number, "product_id", line["product_id"])
            ids.append(line["product_id"])
        return self._products_of_ids(ids, company, archived=archived)

    def _profile_products(self, ids, company):
        """As :meth:`_products_of_ids`, of a profile, which has no lines. What is
        archived has a past and a future all the same."""
        for product_id in ids:
            self._check_id(None, "product_ids", product_id)
        return self._products_of_ids(ids, company, "product_ids", archived=True)

    def _products_of_ids(self, ids, company, key="product_id", archived=False):
        """{id: product} of what can be promised.

        :param key: what the caller calls them; ``product_id`` of a line, or of none
        :param archived: whether archived ones will do
        """
        found = self._readable_products(ids)
        products = {product.id: product for product in found}
        nobody = company.browse()
        for number, product_id in enumerate(ids, 1):
            product = products.get(product_id)
            problem = False
            if not product:
                problem = self.env._("product %s does not exist.", product_id)
            elif not product.active and not archived:
                problem = self.env._(
                    "%s is archived and cannot be promised.", product.display_name
                )
            elif product.product_tmpl_id.type != "consu":
                problem = self.env._(
                    "%s is not a good: there is nothing to deliver, so nothing to"
                    " promise.",
                    product.display_name,
                )
            elif product.product_tmpl_id.company_id not in (nobody, company):
                problem = self.env._(
                    "%(product)s belongs to another company than %(company)s.",
                    product=product.display_name,
                    company=company.name,
                )
            if problem:
                self._refuse_line(number if key == "product_id" else None, key, problem)
        return products

    def _readable_products(self, ids):
        """Those of the products that the user may see, with what a computation reads
        of them in the cache, by one query."""
        # search, not browse: what the user may not see does not exist for him
        Product = self.env["product.product"].with_context(active_test=False)
        query = Product._search([("id", "in", ids)], order="id")
        own, names = ["active", "product_tmpl_id"], self._product_fields()
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(query.table, "id"),
                *(
                    Product._field_to_sql(query.table, name, query)
                    for name in [*own, *names]
                ),
            )
        )
        found = Product.browse([row[0] for row in rows]).with_env(self.env)
        if rows:
            # What a variant inherits from its template may be read with it.
            __, active, template_ids, *columns = zip(*rows, strict=True)
            templates = self.env["product.template"].browse(template_ids)
            for name, values in zip(own, (active, template_ids), strict=True):
                Product._fields[name]._insert_cache(found, values)
            for name, values in zip(names, columns, strict=True):
                templates._fields[name]._insert_cache(templates, values)
                if not templates._fields[name].translate:
                    Product._fields[name]._insert_cache(found, values)
        self._prime_units(found.product_tmpl_id.uom_id)
        return found

    def _product_fields(self):
        """Fields of product templates that a computation reads, in one go and no
        others: a product has very many."""
        return [
            "name",
            "type",
            "is_storable",
            "company_id",
            "uom_id",
            "categ_id",
            "sale_delay",
        ]

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

    # -- the head ----------------------------------------------------------------

    def _checked_company(self, company_id):
        self._prime_user()
        if self._is_absent(company_id):
            return self.env.company
        self._check_id(None, "company_id", company_id)
        # A customer online works for no company: what is done for them is checked by
        # whoever does it in superuser mode.
        # sudo: the ids of the user's companies, and no more, are compared
        if not self.env.su and company_id not in self.env.user.sudo().company_ids.ids:
            self._refuse(
                self.env._(
                    "company_id: company %s does not exist, or you do not work for it.",
                    company_id,
                )
            )
        return self.env["res.company"].browse(company_id)

    def _checked_warehouse(self, warehouse_id, company, archived=False):
        if self._is_absent(warehouse_id):
            return self.env["stock.warehouse"]
        self._check_id(None, "warehouse_id", warehouse_id)
        warehouse = (
            self.env["stock.warehouse"]
            .with_context(active_test=False)
            .search_fetch([("id", "=", warehouse_id)], self._warehouse_fields())
        )
        self._check_warehouse(warehouse, warehouse_id, company, None, archived)
        return warehouse

    def _warehouse_fields(self):
        """Fields of warehouses that a computation reads."""
        return [
            "name",
            "active",
            "company_id",
            "partner_id",
            "lot_stock_id",
            "promise_calendar_id",
            "promise_cutoff",
        ]

    def _check_warehouse(
        self, warehouse, warehouse_id, company, number, archived=False
    ):
        if not warehouse:
            problem = self.env._("warehouse %s does not exist.", warehouse_id)
        elif warehouse.company_id != company:
            problem = self.env._(
                "%(warehouse)s belongs to another company than %(company)s.",
                warehouse=warehouse.display_name,
                company=company.name,
            )
        elif not warehouse.active and not archived:
            problem = self.env._("%s is archived.", warehouse.display_name)
        else:
            return
        self._refuse_line(number, "warehouse_id", problem)

    def _default_warehouse(self, company):
        return self.env["stock.warehouse"].browse(
            self._default_warehouse_id(company.id)
        )

    def _checked_record(self, model, record_id, key, company=None, archived=False):
        if self._is_absent(record_id):
            return self.env[model]
        self._check_id(None, key, record_id)
        Model = self.env[model].with_context(active_test=not archived)
        record = Model.search([("id", "=", record_id)]).with_env(self.env)
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
        products = self._profile_products(product_ids, company)
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
