from odoo import models
from odoo.tools import SQL

from odoo.addons.stock_promise.models.delivery_promise_lock import BUCKETS


class DeliveryPromiseLock(models.Model):
    _inherit = "delivery.promise.lock"

    def init(self):
        """Rows of customers have negative ids: they are taken before those of
        products, so that two who take both never wait for one another."""
        result = super().init()
        self.env.cr.execute(
            SQL(
                "INSERT INTO delivery_promise_lock (id, version)"
                " SELECT -n, 0 FROM generate_series(1, %s) n ON CONFLICT DO NOTHING",
                BUCKETS,
            )
        )
        return result

    def _acquire_customers(self, entity_ids):
        """One claim on the credit of a customer at a time, until the transaction ends.

        :param entity_ids: ids of commercial partners
        :raises WaitedTooLong: others hold them for longer than the request may wait
        """
        self._take(sorted({-(entity_id % BUCKETS) - 1 for entity_id in entity_ids}))
