"""Asking dealers to take leads: each is counted as it is given out."""

from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Datetime

from odoo.addons.dealer_locator.asking.opening import moment_after
from odoo.addons.dealer_locator.ranking.geo import distance_km, is_position

from . import tell

MOST_MESSAGE = 4000
MOST_MINUTES = 43200
MAX_ID = 2**31 - 1


class Asking(NamedTuple):
    """One dealer asked for one lead."""

    lead: models.BaseModel
    dealer: models.BaseModel
    message: str | bool = False
    minutes: int | bool = False
    attempt: int = 1
    #: as the ranking had it; False: not known
    distance_km: float | bool = False


# -- what comes from outside ---------------------------------------------------------


def checked_dealer(env, dealer_id):
    Profile = env["dealer.profile"]
    whole = isinstance(dealer_id, int) and not isinstance(dealer_id, bool)
    # search, not browse: what the user may not see does not exist for them
    known = whole and 0 < dealer_id <= MAX_ID
    dealer = Profile.search([("id", "=", dealer_id)]) if known else Profile
    if not dealer:
        raise ValidationError(
            env._(
                "dealer_id: must be the id of a dealer (dealer.profile) that is not"
                " archived."
            )
        )
    return dealer


def checked_message(env, message):
    if not message:
        return False
    if (
        not isinstance(message, str)
        or len(message) > MOST_MESSAGE
        or "\0" in message
        or not _is_text(message)
    ):
        raise ValidationError(
            env._(
                "message: must be a text of at most %(most)s characters.",
                most=MOST_MESSAGE,
            )
        )
    return message.strip() or False


def _is_text(value):
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def checked_minutes(env, minutes):
    if minutes is False or minutes is None:
        return False
    whole = isinstance(minutes, int) and not isinstance(minutes, bool)
    if not whole or not 1 <= minutes <= MOST_MINUTES:
        raise ValidationError(
            env._(
                "minutes: must be a whole number from 1 to %(most)s.",
                most=MOST_MINUTES,
            )
        )
    return minutes


def check_lead(lead):
    """Refuse leads that are over, or with a dealer already."""
    env = lead.env
    if not lead.active or lead.won_status != "pending":
        raise UserError(
            env._(
                "%(lead)s is won, lost or archived: there is nothing to hand over.",
                lead=lead.name,
            )
        )
    present = open_handovers(lead)
    if present:
        raise UserError(
            env._(
                "%(lead)s is with %(dealer)s since %(since)s. Withdraw it there first.",
                lead=lead.name,
                dealer=present.dealer_id.name,
                since=tell.moment(env, present.asked_at),
            )
        )


def open_handovers(leads):
    # sudo: whether a lead is with a dealer is known to whoever may change it
    return (
        leads.env["dealer.handover"]
        .sudo()
        .search([("lead_id", "in", leads.ids), ("state", "in", ("asked", "accepted"))])
    )


# -- asking --------------------------------------------------------------------------


def lock(leads):
    """One hand-over of a lead at a time: wait for whoever is handing one over."""
    leads.flush_recordset()
    leads.env.cr.execute(
        "SELECT id FROM crm_lead WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        [sorted(leads.ids)],
    )
    leads.invalidate_recordset()


def take(asking):
    """Count the lead for the dealer, if they are active and have room.

    :raises UserError: saying why not
    """
    dealer, env = asking.dealer, asking.lead.env
    if dealer.status != "active":
        raise UserError(
            env._("%(dealer)s is not active at present.", dealer=dealer.name)
        )
    if not dealer._take():
        raise UserError(
            env._(
                "%(dealer)s is full: %(load)s of %(capacity)s requests are open. Choose"
                " another dealer.",
                dealer=dealer.name,
                load=dealer.open_count,
                capacity=dealer.capacity,
            )
        )


def create(env, askings):
    """Hand-overs for which :func:`take` has found room; the dealers are told."""
    now = Datetime.now()
    until = {}
    values = []
    for asking in askings:
        company = company_of(asking)
        minutes = asking.minutes or company.dealer_answer_minutes
        calendar = asking.dealer.calendar_id
        key = calendar.id, minutes, company.id
        if key not in until:
            # sudo: opening hours of a dealer, and the company's holidays
            sudo = env(su=True)["res.company"].with_company(company).env
            until[key] = moment_after(sudo, calendar.sudo(), now, minutes)
        values.append(_values(asking, company, minutes, now, until[key]))
    # sudo: nobody writes hand-overs but this module
    Handover = env["dealer.handover"].sudo()
    Handover.flush_model(["state"])  # what ended makes room in the index
    handovers = Handover.create(values)
    tell.asked(handovers)
    return handovers


def company_of(asking):
    env = asking.lead.env
    return asking.lead.company_id or asking.dealer.company_id or env.company


def _values(asking, company, minutes, now, until):
    lead = asking.lead
    source = lead if lead.zip or lead.city else lead.partner_id or lead
    return {
        "lead_id": lead.id,
        "dealer_id": asking.dealer.id,
        "company_id": company.id,
        "user_id": lead.env.uid,
        "attempt": asking.attempt,
        "purpose": lead.dealer_purpose,
        "message": asking.message,
        "skill_ids": [(6, 0, lead.dealer_skill_ids.ids)],
        "zip": source.zip,
        "city": source.city,
        "state_id": source.state_id.id,
        "country_id": source.country_id.id,
        "distance_km": asking.distance_km or _distance(asking),
        "minutes": minutes,
        "asked_at": now,
        "until": until,
    }


def _distance(asking):
    """Where a person has chosen the dealer without the ranking, and both are known."""
    dealer, partner = asking.dealer, asking.lead.partner_id
    point = partner.partner_latitude, partner.partner_longitude
    if not dealer.has_position or not is_position(*point):
        return 0.0
    return distance_km(point, (dealer.latitude, dealer.longitude))
