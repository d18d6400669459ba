"""What speaks for a dealer, in kilometres."""

from .values import Candidate, Question, Ranked, Share, Weights

#: an opening so far ahead is worth nothing
OPENS_WITHIN_HOURS = 24
#: more complaints than this do not count further
MOST_COMPLAINTS = 3


def shares(candidate: Candidate, question: Question, weights: Weights):
    """What each criterion is worth for a dealer; those that are worth nothing, too,
    where the reader should know why."""
    found = [
        *_history(candidate, weights),
        *_level(candidate, question, weights),
        *_load(candidate, weights),
        *_open(candidate, question, weights),
        *_language(candidate, question, weights),
        *_acceptance(candidate, weights),
        *_response(candidate, weights),
        *candidate.extra,
    ]
    return tuple(found)


def greatest_bonus(question: Question, weights: Weights):
    """No dealer whom nobody has told of the customer is worth more than this beyond
    the distance: history is left out, those who have one are read apart."""
    return (
        weights.level * max(3 - question.service_level, 0)
        + weights.open
        + (weights.language if question.lang else 0.0)
        + weights.acceptance
        + weights.response
        + question.extra_bonus
    )


def rate(candidate: Candidate, question: Question, weights: Weights) -> Ranked:
    found = shares(candidate, question, weights)
    score = (candidate.km or 0.0) - sum(share.km for share in found)
    return Ranked(candidate, score, found)


def _history(candidate, weights):
    known = candidate.known
    if known is None:
        return
    if known.sold or known.served:
        values = {"sold": known.sold, "served": known.served}
        yield Share("history", weights.history, values)
    if known.complaints:
        counted = min(known.complaints, MOST_COMPLAINTS)
        values = {"complaints": known.complaints}
        yield Share("complaints", -weights.complaint * counted, values)


def _level(candidate, question, weights):
    above = candidate.service_level - question.service_level
    if above > 0:
        values = {"has": candidate.service_level, "above": above}
        yield Share("service_level", weights.level * above, values)


def _load(candidate, weights):
    if candidate.capacity and candidate.load:
        part = min(candidate.load / candidate.capacity, 1.0)
        values = {"load": candidate.load, "capacity": candidate.capacity}
        yield Share("load", -weights.load * part, values)


def _open(candidate, question, weights):
    opening = candidate.opening
    if opening is None:
        yield Share("hours_unknown", 0.0)
    elif opening.open:
        yield Share("open", weights.open, {"until": opening.until})
    elif opening.next_open is None:
        yield Share("closed", 0.0)
    else:
        hours = (opening.next_open - question.at).total_seconds() / 3600
        part = max(1 - hours / OPENS_WITHIN_HOURS, 0.0)
        yield Share("opens", weights.open * part, {"next_open": opening.next_open})


def _language(candidate, question, weights):
    if not question.lang:
        return
    wanted = question.lang.partition("_")[0]
    if any(code.partition("_")[0] == wanted for code in candidate.languages):
        yield Share("language", weights.language, {"lang": question.lang})


def _acceptance(candidate, weights):
    if candidate.asked > 0:
        part = min(candidate.accepted / candidate.asked, 1.0)
        values = {"asked": candidate.asked, "accepted": candidate.accepted}
        yield Share("acceptance", weights.acceptance * part, values)


def _response(candidate, weights):
    hours = candidate.response_hours
    if hours is None or hours < 0:
        return
    within = weights.response_hours
    part = 1.0 if hours <= within else within / hours
    yield Share("response", weights.response * part, {"hours": hours})
