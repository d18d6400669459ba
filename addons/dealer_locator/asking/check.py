"""The request, checked: everything that can be wrong with it is said here, with the
key, before anything is computed."""

import math
import xmlrpc.client
from datetime import datetime
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import ValidationError

from ..ranking.geo import HALF_ROUND_KM, is_position

KEYS = {
    "partner_id",
    "latitude",
    "longitude",
    "zip",
    "city",
    "country_code",
    "purpose",
    "skill_ids",
    "service_level",
    "lang",
    "at",
    "exclude_ids",
    "limit",
    "max_km",
}
PURPOSES = ("sale", "service", "warranty")
LEVELS = ("0", "1", "2", "3")
MAX_ID = 2**31 - 1
MAX_LIMIT = 100
MAX_SKILLS = 50
MAX_EXCLUDED = 1000


class CheckedRequest(NamedTuple):
    partner: models.BaseModel
    point: tuple[float, float] | None
    zip: str
    city: str
    country: models.BaseModel
    purpose: str
    skill_ids: frozenset
    service_level: int
    lang: str
    at: datetime
    exclude_partner_ids: tuple
    limit: int
    max_km: float | None
    #: as it came, for what other addons read of it
    request: dict


def check(env, request):
    """Turn a request of the public API into a :class:`CheckedRequest`.

    :raises ValidationError: naming the key
    """
    keys = KEYS | env["dealer.profile"]._rank_request_keys()
    if not isinstance(request, dict):
        _refuse(env._("The request must be a dictionary."))
    for key in request:
        if not isinstance(key, str) or key not in keys:
            _refuse(
                env._(
                    "The request: %(key)s is not a known key. Known are: %(keys)s.",
                    key=str(key)[:64],
                    keys=", ".join(sorted(keys)),
                )
            )
    partner = _partner(env, request.get("partner_id"))
    lang = _text(env, request, "lang") or partner.lang or ""
    return CheckedRequest(
        partner=partner,
        point=_point(env, request),
        zip=_text(env, request, "zip"),
        city=_text(env, request, "city"),
        country=_country(env, request),
        purpose=_choice(env, request, "purpose", PURPOSES, "sale"),
        skill_ids=_skills(env, request),
        service_level=int(_choice(env, request, "service_level", LEVELS, "0")),
        lang=lang,
        at=_moment(env, request.get("at")),
        exclude_partner_ids=_ids(env, request, "exclude_ids", MAX_EXCLUDED),
        limit=_limit(env, request.get("limit")),
        max_km=_max_km(env, request.get("max_km")),
        request=request,
    )


def _absent(value):
    return value is None or value is False


def _is_number(value):
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _is_id(value):
    return (
        isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID
    )


def _partner(env, partner_id):
    Partner = env["res.partner"]
    if _absent(partner_id):
        return Partner
    if not _is_id(partner_id):
        _refuse(env._("partner_id: must be the id of a record, a whole number."))
    # search, not browse: what the user may not see does not exist for them
    partner = Partner.search([("id", "=", partner_id), ("active", "in", [True, False])])
    if not partner:
        _refuse(env._("partner_id: %(id)s does not exist.", id=partner_id))
    return partner


def _point(env, request):
    given = [request.get(name) for name in ("latitude", "longitude")]
    if all(_absent(value) for value in given):
        return None
    for name, value in zip(("latitude", "longitude"), given, strict=True):
        if not _is_number(value):
            _refuse(
                env._(
                    "%(key)s: must be a number of degrees, together with the other.",
                    key=name,
                )
            )
    if not is_position(*given):
        _refuse(
            env._(
                "latitude, longitude: %(latitude)s, %(longitude)s is not a position"
                " on earth; 0, 0 stands for an unknown one.",
                latitude=given[0],
                longitude=given[1],
            )
        )
    return float(given[0]), float(given[1])


def _text(env, request, key):
    value = request.get(key)
    if _absent(value):
        return ""
    good = isinstance(value, str) and len(value) <= 256 and "\0" not in value
    if good:
        try:
            value.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            good = False
    if not good:
        _refuse(env._("%(key)s: must be a text of at most 256 characters.", key=key))
    return value.strip()


def _country(env, request):
    code = _text(env, request, "country_code")
    if not code:
        return env["res.country"]
    country = env["res.country"]
    if len(code) == 2:  # Odoo would look for the first two letters of a longer one
        country = country.search([("code", "=", code.upper())], limit=1)
    if not country:
        _refuse(
            env._(
                "country_code: %(code)s is not the code of a country, such as DE.",
                code=code,
            )
        )
    return country


def _choice(env, request, key, choices, default):
    value = request.get(key)
    if _absent(value):
        return default
    if not isinstance(value, str) or value not in choices:
        _refuse(
            env._(
                "%(key)s: must be one of %(choices)s.",
                key=key,
                choices=", ".join(choices),
            )
        )
    return value


def _ids(env, request, key, most):
    value = request.get(key)
    if _absent(value):
        return ()
    if not isinstance(value, (list, tuple)) or not all(map(_is_id, value)):
        _refuse(env._("%(key)s: must be a list of ids.", key=key))
    if len(value) > most:
        _refuse(
            env._("%(key)s: has more than %(most)s entries.", key=key, most=most),
        )
    return tuple(dict.fromkeys(value))


def _skills(env, request):
    ids = _ids(env, request, "skill_ids", MAX_SKILLS)
    if ids:
        found = env["dealer.skill"].search([("id", "in", ids)])
        missing = set(ids) - set(found.ids)
        if missing:
            _refuse(
                env._(
                    "skill_ids: %(id)s does not exist, or is archived.",
                    id=min(missing),
                )
            )
    return frozenset(ids)


def _moment(env, value):
    if _absent(value):
        return fields.Datetime.now()
    if isinstance(value, xmlrpc.client.DateTime):
        value = value.value.replace("T", " ")
        if len(value) == 17:  # 20261203 10:00:00, XML-RPC's own spelling
            value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if isinstance(value, str):
        try:
            value = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo:
        _refuse(env._('at: write a date and time in UTC as "2026-12-31 16:00:00".'))
    if not 2000 <= value.year <= 2100:
        _refuse(env._("at: must be a date from 2000 to 2100."))
    return value.replace(microsecond=0)


def _limit(env, value):
    if _absent(value):
        return 10
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= value <= MAX_LIMIT:
        _refuse(
            env._("limit: must be a whole number from 1 to %(most)s.", most=MAX_LIMIT)
        )
    return value


def _max_km(env, value):
    if _absent(value):
        return None
    if not _is_number(value) or not 0 < value <= HALF_ROUND_KM + 1:
        _refuse(
            env._(
                "max_km: must be a number greater than 0 and at most %(most)s.",
                most=round(HALF_ROUND_KM),
            )
        )
    return float(value)


def _refuse(message):
    raise ValidationError(message)
