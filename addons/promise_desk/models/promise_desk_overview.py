"""What a manager wants to know of a company's promises, on one screen."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

PERIODS = (30, 90, 365)
#: rows that fit on the screen beside their picture
TOP = 8


class PromiseDeskOverview(models.AbstractModel):
    _name = "promise.desk.overview"
    _description = "Overview of Promises"

    @api.model
    @api.readonly
    def get_overview(self, days=90):
        """The figures of the current company.

        :param int days: how far to look back: 30, 90 or 365
        :return: ``{"currency_id": int, "kept": {…}, "risk": {…}, "holds": {…},
            "pipeline": [{…}] or False}``: shares between 0 and 1 (False while nothing
            is decided), amounts in the company's currency, quantities in the
            products' units, dates as ``YYYY-MM-DD``; ``pipeline`` is False for who
            may not read opportunities. A ``domain`` finds what was counted
        :raises AccessError: the user does not manage promises
        :raises ValidationError: another number of days
        """
        if not self.env.user.has_group("stock_promise.group_promise_manager"):
            raise AccessError(
                self.env._("The overview is for administrators of promises.")
            )
        if days not in PERIODS:
            raise ValidationError(
                self.env._(
                    "An overview is of %(periods)s days, not of %(days)s.",
                    periods=", ".join(map(str, PERIODS)),
                    days=days,
                )
            )
        return {
            "currency_id": self.env.company.currency_id.id,
            "kept": self._overview_kept(days),
            "risk": self._overview_risk(),
            "holds": self._overview_holds(days),
            "pipeline": self._overview_pipeline(),
        }

    def _overview_domain(self):
        return Domain("company_id", "=", self.env.company.id)

    @api.model
    def _days_ago(self, days):
        """A moment as a client gets it, so that it can find the same again."""
        return fields.Datetime.to_string(fields.Datetime.now() - timedelta(days=days))

    # -- are promises kept -----------------------------------------------------------

    def _overview_kept(self, days):
        """Shares of the lines whose day came in the period, and week by week."""
        Report = self.env["delivery.promise.report"]
        # A line is due on the day that it is measured by, each in its own period:
        # promising it again for a later day takes it out of none.
        bases = {
            "requested_date": ("on_time_requested",),
            "first_promised_date": ("on_time_first",),
            "due_date": ("on_time_latest", "in_full", "otif_latest"),
        }
        found = {}
        for date, names in bases.items():
            domain = self._overview_domain() & Domain(
                [
                    (date, ">=", self._days_ago(days)),
                    (date, "<", self._days_ago(-1)),
                ]
            )
            # of those that are decided, one way or the other
            ((count, *shares),) = Report._read_group(
                domain, [], [f"{names[0]}:count", *(f"{name}:avg" for name in names)]
            )
            for name, share in zip(names, shares, strict=True):
                found[name] = share if share is not None and count else False
        # what a list shows of them
        shown = domain & Domain("is_decided", "=", True)
        weeks = Report._read_group(
            domain,
            ["due_date:week"],
            ["on_time_latest:count", "on_time_latest:sum"],
            order="due_date:week",
        )
        return {
            "domain": list(shown),
            "lines": count,
            **found,
            "weeks": [
                {
                    "date": fields.Date.to_string(week),
                    "kept": round(kept or 0),
                    "late": total - round(kept or 0),
                }
                for week, total, kept in weeks
                if total
            ],
        }

    # -- what is at risk -------------------------------------------------------------

    def _overview_risk(self):
        """Promises, as their list has them: one with several lines is one customer to
        call. What it is worth, and what is named, are the lines."""
        Line = self.env["delivery.promise.line"]
        Promise = self.env["delivery.promise"]
        in_force = self._overview_domain() & Domain(
            "state", "in", ("held", "confirmed")
        )
        troubled = in_force & Domain("status", "in", ("at_risk", "late"))
        late = Promise.search_count(in_force & Domain("status", "=", "late"))
        domain = Domain("promise_id", "any", troubled) & Domain(
            "status", "in", ("at_risk", "late")
        )
        ((amount,),) = Line._read_group(domain, [], ["amount:sum"])
        lines = Line.search(domain, order="promised_date, id", limit=TOP)
        statuses = dict(Line._fields["status"]._description_selection(self.env))
        return {
            "domain": list(troubled),
            "at_risk": Promise.search_count(troubled) - late,
            "late": late,
            "amount": amount or 0.0,
            "lines": [
                {
                    "id": line.id,
                    "promise_id": line.promise_id.id,
                    "name": line.promise_id.name,
                    "product": line.product_id.display_name,
                    "customer": line.partner_id.display_name or "",
                    "promised_date": fields.Datetime.to_string(line.promised_date)
                    or False,
                    "feasible_date": fields.Datetime.to_string(line.feasible_date)
                    or False,
                    "status": line.status,
                    "status_label": statuses[line.status],
                    "message": line.risk_message or "",
                }
                for line in lines
            ],
        }

    # -- what holds are worth ----------------------------------------------------------

    def _overview_holds(self, days):
        Promise = self.env["delivery.promise"]
        now = fields.Datetime.now()
        held = self._overview_domain() & Domain("state", "=", "held")
        ((count, amount),) = Promise._read_group(held, [], ["__count", "amount:sum"])
        expired = self._overview_domain() & Domain(
            [
                ("state", "=", "expired"),
                ("hold_until", ">=", self._days_ago(days)),
            ]
        )
        ((expired_count, expired_amount),) = Promise._read_group(
            expired, [], ["__count", "amount:sum"]
        )
        return {
            "domain": list(held),
            "expired_domain": list(expired),
            "count": count,
            "amount": amount or 0.0,
            "ending": Promise.search_count(
                held & Domain("hold_until", "<=", now + timedelta(hours=4))
            ),
            "expired_count": expired_count,
            "expired_amount": expired_amount or 0.0,
        }

    # -- what the pipeline needs -------------------------------------------------------

    def _overview_pipeline(self):
        """The products that open opportunities ask for most, beside what of them can
        still be promised, today and after all that is known to come."""
        Need = self.env["crm.promise.need.report"]
        if not Need.has_access("read"):
            return False
        # What is held is claimed already: it is no further need.
        domain = (
            Domain("company_id", "in", (False, self.env.company.id))
            & Domain("held_quantity", "=", 0)
            & Domain("product_id.is_storable", "=", True)
        )
        groups = Need._read_group(
            domain,
            ["product_id"],
            [
                "quantity:sum",
                "weighted_quantity:sum",
                "revenue:sum",
                "lead_id:count_distinct",
            ],
            order="revenue:sum desc",
            limit=TOP,
        )
        if not groups:
            return []
        today = fields.Date.context_today(self)
        profile = self.env["delivery.promise"].atp_profile(
            [product.id for product, *__ in groups],
            False,
            fields.Date.to_string(today),
            fields.Date.to_string(today + timedelta(days=max(PERIODS))),
        )
        rows = []
        for product, quantity, expected, revenue, leads in groups:
            days = profile[str(product.id)]
            available = max(days[0]["available_to_promise"], 0.0)
            later = max(days[-1]["available_to_promise"], 0.0)
            rows.append(
                {
                    "product_id": product.id,
                    "name": product.display_name,
                    "uom": product.uom_id.name,
                    "leads": leads,
                    "quantity": quantity,
                    "expected": expected,
                    "revenue": revenue,
                    "available": available,
                    "later": max(available, later),
                    # if all of these opportunities are won
                    "short": max(quantity - max(available, later), 0.0),
                }
            )
        return rows
