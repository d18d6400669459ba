# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What has to be true after each step. Each check is a function of a :class:`View` and
answers with complaints that name what was expected and what is there."""

from .base import Complaint, View
from .dates import dates
from .profile import profile
from .reservations import moved, reserved
from .risks import risks
from .silence import silence
from .states import states
from .undo import undone
from .watcher import watcher

#: in this order: the last one may change what it finds
CHECKS = (reserved, moved, profile, risks, dates, states, silence, undone, watcher)


def run(view):
    """[Complaint] of all checks."""
    return [complaint for check in CHECKS for complaint in check(view)]


__all__ = ["CHECKS", "Complaint", "View", "run"]
