import datetime
import secrets

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: of how many calls one run keeps the result, and of how many it forgets the hash
BATCH = 1_000
#: two keys of sha256's block size: the inner and the outer one
KEY_BYTES = 64


class ResCompany(models.Model):
    _inherit = "res.company"

    call_customer_key = fields.Char(copy=False, groups=fields.NO_ACCESS)

    def _ensure_call_customer_key(self):
        """The company's secret, made when it is needed first."""
        # sudo: nobody may read it
        for company in self.sudo().filtered(lambda c: not c.call_customer_key):
            company.call_customer_key = secrets.token_hex(2 * KEY_BYTES)


class PhoneCall(models.Model):
    """Whose repeated calls anonymous calls are, without telling who he is.

    What is solved at the first contact follows from a customer's other calls. When a
    call is made anonymous, a keyed hash takes his place; it goes, too, as soon as
    nothing can follow from it any more. Then only the result is left.
    """

    _inherit = "phone.call"

    customer_key = fields.Char(copy=False, groups=fields.NO_ACCESS)
    first_contact = fields.Selection(
        [
            ("solved", "Solved"),
            ("again", "Called Again"),
            ("none", "No First Contact"),
        ],
        copy=False,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Of anonymous calls, kept when their customer is forgotten.",
    )

    _customer_key_idx = models.Index(
        "(company_id, started_at) WHERE customer_key IS NOT NULL"
    )

    @api.model
    def _customer_sql(self):
        """The customer of ``call``, with ``partner`` and ``alias`` (of
        :meth:`_alias_sql`) joined: the whole firm, or the number of somebody unknown;
        of an anonymous call that of the calls around it with the same hash."""
        return SQL(
            """
            CASE WHEN call.anonymised_at IS NULL THEN %s
                 ELSE COALESCE(alias.customer, call.customer_key) END
            """,
            self._plain_customer_sql(),
        )

    @api.model
    def _alias_sql(self):
        """Hash and customer of the calls that are not anonymous and have anonymous ones
        around them: few, since hashes go when nothing depends on them.

        The key is read within the statement: it is in no log of statements.
        """
        return SQL(
            """
            SELECT DISTINCT call.company_id, %(hashed)s AS customer_key,
                   %(plain)s AS customer
              FROM (SELECT company_id, MIN(started_at) AS first,
                           MAX(started_at) AS last
                      FROM phone_call WHERE customer_key IS NOT NULL
                     GROUP BY company_id) keyed
              JOIN res_company company ON company.id = keyed.company_id
              JOIN phone_call call ON call.company_id = keyed.company_id
               AND call.anonymised_at IS NULL
               AND call.started_at BETWEEN
                   keyed.first - make_interval(days => company.call_contact_days)
                   AND keyed.last + make_interval(days => company.call_contact_days)
              LEFT JOIN res_partner partner ON partner.id = call.partner_id
             WHERE %(plain)s IS NOT NULL
            """,
            hashed=self._hashed_customer_sql(),
            plain=self._plain_customer_sql(),
        )

    @api.model
    def _plain_customer_sql(self):
        return SQL("COALESCE('p' || partner.commercial_partner_id, 'n' || call.e164)")

    @api.model
    def _hashed_customer_sql(self):
        """HMAC with an inner and an outer key of a whole block each."""
        half = 2 * KEY_BYTES
        return SQL(
            """
            encode(sha256(
                decode(right(company.call_customer_key, %(half)s), 'hex')
                || sha256(decode(left(company.call_customer_key, %(half)s), 'hex')
                          || convert_to(%(plain)s, 'UTF8'))), 'hex')
            """,
            half=half,
            plain=self._plain_customer_sql(),
        )

    def _keep_customer_keys(self):
        """Before their customers are taken away."""
        self.company_id._ensure_call_customer_key()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE phone_call anonymous SET customer_key = %s
                  FROM phone_call call
                  JOIN res_company company ON company.id = call.company_id
                  LEFT JOIN res_partner partner ON partner.id = call.partner_id
                 WHERE call.id = anonymous.id AND call.id = ANY(%s)
                   AND call.anonymised_at IS NULL
                """,
                self._hashed_customer_sql(),
                self.ids,
            )
        )
        self.invalidate_recordset(["customer_key"])

    @api.model
    def _keep_first_contacts(self, company):
        """Keep the result of anonymous calls whose days are over, and forget the hash
        of those that no other call's result depends on.

        :return: whether there are more of them
        :rtype: bool
        """
        self.env.flush_all()
        contact = datetime.timedelta(days=company.call_contact_days)
        now = fields.Datetime.now()
        # sudo: a job of all teams' calls; figures are kept, nobody is shown any
        calls = self.sudo().search_fetch(
            Domain("company_id", "=", company.id)
            & Domain("customer_key", "!=", False)
            & Domain("first_contact", "=", False)
            & Domain("started_at", "<=", now - contact),
            ["started_at"],
            order="started_at, id",
            limit=BATCH,
        )
        if calls:
            report = self.env["phone.call.report"].sudo()  # sudo: as above
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE phone_call call
                       SET first_contact = CASE result.first_contact
                               WHEN 100 THEN 'solved' WHEN 0 THEN 'again' ELSE 'none'
                           END
                      FROM (%s) result
                     WHERE result.id = call.id
                    """,
                    report._first_contacts_query(company, calls),
                )
            )
        forgotten = self._forget_customer_keys(company, contact, now)
        self.invalidate_model(["customer_key", "first_contact"])
        return BATCH in (len(calls), forgotten)

    @api.model
    def _forget_customer_keys(self, company, contact, now):
        """Take away the hashes that nothing depends on any more; returns how many."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE phone_call SET customer_key = NULL WHERE id IN (
                    SELECT call.id FROM phone_call call
                     WHERE call.company_id = %(company)s
                       AND call.customer_key IS NOT NULL
                       AND call.first_contact IS NOT NULL
                       AND call.started_at < LEAST(
                           (SELECT MIN(open.started_at) FROM phone_call open
                             WHERE open.company_id = %(company)s
                               AND open.anonymised_at IS NULL),
                           (SELECT MIN(open.started_at) FROM phone_call open
                             WHERE open.company_id = %(company)s
                               AND open.customer_key IS NOT NULL
                               AND open.first_contact IS NULL),
                           %(now)s) - %(contact)s
                     ORDER BY call.started_at LIMIT %(batch)s)
                """,
                company=company.id,
                contact=contact,
                now=now,
                batch=BATCH,
            )
        )
        return self.env.cr.rowcount
