"""What a dealer must fulfil. A rule returns None, or the values of its sentence."""

import re

from .values import Candidate, Excluded, Question

#: Rules that a person may decide to leave aside where nobody fulfils all of them.
RELAXABLE = (
    "distance",
    "capacity",
    "service_level",
    "skill",
    "territory",
    "exclusive",
)


def plain_zip(text):
    """A zip code as it is compared: without spaces and signs, in capitals."""
    return re.sub(r"[\W_]+", "", text or "").upper()


def in_zip_range(code, first, last):
    """Whether a zip code is within bounds, each of which stands for all codes that
    begin with it: 10 to 12 holds 10115 and 12999."""
    return code[: len(first)] >= first and code[: len(last)] <= last


def covers(area, place):
    """Whether a line of a territory holds a place. What is not known of the place
    keeps nobody out, and gives nobody an exclusive right."""
    if place.country_id is None:
        return not area.exclusive
    if area.country_id != place.country_id:
        return False
    if area.state_id is not None and area.state_id != place.state_id:
        if place.state_id is not None or area.exclusive:
            return False
    if area.zip_from or area.zip_to:
        if not place.zip:
            return not area.exclusive
        return in_zip_range(place.zip, area.zip_from, area.zip_to or "\uffff")
    return True


def _status(candidate, _question):
    return None if candidate.status == "active" else {"status": candidate.status}


def _declined(candidate, question):
    return {} if candidate.id in question.exclude else None


def _position(candidate, question):
    return {} if question.has_position and not candidate.has_position else None


def _exclusive(candidate, question):
    if not question.holders or candidate.id in question.holders:
        return None
    return {"holders": sorted(question.holders)}


def _territory(candidate, question):
    if not candidate.areas:
        return None
    known = question.place.country_id is not None
    if not known or any(covers(area, question.place) for area in candidate.areas):
        return None
    # A territory that is exclusive serves where it is not sure of its right, too.
    unsure = (area._replace(exclusive=False) for area in candidate.areas)
    if any(covers(area, question.place) for area in unsure):
        return None
    return {}


def _skill(candidate, question):
    missing = question.skills - candidate.skills
    if not missing:
        return None
    return {
        "expired": sorted(missing & candidate.expired),
        "missing": sorted(missing - candidate.expired),
    }


def _service_level(candidate, question):
    if candidate.service_level >= question.service_level:
        return None
    return {"has": candidate.service_level, "asked": question.service_level}


def _distance(candidate, question):
    if question.max_km is None or candidate.km is None:
        return None
    if candidate.km <= question.max_km:
        return None
    return {"km": candidate.km, "max_km": question.max_km}


def _capacity(candidate, _question):
    if not candidate.capacity or candidate.load < candidate.capacity:
        return None
    return {"load": candidate.load, "capacity": candidate.capacity}


#: In the order in which they are told: the first that is not fulfilled.
RULES = {
    "status": _status,
    "declined": _declined,
    "position": _position,
    "exclusive": _exclusive,
    "territory": _territory,
    "skill": _skill,
    "service_level": _service_level,
    "distance": _distance,
    "capacity": _capacity,
}


def keep_out(
    candidate: Candidate, question: Question, without: frozenset = frozenset()
) -> Excluded | None:
    """The first rule that a dealer does not fulfil, or None.

    :param without: codes of rules that are left aside
    """
    for code, rule in RULES.items():
        if code not in without:
            values = rule(candidate, question)
            if values is not None:
                return Excluded(candidate, code, values)
    return None
