"""From a checked request to the answer."""

from collections import Counter
from typing import NamedTuple

from odoo.fields import Datetime

from ..ranking import rules, search
from ..ranking.geo import is_position
from ..ranking.rules import plain_zip
from ..ranking.values import Place, Question, Share
from . import places, words
from .load import Loader, holders

MOST_EXCLUDED = 10
MOST_RELAXED = 3


class Where(NamedTuple):
    """Where the customer is, as far as it can be told."""

    point: tuple[float, float] | None
    approximate: bool
    place: Place
    #: what the place may be, where a person has to say
    choices: tuple = ()


def answer(env, checked, given=None):
    """The public answer to a :class:`.check.CheckedRequest`.

    :param given: a Counter of what was given out in the same run, by dealer id
    """
    where = locate(env, checked)
    question = _question(env, checked, where)
    weights = env["dealer.weight"]._weights_of(checked.purpose)
    Profile = env["dealer.profile"]
    known = Profile._rank_known(checked.request, checked.partner)

    def run(without=frozenset(), limit=question.limit):
        loader = Loader(
            env, question, weights, where.point, checked.request, known, given
        )
        ranking = search.best(
            question._replace(limit=limit),
            weights,
            loader.pages(without, first=not without),
            loader.by_ids(known),
            most_excluded=MOST_EXCLUDED,
            without=without,
            tell=loader.tell_last,
        )
        loader.close()
        return ranking, loader

    ranking, loader = run()
    names = {row.id: row.name for row in loader.rows.values()}
    relax = []
    if not ranking.ranked and (where.point or known):
        for code in rules.RELAXABLE:
            if not _is_asked(code, question):
                continue
            relaxed, rows = run(frozenset({code}), MOST_RELAXED)
            if relaxed.ranked:
                relax.append(
                    {
                        "code": code,
                        "message": words.relax_message(env, code),
                        "dealers": _dealers(env, relaxed.ranked, rows),
                    }
                )
    return {
        "latitude": where.point[0] if where.point else False,
        "longitude": where.point[1] if where.point else False,
        "approximate": where.approximate,
        "dealers": _dealers(env, ranking.ranked, loader),
        "excluded": [
            {
                "partner_id": loader.rows[one.candidate.id].partner_id,
                "name": names[one.candidate.id] or "",
                "code": one.code,
                "message": words.excluded_message(env, one.code, one.values, names),
            }
            for one in ranking.excluded
        ],
        "relax": relax,
        "places": [
            {
                "name": choice.name,
                "zip": choice.zip or False,
                "region": choice.region or False,
                "country_code": choice.country_code,
                "latitude": choice.latitude,
                "longitude": choice.longitude,
            }
            for choice in where.choices
        ],
    }


def in_turn(env, requests):
    """Answers to many requests, of which each gives its first dealer one more."""
    given, answers = Counter(), []
    for checked in requests:
        found = answer(env, checked, given)
        answers.append(found)
        if found["dealers"]:
            given[found["dealers"][0]["dealer_id"]] += 1
    return answers


def locate(env, checked):
    """What the request says comes first, then what is known of the contact."""
    partner = checked.partner
    said = bool(checked.zip or checked.city)
    country = checked.country
    if said or checked.point:
        zip_code, state = checked.zip, env["res.country.state"]
    else:
        country = country or partner.country_id
        zip_code, state = partner.zip, partner.state_id
    place = Place(country.id or None, state.id or None, plain_zip(zip_code))
    if checked.point:
        return Where(checked.point, False, place)
    if said:
        # A country that is not said is the contact's, else the company's.
        country = country or partner.country_id or env.company.country_id
        found = places.find(env, country.code, checked.zip, checked.city)
        place = place._replace(country_id=country.id or None)
    else:
        point = partner.partner_latitude, partner.partner_longitude
        if partner and is_position(*point):
            return Where(point, False, place)
        if not partner:
            return Where(None, False, place)
        found = places.of_partner(env, partner)
    if not found.place:
        return Where(None, False, place, found.choices)
    if not place.country_id:
        code = found.place.country_code
        country = env["res.country"].search([("code", "=", code)], limit=1)
        place = place._replace(country_id=country.id or None)
    return Where((found.place.latitude, found.place.longitude), True, place)


def _question(env, checked, where):
    Profile = env["dealer.profile"]
    exclude = frozenset()
    if checked.exclude_partner_ids:
        exclude = frozenset(
            Profile.search([("partner_id", "in", checked.exclude_partner_ids)]).ids
        )
    return Question(
        at=checked.at,
        place=where.place,
        has_position=where.point is not None,
        skills=checked.skill_ids,
        service_level=checked.service_level,
        lang=checked.lang,
        exclude=exclude,
        max_km=checked.max_km,
        limit=checked.limit,
        holders=holders(env, where.place),
        extra_bonus=Profile._rank_extra_bonus(checked.request),
    )


def _is_asked(code, question):
    """Whether leaving a rule aside can change anything."""
    return {
        "distance": question.max_km is not None,
        "capacity": True,
        "service_level": question.service_level > 0,
        "skill": bool(question.skills),
        "territory": question.place.country_id is not None,
        "exclusive": bool(question.holders),
    }[code]


def _dealers(env, ranked, loader):
    found = []
    for one in ranked:
        candidate, row = one.candidate, loader.rows[one.candidate.id]
        shares = one.shares
        if candidate.km is not None:
            away = Share("distance", -candidate.km, {"km": candidate.km})
            shares = (away, *shares)
        opening = candidate.opening
        found.append(
            {
                "dealer_id": row.id,
                "partner_id": row.partner_id,
                "name": row.name or "",
                "distance_km": False if candidate.km is None else candidate.km,
                "approximate": bool(row.approximate),
                "score": one.score,
                "open": bool(opening and opening.open),
                "next_open": (
                    Datetime.to_string(opening.next_open)
                    if opening and opening.next_open
                    else False
                ),
                "criteria": [
                    {
                        "code": share.code,
                        "km": share.km,
                        "message": words.share_message(env, share),
                    }
                    for share in shares
                ],
            }
        )
    return found
