"""Parallel claims wait for each other instead of failing."""

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.promise_desk_base.tools import waiting

from .checks import IN_FORCE


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    @api.model
    def _begin_claim(self):
        """Make parallel claims wait for each other instead of failing.

        Only for the first line of a public method, and only where a request of a user
        or of a program runs it: other code may be inside a savepoint, which the new
        start would destroy. Odoo's transactions see the database as it was at their
        first query, so that one that waits for a lock would go on with old figures.
        Where nothing was written yet, the transaction is begun again under READ
        COMMITTED, in which each statement sees what was committed before it. Where
        something was written, the lock's version makes a stale transaction fail, and
        Odoo runs it again. All of that together waits no longer than the budget of
        the request.

        :raises WaitedTooLong: it is spent
        """
        cr = self.env.cr
        left = waiting.budget(self.env)
        if left is None:
            return
        if self._is_begun_anew():
            with left.restart():
                cr.rollback()
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        waiting.bound(self.env)

    @api.model
    def _is_begun_anew(self):
        """Whether nothing was written yet, so that the transaction may begin again. One
        that did so already goes on, maybe in a savepoint."""
        cr = self.env.cr
        transaction = self.env.transaction
        if (
            cr.readonly
            or any(transaction.field_dirty.values())
            or any(transaction.tocompute.values())
            or cr.precommit
            or cr.postcommit
        ):
            return False
        cr.execute(
            "SELECT pg_current_xact_id_if_assigned() IS NULL"
            " AND current_setting('transaction_isolation') <> 'read committed'"
        )
        return cr.fetchone()[0]

    @api.model
    def _lock_request(self, request):
        """Take the lock of a request before it is simulated and recorded."""
        engine = self.env["delivery.promise.engine"]
        self._lock(engine._check_request(request, archived=True))

    def _lock_as_they_stand(self, states=("held", "confirmed"), refuse=True):
        """Wait for the locks first and read afterwards: while one waits, an order may
        be confirmed that takes the hold over.

        :param states: of those that are locked, for all that they would take anew
        :param refuse: whether one that cannot be asked for is an error
        :return: {promise: its error}
        """
        engine = self.env["delivery.promise.engine"]
        keys, refused = set(), {}
        for promise in self:
            if promise.state in states:
                try:
                    request = engine._check_request(
                        promise._prepare_request(), archived=promise.state in IN_FORCE
                    )
                except UserError as error:
                    if refuse:
                        raise
                    refused[promise] = error
                else:
                    keys |= self._keys_to_lock(request)
        self._acquire_and_read(keys)
        return refused

    def _lock_claimed(self):
        """The same for who moves what these promises have, and takes nothing else.
        What it is may have been archived since."""
        engine = self.env["delivery.promise.engine"]
        locked = set()
        while True:
            # sudo: the lock is for what they take, whoever may see moves
            lines = self.sudo().line_ids
            moves = lines.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel")
            )
            taken = lines.product_id | lines.promise_id.claim_ids.product_id
            keys = set((taken | moves.product_id).ids) - locked
            if not keys:
                return
            self._acquire_and_read(engine._replenishment_closure(keys))
            # another line may have come to it while we waited
            locked |= keys

    def _acquire_and_read(self, keys):
        # sudo: as in _lock
        self.env["delivery.promise.lock"].sudo()._acquire(keys)
        self.env.flush_all()
        self.line_ids.invalidate_recordset()
        self.invalidate_recordset()

    @api.model
    def _lock(self, request):
        """Lock everything that a checked request could claim."""
        # sudo: the lock carries no data; everybody who may hold must take it
        self.env["delivery.promise.lock"].sudo()._acquire(self._keys_to_lock(request))

    @api.model
    def _keys_to_lock(self, request):
        """All of them, to be taken at once: who takes one more afterwards may wait for
        somebody who waits for him."""
        keys = self.env["delivery.promise.engine"]._locked_keys(request)
        if request.idempotency_key:
            keys.add(sum(request.idempotency_key.encode()))
        if self._is_value_limited(request.company):
            # what the user holds is summed up: one hold of his at a time
            keys.add(self.env.uid)
        return keys
