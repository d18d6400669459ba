"""Personal data leave a call when its time is over; the figures stay.

What is solved at the first contact follows from a customer's other calls. When a call
is made anonymous, a keyed hash takes the customer's place; it goes, too, as soon as
nothing can follow from it any more. Then only the result is left.
"""

import datetime

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

#: of how many calls one run keeps the result, and of how many it forgets the hash
BATCH = 1_000
#: two keys of sha256's block size: the inner and the outer one
KEY_BYTES = 64


def anonymise(calls):
    """Calls that are over, and call-backs that were made of them alone."""
    ended = calls.filtered(lambda call: call.state == "ended")
    keep_customer_keys(ended.filtered(lambda call: not call.anonymised_at))
    # sudo: recordings are not even for those to see who may delete calls
    for call in ended.sudo():
        kind = call.number_kind
        call.write(call._anonymised_vals())
        # recomputed first, then set: what kind it was is no secret, and counted
        call.flush_recordset()
        call.number_kind = kind
        # parts are named after what the provider sends: often a number, and it
        # may be what tells them apart, too
        call.strand_ids.unlink()
        for leg in call.leg_ids:
            leg.write({"name": False, "key": f"anonymous {leg.id}"})
    # sudo: what is forgotten is forgotten whoever's it was
    backs = ended.sudo().callback_id
    backs.filtered(
        lambda back: back.state == "done" and all(back.call_ids.mapped("anonymised_at"))
    ).unlink()


def collect(env):
    """Anonymise calls whose company keeps them no longer."""
    done, more = 0, False
    for company in env["res.company"].search([("call_retention_days", ">", 0)]):
        limit = fields.Datetime.now() - datetime.timedelta(
            days=company.call_retention_days
        )
        calls = env["phone.call"].search(
            Domain("company_id", "=", company.id)
            & Domain("anonymised_at", "=", False)
            & Domain("started_at", "<", limit)
            & Domain("state", "=", "ended"),
            limit=BATCH,
            order="started_at",
        )
        anonymise(calls)
        more |= keep_first_contacts(env, company)
        # by hand, or closed after their calls' time was over
        backs = env["phone.call.back"].search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "done")
            & Domain("closed_at", "<", limit),
            limit=BATCH,
            order="closed_at",
        )
        backs.unlink()
        done += len(calls) + len(backs)
        more |= BATCH in (len(calls), len(backs))
    return done, more


def customer_sql():
    """The customer of ``call``, with ``partner`` and ``alias`` (of
    :func:`alias_sql`) joined: the whole firm, or the number of somebody unknown;
    of an anonymous call that of the calls around it with the same hash."""
    return SQL(
        """
        CASE WHEN call.anonymised_at IS NULL THEN %s
             ELSE COALESCE(alias.customer, call.customer_key) END
        """,
        plain_customer_sql(),
    )


def alias_sql():
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
        hashed=hashed_customer_sql(),
        plain=plain_customer_sql(),
    )


def plain_customer_sql():
    """The firm of a call that is not anonymous, or the number of somebody unknown."""
    return SQL("COALESCE('p' || partner.commercial_partner_id, 'n' || call.e164)")


def hashed_customer_sql():
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
        plain=plain_customer_sql(),
    )


def keep_customer_keys(calls):
    """Before their customers are taken away."""
    calls.company_id._ensure_call_customer_key()
    calls.env.flush_all()
    calls.env.cr.execute(
        SQL(
            """
            UPDATE phone_call anonymous SET customer_key = %s
              FROM phone_call call
              JOIN res_company company ON company.id = call.company_id
              LEFT JOIN res_partner partner ON partner.id = call.partner_id
             WHERE call.id = anonymous.id AND call.id = ANY(%s)
               AND call.anonymised_at IS NULL
            """,
            hashed_customer_sql(),
            calls.ids,
        )
    )
    calls.invalidate_recordset(["customer_key"])


def keep_first_contacts(env, company):
    """Keep the result of anonymous calls whose days are over, and forget the hash
    of those that no other call's result depends on.

    :return: whether there are more of them
    :rtype: bool
    """
    env.flush_all()
    contact = datetime.timedelta(days=company.call_contact_days)
    now = fields.Datetime.now()
    # sudo: a job of all teams' calls; figures are kept, nobody is shown any
    calls = (
        env["phone.call"]
        .sudo()
        .search_fetch(
            Domain("company_id", "=", company.id)
            & Domain("customer_key", "!=", False)
            & Domain("first_contact", "=", False)
            & Domain("started_at", "<=", now - contact),
            ["started_at"],
            order="started_at, id",
            limit=BATCH,
        )
    )
    if calls:
        report = env["phone.call.report"].sudo()  # sudo: as above
        env.cr.execute(
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
    forgotten = forget_customer_keys(env, company, contact, now)
    env["phone.call"].invalidate_model(["customer_key", "first_contact"])
    return BATCH in (len(calls), forgotten)


def forget_customer_keys(env, company, contact, now):
    """Take away the hashes that nothing depends on any more; returns how many."""
    env.cr.execute(
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
    return env.cr.rowcount
