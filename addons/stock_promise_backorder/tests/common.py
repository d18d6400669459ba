"""Runs of backorder processing on promises of a company of their own."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.stock_promise.tests.common import NOW, PromiseCase


class BackorderCase(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Run = cls.env["delivery.promise.backorder"].with_user(cls.manager)
        cls.tags = {
            name: cls.env["res.partner.category"].create({"name": name})
            for name in ("win", "gain", "redistribute", "fill", "lose")
        }

    def customer_for(self, strategy):
        """A customer whose tag says which strategy his promises have."""
        return self.env["res.partner"].create(
            {
                "name": strategy.title(),
                "category_id": [Command.set(self.tags[strategy].ids)],
            }
        )

    def promise(self, strategy, quantity, days=1, **values):
        """A hold of a customer with a strategy, asked for so many days from now."""
        values.setdefault("requested_date", self.moment(days))
        head = {
            name: values.pop(name)
            for name in ("priority", "shipping_policy", "allow_split")
            if name in values
        }
        return self.hold(
            self.line(quantity, **values),
            partner_id=self.customer_for(strategy).id,
            **head,
        )

    def run_for(self, **values):
        """A run with a rule for each strategy."""
        return self.Run.create(
            {
                "rule_ids": [
                    Command.create(
                        {"partner_category_id": tag.id, "strategy": strategy}
                    )
                    for strategy, tag in self.tags.items()
                ],
                **values,
            }
        )

    def computed(self, **values):
        run = self.run_for(**values)
        run.action_compute()
        return run

    def day(self, moment):
        """Days from today, or False."""
        return bool(moment) and (moment.date() - NOW.date()) // timedelta(days=1)

    def result(self, run):
        """{promise: (day before, day after, outcome)}"""
        return {
            line.promise_id: (
                self.day(line.date_before),
                self.day(line.date_after),
                line.outcome,
            )
            for line in run.line_ids
        }
