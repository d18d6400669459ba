from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

TRIES = 3


class CallProviderLimit(models.Model):
    """How many events a line may still send in this minute, counted over all server
    processes: a bucket that holds a minute's events and refills evenly.

    One row a line, changed by one statement in a transaction of its own. The table is
    not logged: after a crash every bucket is full, which does no harm.
    """

    _name = "call.provider.limit"
    _description = "Telephony Line: Events Left"
    _log_access = False
    _rec_name = "provider_id"

    provider_id = fields.Many2one("call.provider", required=True, ondelete="cascade")
    left_events = fields.Float("Events Left")
    refilled_at = fields.Float("Refilled At (s)")
    admitted = fields.Boolean()
    refused = fields.Integer("Refused Events")
    refused_at = fields.Datetime("Last Refused")

    _provider_unique = models.UniqueIndex("(provider_id)")

    def init(self):
        result = super().init()
        persistence = self.env.execute_query(
            SQL(
                "SELECT relpersistence FROM pg_class WHERE oid = %s::regclass",
                self._table,
            )
        )
        if persistence != [("u",)]:
            self.env.cr.execute(
                SQL("ALTER TABLE %s SET UNLOGGED", SQL.identifier(self._table))
            )
        return result

    @api.model
    def _admit(self, provider):
        """Whether a line may send one more event now.

        Called before anything was written; ends the transaction, so that lines are
        counted at once and nobody waits for the rest of the request.
        """
        cr = self.env.cr
        for attempt in range(TRIES):
            # a new view, so that two events at a time rarely meet
            cr.commit()  # pylint: disable=invalid-commit
            try:
                admitted = self._count(provider)
            except SerializationFailure:
                cr.rollback()
                if attempt == TRIES - 1:
                    # dense, and so few that it does not matter
                    return True
            else:
                cr.commit()  # pylint: disable=invalid-commit
                return admitted
        return True

    @api.model
    def _count(self, provider):
        self.env.cr.execute(self._statement(provider), log_exceptions=False)
        # none: the line was deleted a moment ago
        return self.env.cr.fetchone() == (True,)

    @api.model
    def _statement(self, provider):
        provider.flush_recordset(["rate_limit"])
        most = SQL("(EXCLUDED.left_events + 1)")
        now = SQL("EXTRACT(EPOCH FROM clock_timestamp())")
        full = SQL(
            "LEAST(%(most)s, bucket.left_events "
            "+ GREATEST(0, %(now)s - bucket.refilled_at) * %(most)s / 60.0)",
            most=most,
            now=now,
        )
        return SQL(
            """
            INSERT INTO call_provider_limit AS bucket
                   (provider_id, left_events, refilled_at, admitted, refused)
            SELECT id, rate_limit - 1, %(now)s, true, 0
              FROM call_provider WHERE id = %(provider)s
       ON CONFLICT (provider_id) DO UPDATE
               SET left_events = %(full)s - CASE WHEN %(full)s >= 1 THEN 1 ELSE 0 END,
                   refilled_at = %(now)s,
                   admitted = %(full)s >= 1,
                   refused = bucket.refused + CASE WHEN %(full)s >= 1 THEN 0 ELSE 1 END,
                   refused_at = CASE WHEN %(full)s >= 1 THEN bucket.refused_at
                                     ELSE clock_timestamp() AT TIME ZONE 'UTC' END
         RETURNING admitted
            """,
            provider=provider.id,
            now=now,
            full=full,
        )
