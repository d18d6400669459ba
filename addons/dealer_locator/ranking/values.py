"""What the ranking is given and what it gives back."""

from datetime import datetime
from typing import NamedTuple


class Area(NamedTuple):
    """A line of a dealer's territory. What is None there is not limited."""

    country_id: int
    state_id: int | None = None
    #: bounds as :func:`.rules.plain_zip` writes them, each a beginning of zip codes
    zip_from: str = ""
    zip_to: str = ""
    exclusive: bool = False


class Place(NamedTuple):
    """Where the customer is, as far as it is known."""

    country_id: int | None = None
    state_id: int | None = None
    zip: str = ""


class Opening(NamedTuple):
    open: bool
    #: the end of the present opening, and the beginning of the next; UTC
    until: datetime | None = None
    next_open: datetime | None = None


class Known(NamedTuple):
    """What a dealer has had to do with the customer."""

    sold: int = 0
    served: int = 0
    complaints: int = 0
    last_contact: datetime | None = None


class Share(NamedTuple):
    """What one criterion is worth for one dealer; values fill its sentence."""

    code: str
    #: greater is better; what speaks against a dealer is negative
    km: float
    values: dict = {}


class Candidate(NamedTuple):
    id: int
    #: None: where the dealer is, or where the customer is, is not known
    km: float | None
    status: str = "active"
    has_position: bool = True
    #: ids of the asked skills that the dealer has, and of those that have expired
    skills: frozenset = frozenset()
    expired: frozenset = frozenset()
    areas: tuple[Area, ...] = ()
    service_level: int = 0
    #: 0: not limited
    capacity: int = 0
    load: int = 0
    #: codes as "de_DE"
    languages: frozenset = frozenset()
    asked: int = 0
    accepted: int = 0
    response_hours: float | None = None
    known: Known | None = None
    #: None: no opening hours are known
    opening: Opening | None = None
    #: when something was last given to the dealer
    last_given: datetime | None = None
    #: what other addons add
    extra: tuple[Share, ...] = ()


class Weights(NamedTuple):
    """What each criterion is worth at most, in kilometres."""

    history: float = 15.0
    complaint: float = 5.0
    level: float = 3.0
    load: float = 5.0
    open: float = 10.0
    language: float = 5.0
    acceptance: float = 4.0
    response: float = 8.0
    #: an answer within so many hours is worth the full share
    response_hours: float = 1.0


class Question(NamedTuple):
    at: datetime
    place: Place = Place()
    #: whether distances can be told
    has_position: bool = True
    skills: frozenset = frozenset()
    service_level: int = 0
    lang: str = ""
    exclude: frozenset = frozenset()
    max_km: float | None = None
    limit: int = 10
    #: dealers to whom the place belongs exclusively
    holders: frozenset = frozenset()
    #: what other addons' criteria can add at most
    extra_bonus: float = 0.0


class Ranked(NamedTuple):
    candidate: Candidate
    #: the distance less what the shares are worth; the smallest is best
    score: float
    shares: tuple[Share, ...]


class Excluded(NamedTuple):
    candidate: Candidate
    code: str
    values: dict


class Ranking(NamedTuple):
    ranked: tuple[Ranked, ...]
    #: the nearest that a rule kept out
    excluded: tuple[Excluded, ...]
    #: how many dealers were looked at
    read: int
