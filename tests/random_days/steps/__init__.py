# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What people do, by kind: ``KINDS``, drawn by weight, and ``SET_UP``, which begins a
day."""

from . import backorders, buying, changing, making, meanwhile, pairs, products
from . import promising, selling, stock, time
from .base import KINDS, SET_UP

__all__ = ["KINDS", "SET_UP"]
