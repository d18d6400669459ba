"""Quotas and protected quantities while many customers of several classes are served.

What a class has taken changes from one demand to the next; so each demand meets the
rules as they are at its turn.
"""

from collections import defaultdict
from contextlib import contextmanager


class Shares:
    """The rules that bind the customers of a run.

    Takes the place of an ``Allocation`` where timelines are loaded: these are shared by
    all classes, so that nothing may be kept on them for good.

    :param allocation: the class ``Allocation`` of the promising functions
    """

    def __init__(self, allocation):
        self.allocation = allocation
        self.rules = {}
        self.taken = defaultdict(float)

    def apply(self, rules, taken, timelines):
        """Remember rules, and what was taken of them by those who are not chosen."""
        for rule in rules:
            name = rule.id, rule.product_id
            if name not in self.rules:
                self.rules[name] = rule
                self.taken[name] = taken.get(name, 0.0)

    def count(self, customer, claims, sign=1):
        """Note what a customer takes."""
        for claim in claims:
            for name, rule in self.rules.items():
                if (
                    rule.class_id == customer.class_id
                    and rule.product_id == claim.product_id
                    and rule.warehouse_id in (None, claim.warehouse_id)
                    and rule.first <= claim.day <= rule.last
                ):
                    self.taken[name] += sign * claim.quantity

    @contextmanager
    def bind(self, customer, timelines):
        """Within this block, the timelines are those that the customer's class may
        take from."""
        if not self.rules:
            yield None
            return
        allocation = self.allocation(customer)
        products = {rule.product_id for rule in self.rules.values()}
        shared = {
            key: timeline for key, timeline in timelines.items() if key[0] in products
        }
        allocation.apply(list(self.rules.values()), self.taken, shared)
        try:
            yield allocation
        finally:
            for key, kept in allocation.kept.items():
                for held in kept:
                    rule = self.rules[held.rule_id, held.product_id]
                    timelines[key].add_demand(rule.first, -held.quantity)
