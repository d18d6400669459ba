"""One of several deliveries of a line."""

from datetime import datetime
from typing import NamedTuple


class Part(NamedTuple):
    """A delivery of a line, in the line's unit."""

    quantity: float
    ship: datetime | None = None
    #: None: no date is known for it
    arrival: datetime | None = None
