"""What goes over all models of the suite, those that exist and those to come."""

from pathlib import Path

from odoo import fields
from odoo.fields import Command
from odoo.modules import get_module_path
from odoo.tests import TransactionCase, new_test_user

OWN = "promise_desk_base"
#: what logs that somebody was refused
MUTED = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")

#: Groups whose members work with the suite and the documents around it.
GROUPS = (
    "stock_promise.group_promise_manager",
    "call_center.group_call_center_manager",
    "dealer_locator.group_dealer_manager",
    "sales_team.group_sale_manager",
    "stock.group_stock_manager",
    "purchase.group_purchase_manager",
    "mrp.group_mrp_manager",
    "account.group_account_invoice",
    "account_financial_risk.group_account_financial_risk_manager",
    "base.group_partner_manager",
)


def suite_addons(env):
    """Names of the installed addons that lie beside this one."""
    folder = Path(get_module_path(OWN)).resolve().parent
    installed = env["ir.module.module"].sudo().search([("state", "=", "installed")])
    return {
        name
        for name in installed.mapped("name")
        if (path := get_module_path(name, display_warning=False))
        and Path(path).resolve().parent == folder
    }


def addon_of(cls):
    """The addon in which a class of a model is written."""
    parts = cls.__module__.split(".")
    return parts[2] if parts[:2] == ["odoo", "addons"] else ""


class SuiteCase(TransactionCase):
    """Two companies, and a record of each model in either."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suite = suite_addons(cls.env)
        cls.ours, cls.theirs = cls.env["res.company"].create(
            [{"name": "Ours Ltd"}, {"name": "Theirs Ltd"}]
        )
        cls.env.user.company_ids |= cls.ours | cls.theirs
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": (cls.ours | cls.theirs).ids,
                "tracking_disable": True,
            }
        )
        cls.groups = [name for name in GROUPS if cls.env.ref(name, False)]
        cls.user = cls._user("suite_ours", cls.ours)
        cls.stranger = cls._user("suite_theirs", cls.theirs)

    def setUp(self):
        super().setUp()
        self._made = {}

    @classmethod
    def _user(cls, login, company, groups=None):
        return new_test_user(
            cls.env,
            login,
            ",".join(cls.groups if groups is None else groups) or "base.group_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    # -- models ------------------------------------------------------------------------

    def models(self):
        """The suite's own models, by name."""
        return sorted(
            name
            for name, model in self.env.registry.items()
            if model._original_module in self.suite
        )

    def tables(self):
        """Those that people's records are kept in."""
        return [
            name
            for name in self.models()
            if (model := self.env[name])._auto
            and not model._abstract
            and not model._transient
        ]

    # -- records -----------------------------------------------------------------------

    def make(self, name, company, user=None):
        """A record of a model in a company. What a future model needs besides its
        required fields goes into ``_examples``."""
        if name == "res.company":
            return company
        key = name, company.id, user and user.id
        if key not in self._made:
            with self.cr.savepoint():
                self._made[key] = self._make(name, company, user)
        return self._made[key].with_env(self.env)

    def seen_by(self, user, records):
        """The records as a user has them, in their companies."""
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def _make(self, name, company, user):
        env = self.env(
            user=user or self.env.user, su=True, context=dict(self.env.context)
        )
        Model = env[name].with_company(company)
        if name == "stock.warehouse":  # a company has one
            return Model.search([("company_id", "=", company.id)], limit=1)
        vals = self._examples(name, company)
        if not isinstance(vals, dict):
            return vals  # a record already
        for field_name, field in Model._fields.items():
            if (
                field_name not in vals
                and field.required
                and field.store
                and field_name not in Model._inherits.values()
                and not (field.compute and not field.related)
                and (field.type == "many2one" or not Model.default_get([field_name]))
                and not field.related
            ):
                vals[field_name] = self._example(field, company)
        if "company_id" in Model._fields and not Model._fields["company_id"].related:
            vals.setdefault("company_id", company.id)
        return Model.create(vals)

    def _example(self, field, company):
        if field.type == "many2one":
            return self.make(field.comodel_name, company).id
        if field.type == "selection":
            return field.get_values(self.env)[0]
        return {
            "char": "Example",
            "text": "Example",
            "html": "Example",
            "integer": 1,
            "float": 1.0,
            "monetary": 1.0,
            "boolean": True,
            "date": fields.Date.today(),
            "datetime": fields.Datetime.now(),
            "json": {},
            "reference": False,
        }.get(field.type)

    def _examples(self, name, company):
        """Values of a model that cannot be told from its fields, or a record of it."""
        make = getattr(self, "_example_" + name.replace(".", "_"), None)
        return make(company) if make else {}

    def _example_sale_credit_request(self, company):
        return {"order_id": self.make("sale.order", company).id}

    def _example_account_journal(self, company):
        return {"name": "Sales", "code": f"S{company.id % 1000}", "type": "sale"}

    def _example_account_move(self, company):
        """A posted invoice, in a company without a chart of accounts."""
        receivable, income = (
            self.env["account.account"]
            .with_company(company)
            .create(
                [
                    {
                        "name": kind,
                        "code": code,
                        "account_type": kind,
                        "company_ids": [Command.set(company.ids)],
                    }
                    for kind, code in (("asset_receivable", "1"), ("income", "4"))
                ]
            )
        )
        partner = self.make("res.partner", company).with_company(company)
        partner.property_account_receivable_id = receivable
        invoice = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "journal_id": self.make("account.journal", company).id,
                    "partner_id": partner.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Goods",
                                "price_unit": 10.0,
                                "account_id": income.id,
                                "tax_ids": False,
                            }
                        )
                    ],
                }
            )
        )
        invoice.action_post()
        return invoice

    def _example_account_payment_dispute(self, company):
        return {"move_id": self.make("account.move", company).id, "reason": "price"}

    def _example_account_payment_promise(self, company):
        invoice = self.make("account.move", company)
        return {
            "partner_id": invoice.commercial_partner_id.id,
            "amount": 1.0,
            "currency_id": invoice.currency_id.id,
            "line_ids": [Command.set(invoice._instalments().ids)],
        }

    def _example_res_partner(self, company):
        return {"name": f"Customer of {company.name}", "company_id": company.id}

    def _example_res_users(self, company):
        return {
            "name": "Agent",
            "login": f"agent_{company.id}",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
        }

    def _example_product_product(self, company):
        return {
            "name": f"Product of {company.name}",
            "type": "consu",
            "is_storable": True,
            "company_id": company.id,
        }

    def _example_product_template(self, company):
        return {"name": f"Template of {company.name}", "company_id": company.id}

    def _example_resource_calendar(self, company):
        return {"name": "Week", "company_id": company.id}

    def _example_sale_order(self, company):
        return {"partner_id": self.make("res.partner", company).id}

    def _example_sale_order_line(self, company):
        return {
            "order_id": self.make("sale.order", company).id,
            "product_id": self.make("product.product", company).id,
        }

    def _example_crm_lead(self, company):
        return {
            "name": f"Opportunity of {company.name}",
            "type": "opportunity",
            "user_id": False,
        }

    def _example_stock_move(self, company):
        warehouse = self.make("stock.warehouse", company)
        return {
            "product_id": self.make("product.product", company).id,
            "product_uom_qty": 1.0,
            "location_id": warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }

    def _example_call_blocked_number(self, company):
        return {"e164": f"+4930123456{company.id % 10}"}

    def _example_call_team_queue(self, company):
        return {"name": f"queue {company.id}"}

    def _example_delivery_promise_allocation(self, company):
        return {"product_id": self.make("product.product", company).id}

    def _example_delivery_promise_substitute(self, company):
        product, other = self.env["product.product"].create(
            [{"name": "Old"}, {"name": "New"}]  # of all companies
        )
        return {
            "product_tmpl_id": product.product_tmpl_id.id,
            "substitute_id": other.id,
        }

    def _example_delivery_promise_class(self, company):
        return {"name": f"Class of {company.name}"}

    def _example_delivery_promise_backorder_rule(self, company):
        return {"strategy": "win"}

    def _example_dealer_place(self, company):
        return {"country_code": "DE", "latitude": 52.5, "longitude": 13.4}

    def _example_dealer_profile(self, company):
        # A contact of all companies: what is for all links nothing of one company.
        partner = self.env["res.partner"].create({"name": f"Dealer of {company.name}"})
        return {"partner_id": partner.id}

    def _example_dealer_territory(self, company):
        return {"country_id": self.env.ref("base.de").id}

    def _example_dealer_weight(self, company):
        # Those for all companies are there already, one for each purpose.
        self.env["dealer.weight"].search([("company_id", "=", False)]).unlink()
        return {"purpose": "sale"}
