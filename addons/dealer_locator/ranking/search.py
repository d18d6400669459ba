"""The best by score, exactly, without rating everybody."""

import bisect
import math
from collections.abc import Callable, Iterable
from datetime import datetime

from . import rules, score
from .values import Candidate, Question, Ranking, Weights

#: Scores that differ by less than a millimetre are the same.
DIGITS = 6
NEVER = datetime(1, 1, 1)


def order(ranked):
    """Best first. Ties go to who had least lately; the id settles what is left."""
    candidate = ranked.candidate
    return round(ranked.score, DIGITS), candidate.last_given or NEVER, candidate.id


def best(
    question: Question,
    weights: Weights,
    pages: Iterable[list[Candidate]],
    known: Iterable[Candidate] = (),
    *,
    most_excluded: int = 10,
    without: frozenset = frozenset(),
    tell: Callable[[float], None] | None = None,
) -> Ranking:
    """The dealers with the best scores.

    :param pages: dealers in order of distance, a few at a time. Read until the
        distance less the greatest possible bonus exceeds the last score kept.
    :param known: those who know the customer, wherever they are: what they may be
        worth for that is not part of the greatest possible bonus
    :param without: codes of rules that are left aside
    :param tell: after each page, where as many are kept as are asked for: is told the
        last score that is kept. Pages may then leave out whoever cannot be better.
    """
    bonus = score.greatest_bonus(question, weights)
    limited = question.max_km is not None and "distance" not in without
    farthest = question.max_km if limited else math.inf
    kept, keys, excluded, seen = [], [], [], set()

    def look_at(candidate):
        if candidate.id in seen:
            return
        seen.add(candidate.id)
        reason = rules.keep_out(candidate, question, without)
        if reason:
            excluded.append(reason)
            return
        ranked = score.rate(candidate, question, weights)
        key = order(ranked)
        if len(kept) < question.limit or key < keys[-1]:
            index = bisect.bisect(keys, key)
            keys.insert(index, key)
            kept.insert(index, ranked)
            del kept[question.limit :], keys[question.limit :]

    for candidate in known:
        look_at(candidate)
    for page in pages:
        for candidate in page:
            if len(kept) == question.limit and _is_beyond(candidate.km, keys, bonus):
                return _ranking(kept, excluded, most_excluded, seen)
            look_at(candidate)
            # The first one too far away is told as one whom the distance kept out.
            if candidate.km is not None and candidate.km > farthest:
                return _ranking(kept, excluded, most_excluded, seen)
        if tell and len(kept) == question.limit:
            tell(keys[-1][0])
    return _ranking(kept, excluded, most_excluded, seen)


def _is_beyond(km, keys, bonus):
    """Whether nobody as far away as this, or further, can be among the best."""
    # 1e-6: two distances that differ by rounding alone are a tie
    return km is not None and km - bonus > keys[-1][0] + 1e-6


def _ranking(kept, excluded, most_excluded, seen):
    excluded.sort(
        key=lambda one: (
            one.candidate.km is None,
            one.candidate.km or 0.0,
            one.candidate.id,
        )
    )
    return Ranking(tuple(kept), tuple(excluded[:most_excluded]), len(seen))
