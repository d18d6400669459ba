"""Who decides: reads what is known of customers and applies the company's policy."""

from odoo import fields

from . import exposure
from .policy import judge
from .values import Exposure, Terms, Verdict


class Desk:
    """The credit desk of one company, for one run: figures are read once."""

    def __init__(self, env, company):
        # sudo: what is owed counts, whoever asks; who may read it is decided by words
        self.env = env(su=True)
        self.company = company.with_env(self.env)
        #: {entity id: what was let through in this run}
        self._added = {}
        self._known = {}
        self._terms = {}

    # -- what is known ---------------------------------------------------------------

    def terms(self, entity):
        """The policy for a customer, as :class:`~.values.Terms`."""
        if entity.id not in self._terms:
            policy = self.env["sale.credit.policy"]
            self._terms[entity.id] = policy._terms(entity, self.company)
        return self._terms[entity.id]

    def is_asked(self, entity):
        """Whether anything of a customer's credit is looked at."""
        return bool(entity) and self.terms(entity).action != "ignore"

    def limit(self, entity):
        """The customer's limit in the company's currency; None where there is none."""
        entity = entity.with_env(self.env).with_company(self.company)
        if entity.credit_none:
            return 0.0
        if not entity.credit_limit:
            return None
        currency = entity.risk_currency_id or self.company.currency_id
        return currency._convert(
            entity.credit_limit,
            self.company.currency_id,
            self.company,
            exposure.today(self.company),
        )

    def exposures(self, entities, ignore_promises=(), ignore_orders=()):
        """{entity: :class:`~.values.Exposure`}, in one statement."""
        found = exposure.read(
            self.env,
            self.company,
            entities.ids,
            {entity.id: self.terms(entity).overdue_days for entity in entities},
            ignore_promises,
            ignore_orders,
        )
        return {entity: found[entity.id] for entity in entities}

    # -- what is decided -------------------------------------------------------------

    def verdict(self, entity, amount, paid=0.0, promises=(), orders=()):
        """Whether something is given credit, with all that was let through before.

        :param entity: a commercial partner, or none
        :param amount: what is asked for, with tax, in the company's currency
        :param promises: ids of holds that the amount stands for
        :param orders: ids of orders that the amount stands for
        :return: (verdict, exposure without it)
        """
        if not self.is_asked(entity):
            return Verdict(), Exposure()
        terms = self.terms(entity)
        key = (entity.id, tuple(promises), tuple(orders))
        if key not in self._known:
            self._known[key] = self.exposures(entity, promises, orders)[entity]
        known = self._known[key]
        known = known._replace(held=known.held + self._added.get(entity.id, 0.0))
        today = exposure.today(self.company)
        return judge(terms, known, self.limit(entity), amount, today, paid), known

    def verdict_on_growth(self, entity, growth, paid=0.0):
        """The verdict on what is in the customer's figure already.

        :param growth: how much of the figure is new
        """
        if not self.is_asked(entity):
            return Verdict()
        terms = self.terms(entity)
        known = self.exposures(entity)[entity]
        known = known._replace(held=known.held - growth)
        today = exposure.today(self.company)
        return judge(terms, known, self.limit(entity), growth, today, paid)

    def standing(self, entity):
        """How a customer stands, whatever is asked for next."""
        if not self.is_asked(entity):
            return Verdict()
        terms = self.terms(entity)
        known = self.exposures(entity)[entity]
        terms = terms._replace(grace_amount=0.0)
        # the least that could be asked for
        least = self.company.currency_id.rounding
        today = exposure.today(self.company)
        return judge(terms, known, self.limit(entity), least, today)

    def horizon(self):
        """The last day on which what is due counts, or None."""
        days = self.company.credit_horizon_days
        today = exposure.today(self.company)
        return fields.Date.add(today, days=days) if days else None

    def let_through(self, entity, amount, paid=0.0):
        """Count what was given credit in this run against what follows."""
        needed = max(amount - max(paid, 0.0), 0.0)
        self._added[entity.id] = self._added.get(entity.id, 0.0) + needed


def terms_of(policy):
    """A record of the policy as plain values."""
    return Terms(**{name: policy[name] for name in Terms._fields})
