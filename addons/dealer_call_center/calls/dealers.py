"""The dealers for a caller, and what to say of them."""

from collections import defaultdict

from babel.dates import get_day_names

from odoo.tools import format_duration
from odoo.tools.misc import babel_locale_parse

SHOWN = 3


def request_of(env, record, place):
    """What to ask ``rank_dealers`` for a caller.

    :param place: a ``dealer.place`` that the caller has named, or none
    """
    partner = env["phone.caller"]._caller_partner(record)
    if record._name == "crm.lead":
        request = record._dealer_request()
    else:
        request = {"partner_id": partner.id, "lang": partner.lang}
    if place:
        for name in ("zip", "city"):
            request.pop(name, None)
        request |= {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "country_code": place.country_code,
        }
    return request | {"limit": SHOWN}


def lines(env, answer, lang):
    """The dealers of an answer as the panel shows them."""
    profiles = env["dealer.profile"].browse(
        [row["dealer_id"] for row in answer["dealers"]]
    )
    return [
        {
            "dealer_id": row["dealer_id"],
            "name": row["name"],
            "distance_km": row["distance_km"],
            "approximate": row["approximate"],
            "open": row["open"],
            "hours": _hours(row),
            "reason": deciding(row),
            "say": say(profile, row, lang),
        }
        for row, profile in zip(answer["dealers"], profiles, strict=True)
    ]


def deciding(row):
    """The one reason that counts most, beside the distance."""
    criteria = [one for one in row["criteria"] if one["code"] != "distance"]
    best = max(criteria, key=lambda one: abs(one["km"]), default=None)
    if best and best["km"]:
        return best["message"]
    return row["criteria"][0]["message"] if row["criteria"] else ""


def _hours(row):
    """Until when it is open, or when it opens."""
    for one in row["criteria"]:
        if one["code"] in ("open", "opens", "closed", "hours_unknown"):
            return one["message"].partition(":" if one["km"] else "\0")[0]
    return ""


def say(profile, row, lang):
    """A sentence or two to read out, in the caller's language."""
    env = profile.with_context(lang=lang).env if lang else profile.env
    # sudo: the address of a dealer is told to callers
    partner = profile.partner_id.sudo()
    place = " ".join(filter(None, (partner.zip, partner.city)))
    address = ", ".join(filter(None, (partner.street, place)))
    if address:
        text = env._(
            "The dealer for you is %(name)s, %(address)s.",
            name=row["name"],
            address=address,
        )
    else:
        text = env._("The dealer for you is %(name)s.", name=row["name"])
    hours = week(env, profile.calendar_id)
    if hours:
        text = f"{text} {env._('Opening hours: %(hours)s.', hours=hours)}"
    return text


def week(env, calendar):
    """The opening hours of a week: Monday 8:00–12:00, 13:00–17:00; …"""
    # sudo: opening hours of a dealer are told to callers
    slots = calendar.sudo().attendance_ids.filtered(
        lambda slot: not slot.display_type and slot.day_period != "lunch"
    )
    days = defaultdict(list)
    for slot in slots.sorted(lambda one: (one.dayofweek, one.hour_from)):
        days[int(slot.dayofweek)].append(
            f"{format_duration(slot.hour_from)}–{format_duration(slot.hour_to)}"
        )
    names = get_day_names("wide", locale=babel_locale_parse(env.lang or "en_US"))
    return "; ".join(
        f"{names[day]} {', '.join(dict.fromkeys(times))}" for day, times in days.items()
    )
