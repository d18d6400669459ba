"""What classes of customers may take: read with what is there, in the same statement,
so that two holds at the same time cannot both take the last of a quota."""

from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..promising.allocation_rules import Allocation, Customer, Rule
from ..promising.words import Terms
from .delivery_promise_engine_load import Scope
from .delivery_promise_engine_values import LAST_DATE
from .stock_move import OPEN_STATES

_lt = Terms(__name__)


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    @api.model
    def _allocation(self, request):
        """:class:`Allocation` of a request, or None where the company shares nothing
        out."""
        Rule = self.env["delivery.promise.allocation"]
        if not Rule._has_any(request.company.id):
            return None
        # sudo: the class decides the date whoever asks for it
        found = (request.customer_class or self.env["delivery.promise.class"]).sudo()
        return Allocation(
            Customer(found.id, found._promise_rank()) if found else Customer()
        )

    @api.model
    def _allocation_rules(self, company, product_ids, rule_ids=None):
        """[Rule] of these products, one for each product of a category.

        :param rule_ids: these rules and no others, whether or not they are over
        """
        for model, names in {
            "delivery.promise.allocation": None,
            "delivery.promise.class": ["sequence", "name"],
            "product.product": ["product_tmpl_id"],
            "product.template": ["categ_id"],
            "product.category": ["parent_path"],
        }.items():
            self.env[model].flush_model(names)
        chosen = SQL("rule.company_id = %s AND rule.active", company.id)
        if rule_ids is not None:
            chosen = SQL("rule.id = ANY(%s)", list(rule_ids))
        products = SQL()
        if product_ids is not None:
            products = SQL("AND product.id = ANY(%s)", list(product_ids))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rule.id, rule.kind, rule.class_id, rule.quantity::float8,
                       rule.date_from, rule.date_to,
                       rule.release_date,
                       product.id, rule.warehouse_id,
                       CASE rule.against WHEN 'lower' THEN class.sequence END
                  FROM delivery_promise_allocation rule
                  JOIN delivery_promise_class class ON class.id = rule.class_id
                  LEFT JOIN product_category top ON top.id = rule.categ_id
                  JOIN product_product product
                    ON product.id = rule.product_id OR (
                       rule.product_id IS NULL AND EXISTS (
                           SELECT FROM product_template template
                             JOIN product_category categ
                               ON categ.id = template.categ_id
                            WHERE template.id = product.product_tmpl_id
                              AND starts_with(categ.parent_path, top.parent_path)))
                 WHERE %s %s
                 ORDER BY rule.id, product.id
                """,
                chosen,
                products,
            )
        )
        # "For ever" may be written as the end of 9999, after which there is no day.
        final = LAST_DATE.toordinal()
        return [
            Rule(
                id=rule_id,
                kind=kind,
                class_id=class_id,
                quantity=quantity,
                first=first.toordinal(),
                last=min(last.toordinal(), final),
                ends=(
                    release.toordinal() if release else min(last.toordinal(), final) + 1
                ),
                product_id=product_id,
                warehouse_id=warehouse_id,
                rank=rank,
            )
            for (
                rule_id,
                kind,
                class_id,
                quantity,
                first,
                last,
                release,
                product_id,
                warehouse_id,
                rank,
            ) in rows
        ]

    # -- what is taken ---------------------------------------------------------------

    def _taken_queries(self, scope):
        """The part of the statement that says what is taken; none without rules."""
        if not scope.rules:
            return []
        self._flush_taken()
        return [self._taken_query(scope.rules, scope)]

    @api.model
    def _taken_query(self, rules, scope):
        """What the class of each rule has taken in its period: kind ``taken``, with the
        rule as ``target_id``.

        That are the claims of holds in force, without the parts that go into a
        replenishment, and the moves to customers, open or done. Whatever happens to
        the moves later, they count on the day for which they were promised. A move
        without a promise counts for the class that its customer has now.
        """
        Partner = self.env["res.partner"].with_company(scope.company)
        ignored = SQL()
        if scope.ignore_moves:
            ignored = SQL("AND move.id <> ALL(%s)", scope.ignore_moves)
        zones = self._company_zones(scope.company)
        dates = date.fromordinal
        return SQL(
            """
            SELECT 'taken', rule.product_id, NULL::int, rule.id, NULL::text,
                   NULL::int, NULL::timestamp, SUM(taking.quantity)::float8, false
              FROM unnest(%(ids)s::int[], %(products)s::int[], %(places)s::int[],
                          %(classes)s::int[], %(firsts)s::date[], %(lasts)s::date[])
                   AS rule (id, product_id, warehouse_id, class_id, first, last)
              JOIN (
                SELECT claim.product_id, claim.warehouse_id,
                       promise.promise_class_id AS class_id,
                       timezone(clock.tz, timezone('UTC', claim.date))::date AS day,
                       claim.quantity::float8 AS quantity
                  FROM delivery_promise_claim claim
                  JOIN delivery_promise promise ON promise.id = claim.promise_id
                  JOIN unnest(%(zoned)s::int[], %(zones)s::text[])
                       AS clock (warehouse_id, tz)
                    ON clock.warehouse_id = claim.warehouse_id
                 WHERE claim.product_id = ANY(%(products)s)
                   AND claim.planned IS NOT TRUE
                   AND promise.state = 'held' AND promise.hold_until > %(now)s
                   AND promise.id <> ALL(%(promises)s)
                UNION ALL
                SELECT move.product_id, clock.warehouse_id,
                       CASE WHEN promise.id IS NULL THEN %(partner_class)s
                            ELSE promise.promise_class_id END,
                       timezone(clock.tz, timezone('UTC',
                           COALESCE(line.material_date, move.date)))::date,
                       CASE move.state WHEN 'done'
                            THEN move.quantity * unit.factor / uom.factor
                            ELSE move.product_qty END::float8
                  FROM stock_move move
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location target ON target.id = CASE move.state
                       WHEN 'done' THEN move.location_dest_id
                       ELSE COALESCE(move.location_final_id, move.location_dest_id)
                       END AND target.usage = 'customer'
                  JOIN unnest(%(zoned)s::int[], %(zones)s::text[])
                       AS clock (warehouse_id, tz)
                    ON clock.warehouse_id = source.warehouse_id
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN uom_uom uom ON uom.id = template.uom_id
                  JOIN uom_uom unit ON unit.id = move.product_uom
                  LEFT JOIN delivery_promise_line line
                    ON line.id = move.promise_line_id
                  LEFT JOIN delivery_promise promise ON promise.id = line.promise_id
                  LEFT JOIN res_partner contact ON contact.id = move.partner_id
                  LEFT JOIN res_partner partner
                    ON partner.id = contact.commercial_partner_id
                 WHERE move.product_id = ANY(%(products)s)
                   AND (move.state IN %(open)s OR (move.state = 'done'
                        AND move.date >= %(since)s::date - INTERVAL '1 year'))
                   %(ignored)s
              ) taking ON taking.product_id = rule.product_id
                      AND taking.class_id = rule.class_id
                      AND taking.day BETWEEN rule.first AND rule.last
                      AND (rule.warehouse_id IS NULL
                           OR rule.warehouse_id = taking.warehouse_id)
             GROUP BY rule.id, rule.product_id
            """,
            ids=[rule.id for rule in rules],
            products=[rule.product_id for rule in rules],
            places=[rule.warehouse_id for rule in rules],
            classes=[rule.class_id for rule in rules],
            firsts=[dates(rule.first) for rule in rules],
            lasts=[dates(rule.last) for rule in rules],
            since=dates(min(rule.first for rule in rules)),
            partner_class=Partner._field_to_sql("partner", "promise_class_id"),
            zoned=list(zones),
            zones=list(zones.values()),
            now=scope.now,
            promises=scope.ignore_promises,
            open=OPEN_STATES,
            ignored=ignored,
        )

    def _company_zones(self, company):
        """{warehouse id: time zone} of all of a company: a quota may be for all."""
        # sudo: the days of a warehouse count whoever asks
        warehouses = (
            self.env["stock.warehouse"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company.id)])
        )
        return {warehouse.id: warehouse._promise_zone().key for warehouse in warehouses}

    def _flush_taken(self):
        for model, names in {
            "delivery.promise": [
                "state",
                "hold_until",
                "promise_class_id",
            ],
            "delivery.promise.line": ["promise_id", "material_date"],
            "delivery.promise.claim": None,
            "res.partner": ["commercial_partner_id", "promise_class_id"],
            "stock.location": ["usage", "warehouse_id"],
            "stock.move": [
                "state",
                "date",
                "product_id",
                "product_qty",
                "product_uom",
                "quantity",
                "partner_id",
                "promise_line_id",
                "location_id",
                "location_dest_id",
                "location_final_id",
            ],
        }.items():
            self.env[model].flush_model(names)

    @api.model
    def _taken_by_rule(self, records):
        """{rule id: quantity taken}, of a category the most of one product. One query
        for the rules of each company."""
        result = {}
        for company, own in records.grouped("company_id").items():
            rules = self._allocation_rules(company, None, own.ids)
            if not rules:
                continue
            self._flush_taken()
            scope = Scope([], [], company.sudo(), [], [], fields.Datetime.now(), {})
            for row in self.env.execute_query(self._taken_query(rules, scope)):
                result[row[3]] = max(result.get(row[3], 0.0), row[7])
        return result

    # -- in words ----------------------------------------------------------------------

    def _allocation_reasons(self, checked, confirmation):
        """Why others come first, or why it cannot be more. Who may not read the
        classes of customers learns no more than that."""
        if not confirmation.kept and not confirmation.quotas:
            return
        Share = self.env["delivery.promise.allocation"]
        ids = [held.rule_id for held in (*confirmation.kept, *confirmation.quotas)]
        # sudo: names only where the class itself may be read
        shares = {share.id: share for share in Share.sudo().browse(ids)}
        readable = self._readable_classes(shares.values())
        for held, code, words in (
            *((held, "protected", self._kept_message) for held in confirmation.kept),
            *((held, "quota", self._quota_message) for held in confirmation.quotas),
        ):
            share = shares[held.rule_id]
            product = self._same_fetch(checked.product, held.product_id)
            quantity = self._quantity(held.quantity, product.uom_id)
            name = readable.get(share.class_id.id)
            yield self._reason(
                code,
                self._of_part(checked, product, words(share, quantity, name)),
                name and self._of_part(checked, product, words(share, quantity, None)),
            )

    def _kept_message(self, share, quantity, name):
        until = share.release_date and share.release_date - timedelta(days=1)
        date = self._calendar_day(until or share.date_to)
        values = {"quantity": quantity, "date": date}
        if name:
            return self._say(
                _lt(
                    "%(quantity)s kept for class %(name)s until %(date)s",
                    name=name,
                    **values,
                )
            )
        return self._say(
            _lt("%(quantity)s kept for other customers until %(date)s", **values)
        )

    def _quota_message(self, share, quantity, name):
        values = {
            "quantity": quantity,
            "first": self._calendar_day(share.date_from),
            "last": self._calendar_day(share.date_to),
        }
        if name:
            return self._say(
                _lt(
                    "the quota of class %(name)s from %(first)s to %(last)s leaves"
                    " %(quantity)s",
                    name=name,
                    **values,
                )
            )
        return self._say(
            _lt(
                "what may be delivered from %(first)s to %(last)s leaves %(quantity)s",
                **values,
            )
        )

    def _readable_classes(self, shares):
        """{class id: name} of those that the caller may read."""
        Class = self.env["delivery.promise.class"]
        if not Class.has_access("read"):
            return {}
        ids = {share.class_id.id for share in shares}
        found = Class.with_context(active_test=False).search([("id", "in", list(ids))])
        return {record.id: self._named(record, record.name) for record in found}
