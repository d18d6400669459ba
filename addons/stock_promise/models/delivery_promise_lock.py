from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.promise_desk_base.tools import waiting

BUCKETS = 1024


class DeliveryPromiseLock(models.Model):
    """What serialises those who claim the same product.

    One row for each bucket of products. Who claims locks the rows of his products,
    in order, and raises their version: a transaction that waits under READ
    COMMITTED goes on with what the other committed, one with an older snapshot
    fails with a serialization error, and Odoo retries it. The rows are freed by
    PostgreSQL itself at commit or rollback.
    """

    _name = "delivery.promise.lock"
    _description = "Lock of Promised Products"
    _allow_sudo_commands = False
    _log_access = False

    version = fields.Integer(default=0, required=True)

    def init(self):
        self.env.cr.execute(
            SQL(
                "INSERT INTO delivery_promise_lock (id, version)"
                " SELECT n, 0 FROM generate_series(1, %s) n ON CONFLICT DO NOTHING",
                BUCKETS,
            )
        )

    def _acquire(self, keys):
        """Hold the locks of ``keys`` (integers) until the transaction ends.

        :raises WaitedTooLong: others hold them for longer than the request may wait
        """
        self._take(sorted({key % BUCKETS + 1 for key in keys}))

    def _take(self, buckets):
        """Hold these rows, in their order: rows of bridges have negative ids, and are
        taken before products are."""
        if not buckets:
            return
        # Failing is how a stale transaction learns that it is: no error to log.
        with waiting.for_locks(self.env):
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM delivery_promise_lock WHERE id = ANY(%s)"
                    " ORDER BY id FOR NO KEY UPDATE",
                    buckets,
                ),
                log_exceptions=False,
            )
        self.env.cr.execute(
            SQL(
                "UPDATE delivery_promise_lock SET version = (version + 1) %% 1000000000"
                " WHERE id = ANY(%s)",
                buckets,
            )
        )
