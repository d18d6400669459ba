from odoo import fields, models
from odoo.tools import SQL


class CrmPromiseNeedReport(models.Model):
    """What the pipeline needs: the products that open opportunities ask for, by the
    month in which they are wanted."""

    _name = "crm.promise.need.report"
    _description = "Pipeline Need"
    _auto = False
    _rec_name = "product_id"
    _order = "date desc, id desc"
    # what is written down before the report is read
    _depends = {
        "crm.lead": [
            "active",
            "company_id",
            "date_deadline",
            "partner_id",
            "probability",
            "stage_id",
            "team_id",
            "type",
            "user_id",
            "won_status",
        ],
        "crm.lead.promise.line": [
            "lead_id",
            "product_id",
            "product_qty",
            "promise_line_id",
            "promised_date",
            "requested_date",
            "revenue",
        ],
        "delivery.promise": ["hold_until", "state"],
        "delivery.promise.line": ["promise_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id", "type", "uom_id"],
    }

    line_id = fields.Many2one("crm.lead.promise.line", readonly=True)
    lead_id = fields.Many2one("crm.lead", "Opportunity", readonly=True)
    lead_type = fields.Selection(
        [("lead", "Lead"), ("opportunity", "Opportunity")], "Type", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", "Product Template", readonly=True
    )
    categ_id = fields.Many2one("product.category", readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    date = fields.Datetime(
        "Needed On",
        readonly=True,
        help="The date asked for, else the promised one, else the expected closing.",
    )
    promised_date = fields.Datetime(readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    weighted_quantity = fields.Float(
        "Expected Quantity",
        digits="Product Unit",
        readonly=True,
        help="The quantity times the probability of the opportunity.",
    )
    held_quantity = fields.Float("Held", digits="Product Unit", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    revenue = fields.Monetary("Amount", currency_field="currency_id", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s FROM %s WHERE %s", self._select(), self._from(), self._where()
        )

    def _select(self):
        return SQL(
            """
            line.id AS id,
            line.id AS line_id,
            lead.id AS lead_id,
            lead.type AS lead_type,
            lead.company_id AS company_id,
            lead.user_id AS user_id,
            lead.team_id AS team_id,
            lead.stage_id AS stage_id,
            lead.partner_id AS partner_id,
            line.product_id AS product_id,
            product.product_tmpl_id AS product_tmpl_id,
            template.categ_id AS categ_id,
            template.uom_id AS uom_id,
            COALESCE(
                line.requested_date, line.promised_date,
                timezone('UTC', timezone(%(zone)s, lead.date_deadline + time '12:00'))
            ) AS date,
            line.promised_date AS promised_date,
            line.product_qty AS quantity,
            line.product_qty * COALESCE(lead.probability, 0) / 100
                AS weighted_quantity,
            CASE WHEN promise.id IS NOT NULL THEN line.product_qty ELSE 0 END
                AS held_quantity,
            line.company_currency_id AS currency_id,
            line.revenue AS revenue
            """,
            # a day has no hour: the reader's noon is on that day and in that month
            zone=str(self.env.tz),
        )

    def _from(self):
        # A hold counts until the very second it ends, whatever its stored state says.
        return SQL(
            """
            crm_lead_promise_line line
            JOIN crm_lead lead ON lead.id = line.lead_id
            JOIN product_product product ON product.id = line.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN delivery_promise_line promise_line
                ON promise_line.id = line.promise_line_id
            LEFT JOIN delivery_promise promise
                ON promise.id = promise_line.promise_id
                AND promise.state = 'held'
                AND promise.hold_until > %s
            LEFT JOIN delivery_promise ordered
                ON ordered.id = promise_line.promise_id
                AND ordered.state IN ('confirmed', 'done')
            """,
            fields.Datetime.now(),
        )

    def _where(self):
        return SQL(
            "lead.active AND lead.won_status = 'pending' AND ordered.id IS NULL"
            " AND template.type = 'consu'"
        )
