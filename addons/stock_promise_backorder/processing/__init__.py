"""Backorder processing in plain Python: no ORM, no database, no wall clock."""

from . import groups, parts, shares, strategies
