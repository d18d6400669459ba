"""Who has a phone number."""

import functools
from collections import defaultdict

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import phone_number

NUMBER_MAX_LENGTH = 250
LIMIT_MAX = 100


def look_up(env, number, country_code, limit):
    """See ``phone.call.lookup``."""
    check_user(env)
    region = check_input(env, number, country_code, limit)
    parsed = phone_number.parse(number, region)
    e164, found = cascade(env, parsed)
    return {
        "number": number,
        "e164": e164 or False,
        "kind": parsed.kind,
        "matches": rank(env, found)[:limit],
    }


def parse(env, number, company, region, sent=True):
    """Read the number of a call; its first reading is the call's number.

    Digits without plus may be two numbers: then it is that which somebody has.

    :param company: whose contacts, own and blocked numbers and call-backs count
    :param bool sent: by a telephone system, else somebody typed it
    :rtype: phone_number.Parsed
    """
    parsed = phone_number.parse(number or "anonymous", region, sent)
    keys = {reading.e164: reading for reading in parsed.readings if reading.e164}
    if len(keys) < 2:
        return parsed
    for held in (
        functools.partial(held_by_contacts, env),
        env["call.provider"]._own_among,
        env["call.blocked.number"]._blocked_among,
        env["phone.call.back"]._open_among,
    ):
        known = held(list(keys), company)
        for key, reading in keys.items():
            if key in known:
                rest = [other for other in parsed.readings if other != reading]
                return parsed._replace(readings=(reading, *rest))
    return parsed


def held_by_contacts(env, keys, company):
    """Which of some E.164 numbers a record has that is of a company, or of all."""
    ids, numbers = defaultdict(set), defaultdict(set)
    for row in env["phone.directory"]._find(SQL("e164 = ANY(%s)", keys)):
        ids[row["res_model"]].add(row["res_id"])
        numbers[row["res_model"], row["res_id"]].add(row["e164"])
    held = set()
    for model_name, res_ids in ids.items():
        if model_name not in env:
            continue
        # sudo: whose number it is does not depend on who asks, and nothing of the
        # record is told
        model = env[model_name].sudo()
        names = ["company_id"] if "company_id" in model._fields else []
        for record in model.search_fetch([("id", "in", list(res_ids))], names):
            if is_of_company(record, company):
                held |= numbers[model_name, record.id]
    return held


def is_of_company(record, company):
    """Whether a record is a company's, or all companies'."""
    return "company_id" not in record._fields or record.company_id in (
        company,
        company.browse(),
    )


def check_user(env):
    if not (env.su or env.user._is_internal()):
        raise AccessError(env._("Only internal users may look up callers."))


def check_input(env, number, country_code, limit):
    """The two-letter code of the country to assume, after checking the input."""
    if not isinstance(number, str):
        raise UserError(
            env._(
                "number: a text is expected, such as “+49 30 1234567”, not %s.",
                type(number).__name__,
            )
        )
    if not number.strip():
        raise UserError(env._("number: enter the phone number to look up."))
    if len(number) > NUMBER_MAX_LENGTH:
        raise UserError(
            env._(
                "number: this text is too long for a phone number "
                "(%(length)s characters, at most %(maximum)s).",
                length=len(number),
                maximum=NUMBER_MAX_LENGTH,
            )
        )
    if isinstance(limit, bool) or not isinstance(limit, int):
        raise UserError(env._("limit: a whole number is expected."))
    if not 1 <= limit <= LIMIT_MAX:
        raise UserError(env._("limit: a number from 1 to %s is expected.", LIMIT_MAX))
    if country_code is False or country_code == "":
        return env["phone.directory"]._company_region(env.company.id)
    if (
        not isinstance(country_code, str)
        or country_code.upper() not in phone_number.REGIONS
    ):
        raise UserError(
            env._(
                "country_code: “%s” is not the two-letter code of a country, "
                "such as “DE”.",
                str(country_code)[:20],
            )
        )
    return country_code.upper()


def cascade(env, parsed):
    """The first step of the cascade that finds somebody the user may know.

    :return: the E.164 number looked up, and a list of (certainty, row, record)
    """
    directory = env["phone.directory"]
    directory._flush()
    e164 = parsed.readings[0].e164 if parsed.readings else ""
    if parsed.kind == "internal":
        found = readable(env, "exact", directory._find_internal(parsed.internal))
        return "", found
    steps = (
        ("exact", lambda r: r.e164 and directory._find_exact(r.e164)),
        ("switchboard", directory._find_switchboard),
        ("suffix", directory._find_suffix),
    )
    for certainty, find in steps:
        for reading in parsed.readings:
            found = readable(env, certainty, find(reading) or [])
            if found:
                return reading.e164 or e164, found
    return e164, []


def readable(env, certainty, rows):
    """The rows whose records the user may read."""
    ids = defaultdict(set)
    for row in rows:
        ids[row["res_model"]].add(row["res_id"])
    records = {}
    if ids:
        # record rules ask for the companies' place in their tree; without this
        # they would fetch all of a company's fields for each call that rings
        env.companies.sudo().fetch(["parent_path"])
    for model_name, res_ids in ids.items():
        if model_name not in env:
            continue  # an application was removed, the next rebuild tidies up
        model = env[model_name]
        if not model.has_access("read"):
            continue
        # a search applies the user's rules and companies in one statement
        for record in model.search_fetch(
            [("id", "in", list(res_ids))], model._phone_match_fields(), order="id"
        ):
            records[model_name, record.id] = record
    found, seen = [], set()
    for row in rows:
        key = row["res_model"], row["res_id"]
        if key in records and key not in seen:
            seen.add(key)
            found.append((certainty, row, records[key]))
    return found


def rank(env, found):
    """Matches as values, best first.

    All have the same certainty; a switchboard that shares more digits with the
    caller ranks before a shorter one. Then the customers (commercial entities)
    somebody was in contact with last come first; within one, the entity itself
    before its people and they before their documents: a number on many contacts
    of one company is the company's.
    """
    entities = entities_of(env, (record for _c, _r, record in found))
    contacted = {}
    if len(found) > 1:
        by_model = defaultdict(list)
        for _certainty, _row, record in found:
            by_model[record._name].append(record.id)
        for model_name, ids in by_model.items():
            contacted.update(last_contacts(env, model_name, ids))
    rows = []
    for certainty, row, record in found:
        entity_id = entities[record._name, record.id]
        rows.append(
            {
                "entity": entity_id,
                "is_entity": record._name == "res.partner" and record.id == entity_id,
                "last": contacted.get((record._name, record.id)) or "",
                "rank": row.get("rank", 0),
                "match": {
                    "model": record._name,
                    "id": record.id,
                    "name": record._phone_match_name() or "",
                    "commercial_partner_id": entity_id,
                    "certainty": certainty,
                    "number": row["number"],
                },
            }
        )
    latest = defaultdict(str)
    for row in rows:
        latest[row["entity"]] = max(latest[row["entity"]], row["last"])
    # stable sorts, the weightiest last
    rows.sort(key=lambda row: row["match"]["id"])
    rows.sort(key=lambda row: row["last"], reverse=True)
    rows.sort(key=lambda row: row["match"]["model"] != "res.partner")
    rows.sort(key=lambda row: not row["is_entity"])
    rows.sort(key=lambda row: row["entity"] or 0)
    rows.sort(key=lambda row: latest[row["entity"]], reverse=True)
    rows.sort(key=lambda row: not row["entity"])
    rows.sort(key=lambda row: row["rank"])
    return [row["match"] for row in rows]


def entities_of(env, records):
    """The commercial entity of each record, False where there is none or the user
    may not read it: ``{(model, id): id}``."""
    entities, partners, known = {}, {}, set()
    by_model = defaultdict(list)
    for record in records:
        if record._name == "res.partner":
            known.add(record.id)
            entities[record._name, record.id] = record.commercial_partner_id.id
        else:
            by_model[record._name].append(record.id)
    for model_name, ids in by_model.items():
        of_record = env[model_name].browse(ids)._phone_directory_partners()
        for res_id, partner in of_record.items():
            partners[model_name, res_id] = partner.id
    entity_of = commercial_entities(env, {id_ for id_ in partners.values() if id_})
    for key, partner_id in partners.items():
        entities[key] = entity_of.get(partner_id)
    unsure = {id_ for id_ in entities.values() if id_} - known
    if unsure:
        partners = env["res.partner"].search([("id", "in", list(unsure))])
        known.update(partners.ids)
    return {key: id_ if id_ in known else False for key, id_ in entities.items()}


def commercial_entities(env, partner_ids):
    """By SQL: a contact that the user may not read has a commercial entity that
    they may, and reading contacts would fetch all of their fields."""
    if not partner_ids:
        return {}
    env["res.partner"].flush_model(["commercial_partner_id"])
    return dict(
        env.execute_query(
            SQL(
                "SELECT id, commercial_partner_id FROM res_partner WHERE id = ANY(%s)",
                list(partner_ids),
            )
        )
    )


def last_contacts(env, model_name, ids):
    """When somebody last wrote to or called each record:
    ``{(model, id): text that sorts by time}``."""
    # sudo by SQL: only the order of records the user may read depends on it
    env["mail.message"].flush_model(["model", "res_id", "date", "message_type"])
    env["phone.call"].flush_model(["partner_id", "res_model", "res_id", "started_at"])
    rows = env.execute_query(
        SQL(
            """
            SELECT res_id, max(moment) FROM (
                SELECT res_id, date AS moment FROM mail_message
                 WHERE model = %(model)s AND res_id = ANY(%(ids)s)
                   AND message_type IN ('email', 'email_outgoing', 'comment')
                UNION ALL
                SELECT res_id, started_at FROM phone_call
                 WHERE res_model = %(model)s AND res_id = ANY(%(ids)s)
                UNION ALL
                SELECT partner_id, started_at FROM phone_call
                 WHERE %(model)s = 'res.partner' AND partner_id = ANY(%(ids)s)
            ) contact GROUP BY res_id
            """,
            model=model_name,
            ids=ids,
        )
    )
    return {(model_name, res_id): moment.isoformat() for res_id, moment in rows}
