from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.promise_statistics.punctuality.payments import Payments, restored

from ..paying import books

#: how far back invoices are read
DAYS_BACK = 730
#: the shape and the correction of the 90 % date learn from so many invoices at most
ANSWERS = 3000
#: open items whose dates are written in one transaction
SLICE = 5000


class AccountPaymentBehaviour(models.Model):
    """How a customer pays, as of the last run of the job.

    A row for each company and customer, and one without a customer: for those of whom
    nothing is known. It also holds what all customers share.
    """

    _name = "account.payment.behaviour"
    _description = "Payment Behaviour of a Customer"
    _inherit = ["company.guard"]
    _no_company_is_all = False
    _log_access = False
    _rec_name = "partner_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", readonly=True, index=True, ondelete="cascade"
    )
    as_of = fields.Date(readonly=True, help="What was known that morning.")
    invoices = fields.Integer(
        "Paid Instalments", readonly=True, help="Of the last two years."
    )
    days_50 = fields.Integer(
        "Days after Due, 50 %",
        readonly=True,
        help="Half of the instalments are paid so many days after the due date;"
        " negative: before it.",
    )
    days_90 = fields.Integer("Days after Due, 90 %", readonly=True)
    own = fields.Json(readonly=True, help="The distribution, without what all share.")
    shared = fields.Json(readonly=True, help="What all customers share.")
    renewed_until = fields.Integer(
        readonly=True, help="Open items up to this id have dates of this day."
    )

    _one_a_customer = models.UniqueIndex("(company_id, COALESCE(partner_id, 0))")

    # -- asking ------------------------------------------------------------------------

    @api.model
    def _forecasts(self, company, partner_ids, disputed=None):
        """{partner id: Forecast} of lateness, those without a history included; empty
        where the company has too little history.

        See ``promise_statistics/punctuality/payments.py`` for what a Forecast answers.
        """
        # sudo: the engine's own rows; who asks is checked where they are shown
        rows = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", [*partner_ids, False]),
            ]
        )
        common = rows.filtered(lambda row: not row.partner_id)
        if not common or not common.shared:
            return {}
        own = {row.partner_id.id: row.own for row in rows}
        return {
            partner_id: restored(
                common.shared, own.get(partner_id) or common.own, disputed
            )
            for partner_id in partner_ids
        }

    # -- the job -----------------------------------------------------------------------

    @api.model
    def _cron_renew(self):
        """Renew the statistics once a day, then the dates of what is open, in slices
        with a transaction each. What is interrupted goes on where it was."""
        cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([("id", ">", 0)])
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            row = self._renew_statistics(company)
            if not cron._commit_progress():
                return
            while self._renew_slice(row):
                if not cron._commit_progress():
                    return
            cron._commit_progress(1)

    @api.model
    def _renew_all(self, companies=None):
        """The same in one go, for tests, small companies and the demo."""
        for company in companies or self.env["res.company"].search([("id", ">", 0)]):
            row = self._renew_statistics(company, again=True)
            while self._renew_slice(row):
                pass

    @api.model
    def _renew_statistics(self, company, again=False):
        """Renew the rows of a company; return the one for all its customers.

        :param again: also where they are of today
        """
        today = fields.Date.context_today(self)
        # sudo: the engine's own rows
        rows = self.sudo().search([("company_id", "=", company.id)])
        common = rows.filtered(lambda row: not row.partner_id)
        if common.as_of == today and not again:
            return common
        books.flush(self.env)
        known = books.payments(self.env, company, today - timedelta(days=DAYS_BACK))
        days = sorted(payment.invoiced for payment in known)
        first = days[-ANSWERS] if len(days) > ANSWERS else None
        history = Payments(known, answer_from=first)
        values = {False: self._values(history, None, today)}
        values[False].update(shared=history.shared(today), renewed_until=0)
        for partner_id in {payment.customer for payment in known}:
            values[partner_id] = self._values(history, partner_id, today)
        by_partner = {row.partner_id.id: row for row in rows}
        # sudo: these rows are written by the statistics alone
        self.sudo().browse(
            row.id for partner_id, row in by_partner.items() if partner_id not in values
        ).unlink()
        new = []
        for partner_id, vals in values.items():
            if partner_id in by_partner:
                by_partner[partner_id].write(vals)
            else:
                new.append({"company_id": company.id, "partner_id": partner_id, **vals})
        created = self.sudo().create(new)
        return common or created.filtered(lambda row: not row.partner_id)

    @api.model
    def _values(self, history, customer, today):
        forecast = history.forecast(customer, today)
        if not forecast:
            return {"as_of": today, "invoices": 0, "own": False}
        return {
            "as_of": today,
            "invoices": forecast.count,
            "days_50": forecast.days(0.5),
            "days_90": forecast.days(0.9),
            "own": forecast.own(),
        }

    def _renew_slice(self, row):
        """Write the dates of the next open items of a company.

        :return: how many items there were
        """
        books.flush(self.env)
        condition = SQL(
            "%s AND %s AND line.company_id = %s AND line.id > %s",
            books.IS_INSTALMENT,
            books.IS_OPEN,
            row.company_id.id,
            row.renewed_until,
        )
        found = books.items(self.env, condition, limit=SLICE)
        self._write_expected(row.company_id, found)
        if found:
            # sudo: as above, the statistics' own rows
            row.sudo().renewed_until = found[-1].id
        return len(found)

    @api.model
    def _renew_lines(self, lines):
        """Renew the dates of lines at once: something has happened to them."""
        if not lines:
            return
        books.flush(self.env)
        # sudo: whoever posts or matches, dates are the engine's
        companies = lines.sudo().company_id
        for company in companies:
            condition = SQL(
                "line.company_id = %s AND line.id IN %s", company.id, tuple(lines.ids)
            )
            self._write_expected(company, books.items(self.env, condition))

    @api.model
    def _write_expected(self, company, items):
        today = fields.Date.context_today(self)
        partner_ids = {item.partner_id for item in items if item.is_open}
        forecasts = {
            # Known to be disputed, or known not to be: for the disputed alone that is
            # more than the mixture knows; others may still object.
            True: self._forecasts(company, partner_ids, disputed=True),
            False: self._forecasts(company, partner_ids),
        }
        found, dates = {}, {}
        for item in items:
            forecast = forecasts[item.disputed].get(item.partner_id)
            if not item.is_open or not forecast:
                dates[item.id] = (None, None)
                continue
            passed = (today - item.due).days - 1
            key = item.partner_id, item.disputed, passed
            if key not in found:
                still = forecast.later_than(passed)
                found[key] = still.days(0.5), still.days(0.9)
            dates[item.id] = tuple(
                item.due + timedelta(days=days) for days in found[key]
            )
        books.write_dates(self.env, dates)
