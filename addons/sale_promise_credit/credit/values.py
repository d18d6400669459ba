"""What is known of a customer's credit, and what is decided: plain values.

All amounts are in the currency of one company.
"""

from datetime import date
from typing import NamedTuple


class Exposure(NamedTuple):
    """What a commercial entity owes, and may come to owe, to one company."""

    #: open items that are not overdue, overdue ones, and what was paid or credited and
    #: not allocated yet (negative)
    open: float = 0.0
    due: float = 0.0
    unallocated: float = 0.0
    #: draft invoices, where the company counts them
    draft: float = 0.0
    #: delivered and not invoiced, less down payments
    delivered: float = 0.0
    #: ordered and not delivered, due within the horizon, less down payments
    ordered: float = 0.0
    #: held for quotations, leads and requests, with tax
    held: float = 0.0
    #: of the open items, what unallocated payments do not cover
    uncovered: float = 0.0
    overdue: float = 0.0
    #: overdue for longer than the policy tolerates
    late: float = 0.0
    #: when the oldest item that is not covered was due
    oldest: date | None = None
    #: ((account id, is overdue, sum of residuals), …)
    accounts: tuple = ()

    @property
    def items(self):
        return self.open + self.due + self.unallocated

    @property
    def static(self):
        return self.items + self.draft + self.delivered

    @property
    def dynamic(self):
        return self.ordered + self.held

    @property
    def total(self):
        return self.static + self.dynamic


class Terms(NamedTuple):
    """A policy, as it is applied. A measure of 0 is not looked at."""

    action: str = "warn"
    by_limit: bool = True
    overdue_amount: float = 0.0
    overdue_days: int = 0
    overdue_share: float = 0.0
    oldest_days: int = 0
    grace_amount: float = 0.0
    keep_goods: bool = True


class Reason(NamedTuple):
    """Why credit is not simply given: a code, and the figures for those who may see
    them."""

    code: str
    figures: dict = {}


class Verdict(NamedTuple):
    #: "ok", "warned", "no_hold", "waiting", "refused"
    state: str = "ok"
    reasons: tuple = ()
    keep_goods: bool = True

    @property
    def is_passed(self):
        return self.state in ("ok", "warned")
