import datetime

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.phone_call import PROVIDER_KINDS
from ..telephony import privacy
from ..telephony.routing import REJECT


class PhoneCallReport(models.Model):
    """Calls as figures: a row a call, shares as 0 or 100, so that their average is
    the percentage. What a call has no part in is empty and left out of averages."""

    _name = "phone.call.report"
    _description = "Call Report"
    _auto = False
    _rec_name = "started_at"
    _order = "started_at desc, id desc"

    call_id = fields.Many2one("phone.call", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("call.team", readonly=True)
    queue = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "Agent", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], readonly=True
    )
    provider = fields.Selection(PROVIDER_KINDS, readonly=True)
    outcome_id = fields.Many2one("phone.call.outcome", readonly=True)
    subject_id = fields.Many2one("phone.call.subject", readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    hour = fields.Char("Hour of the Day", readonly=True, help="In your own time zone.")
    weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        readonly=True,
    )
    call_count = fields.Integer("Calls", readonly=True)
    offered = fields.Integer(
        readonly=True,
        help="Incoming calls that were answered or waited long enough to count.",
    )
    answered = fields.Integer(readonly=True, help="Incoming calls that were answered.")
    result = fields.Selection(
        [
            ("answered", "Answered"),
            ("abandoned", "Given Up"),
            ("short", "Too Short to Count"),
            ("forwarded", "Forwarded"),
            ("refused", "Blocked or Refused"),
            ("internal", "Among Colleagues"),
            ("outgoing", "Outgoing"),
        ],
        readonly=True,
        help="What became of a call: each has one place. Answered and given up are "
        "what the shares are made of.",
    )
    refused = fields.Integer(
        "Blocked or Refused",
        readonly=True,
        help="Incoming calls of blocked numbers, and those that a rule refused: they "
        "say nothing of the service, and count for no share.",
    )
    abandoned = fields.Integer(
        "Given Up",
        readonly=True,
        help="Incoming calls that nobody answered, without those too short to count.",
    )
    service_level = fields.Float(
        "Service Level (%)",
        readonly=True,
        aggregator="avg",
        help="Answered within the threshold, of all that were offered.",
    )
    service_goal = fields.Float("Goal (%)", readonly=True, aggregator="avg")
    abandon_rate = fields.Float(
        "Abandonment (%)",
        readonly=True,
        aggregator="avg",
        help="Given up, of all that were offered.",
    )
    speed_of_answer = fields.Float(
        "Speed of Answer (s)",
        readonly=True,
        aggregator="avg",
        help="From the call's arrival to the answer: queue and ringing.",
    )
    speed_without_ringing = fields.Float(
        "Speed of Answer without Ringing (s)",
        readonly=True,
        aggregator="avg",
        help="From the call's arrival until it rang at the agent who answered: the "
        "queue alone.",
    )
    talk_seconds = fields.Float("Talking (s)", readonly=True, aggregator="avg")
    wrap_up_seconds = fields.Float("Wrap-up (s)", readonly=True, aggregator="avg")
    handle_seconds = fields.Float(
        "Handle Time (s)",
        readonly=True,
        aggregator="avg",
        help="Talking and wrap-up of answered calls.",
    )
    first_contact = fields.Float(
        "Solved at First Contact (%)",
        readonly=True,
        aggregator="avg",
        help="First calls of a customer about a subject after which they did not call "
        "about it again within the days set. Calls that are younger than that do not "
        "count yet.",
    )

    @property
    def _table_query(self):
        return SQL(
            "%s %s %s",
            self._report_with(),
            self._report_select(),
            self._report_from(),
        )

    def _report_with(self, scope=None, customers=None):
        """Each ended call with its customer, and what it is measured by.

        :param SQL scope: a condition on ``call``, of all calls that can matter
        :param SQL customers: a condition on a customer's calls, without ``scope``
            all of them
        """
        # of what the ORM still has in memory the view would know nothing
        for model in ("phone.call", "phone.call.leg", "call.team", "res.company"):
            self.env[model].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        return SQL(
            """
            WITH alias AS (%(alias)s), ended AS (
                SELECT call.id, call.company_id, call.team_id, call.queue,
                       call.user_id, call.partner_id, call.direction, call.provider,
                       call.outcome_id, call.subject_id, call.started_at, call.cause,
                       call.answered_at, call.wait_seconds, call.talk_seconds,
                       call.wrap_up_seconds, call.handle_seconds, call.number_kind,
                       call.first_contact AS kept_first_contact,
                       COALESCE(NULLIF(team.service_threshold, 0),
                                company.call_service_threshold) AS threshold,
                       COALESCE(NULLIF(team.service_share, 0),
                                company.call_service_share) AS goal,
                       make_interval(days => company.call_contact_days) AS contact,
                       (%(refused)s) AS is_refused,
                       (%(counts)s) AS counts,
                       (%(counts)s AND call.answered_at IS NOT NULL) AS is_answered,
                       (%(counts)s AND call.answered_at IS NULL
                        AND call.cause IS DISTINCT FROM 'forwarded'
                        AND call.wait_seconds >= company.call_short_abandon)
                           AS is_abandoned,
                       %(customer)s AS customer,
                       %(local)s AS local_time
                  FROM phone_call call
                  JOIN res_company company ON company.id = call.company_id
                  LEFT JOIN call_team team ON team.id = call.team_id
                  LEFT JOIN res_partner partner ON partner.id = call.partner_id
                  LEFT JOIN alias ON alias.company_id = call.company_id
                   AND alias.customer_key = call.customer_key
                 WHERE call.state = 'ended' AND %(scope)s
            ), %(contacts)s
            """,
            scope=scope or SQL("TRUE"),
            refused=self._report_refused(),
            counts=self._report_counts(),
            alias=privacy.alias_sql(),
            customer=privacy.customer_sql(),
            local=SQL(
                "timezone(%s, timezone('UTC', call.started_at))", str(self.env.tz)
            ),
            contacts=self._report_contacts(customers or SQL("TRUE")),
        )

    def _report_contacts(self, customers):
        """Each customer's calls, and what they were about.

        A call in vain has no subject of its own. It was most likely about what
        they spoke of next, whoever called whom, if that was within the days set;
        unless they never did, which may have been about anything.
        """
        return SQL(
            """
            contact AS (
                SELECT id, company_id, customer, started_at, contact, is_answered,
                       subject_id, answered_at IS NOT NULL AS is_talk,
                       is_answered OR is_abandoned
                           OR (counts AND cause = 'forwarded') AS is_attempt,
                       COUNT(answered_at) OVER (
                           PARTITION BY company_id, customer
                           ORDER BY started_at DESC, id DESC) AS talks_to_come
                  FROM ended
                 WHERE customer IS NOT NULL AND %s
                   AND number_kind IS DISTINCT FROM 'internal'
            ), matter AS (
                SELECT id, company_id, customer, started_at, contact, is_answered,
                       is_attempt,
                       CASE WHEN is_talk OR subject_id IS NOT NULL THEN subject_id
                            WHEN MAX(started_at) FILTER (WHERE is_talk) OVER next_talk
                                 <= started_at + contact
                            THEN MAX(subject_id) FILTER (WHERE is_talk) OVER next_talk
                       END AS subject_id
                  FROM contact
                WINDOW next_talk AS (PARTITION BY company_id, customer, talks_to_come)
            )
            """,
            customers,
        )

    def _report_refused(self):
        """Whether nobody was meant to answer a call."""
        return SQL(
            """
            call.direction = 'in'
            AND (call.is_blocked IS TRUE
                 OR (call.directed_to IS NOT DISTINCT FROM %s))
            """,
            REJECT,
        )

    def _report_counts(self):
        """Whether a call says something about the service: colleagues do not, nor
        those whom nobody was meant to answer."""
        return SQL(
            """
            call.direction = 'in'
            AND call.number_kind IS DISTINCT FROM 'internal'
            AND call.is_blocked IS NOT TRUE
            AND call.directed_to IS DISTINCT FROM %s
            """,
            REJECT,
        )

    def _report_select(self):
        return SQL(
            """
            SELECT call.id, call.id AS call_id, call.company_id, call.team_id,
                   call.queue, call.user_id, call.partner_id, call.direction,
                   call.provider, call.outcome_id, call.subject_id, call.started_at,
                   to_char(call.local_time, 'HH24') AS hour,
                   to_char(call.local_time, 'ID') AS weekday,
                   1 AS call_count,
                   CASE WHEN call.direction = 'out' THEN 'outgoing'
                        WHEN call.number_kind = 'internal' THEN 'internal'
                        WHEN call.is_refused THEN 'refused'
                        WHEN call.is_answered THEN 'answered'
                        WHEN call.cause = 'forwarded' THEN 'forwarded'
                        WHEN call.is_abandoned THEN 'abandoned'
                        ELSE 'short' END AS result,
                   (call.is_refused
                    AND call.number_kind IS DISTINCT FROM 'internal')::int AS refused,
                   (call.is_answered OR call.is_abandoned)::int AS offered,
                   call.is_answered::int AS answered,
                   call.is_abandoned::int AS abandoned,
                   CASE WHEN call.is_answered OR call.is_abandoned THEN
                        CASE WHEN call.is_answered
                                  AND call.wait_seconds <= call.threshold
                             THEN 100.0 ELSE 0.0 END
                   END AS service_level,
                   CASE WHEN call.is_answered OR call.is_abandoned
                        THEN call.goal END AS service_goal,
                   CASE WHEN call.is_answered THEN 0.0
                        WHEN call.is_abandoned THEN 100.0 END AS abandon_rate,
                   CASE WHEN call.is_answered
                        THEN call.wait_seconds END AS speed_of_answer,
                   CASE WHEN call.is_answered THEN
                        GREATEST(0, EXTRACT(EPOCH FROM (
                            COALESCE(leg.rang_at, call.answered_at)
                            - call.started_at))) END AS speed_without_ringing,
                   CASE WHEN call.answered_at IS NOT NULL
                        THEN call.talk_seconds END AS talk_seconds,
                   CASE WHEN call.answered_at IS NOT NULL
                        THEN call.wrap_up_seconds END AS wrap_up_seconds,
                   CASE WHEN call.answered_at IS NOT NULL
                        THEN call.handle_seconds END AS handle_seconds,
                   %(first_contact)s AS first_contact
            """,
            first_contact=self._report_first_contact(),
        )

    def _report_first_contact(self):
        return SQL(
            """
            CASE WHEN call.kept_first_contact = 'solved' THEN 100.0
                 WHEN call.kept_first_contact = 'again' THEN 0.0
                 WHEN call.kept_first_contact IS NULL
                  AND call.is_answered AND call.customer IS NOT NULL
                  AND call.started_at <= %s - call.contact
                  AND near.before IS NOT TRUE
                 THEN CASE WHEN near.after THEN 0.0 ELSE 100.0 END
            END
            """,
            fields.Datetime.now(),
        )

    def _report_near(self):
        """Whether the customer spoke to us about the same in the days before, and
        called about it, in vain or not, in the days after.

        A talk without a subject may have been about anything: next to one it counts
        as about the same. What was nearest before and after each call is kept while
        a customer's calls are gone through once each way: a join of them would grow
        with the square of their number, and some customers call very often.
        """
        return SQL(
            """
            SELECT id,
                   GREATEST(same_before, any_before, open_before)
                       >= started_at - contact AS before,
                   LEAST(same_after, any_after, open_after)
                       <= started_at + contact AS after
              FROM (
                SELECT id, started_at, contact, is_answered,
                       MAX(started_at) FILTER (WHERE is_answered)
                           OVER same_past AS same_before,
                       MAX(started_at) FILTER (WHERE is_answered
                           AND subject_id IS NULL) OVER past AS open_before,
                       CASE WHEN subject_id IS NULL THEN
                           MAX(started_at) FILTER (WHERE is_answered) OVER past
                       END AS any_before,
                       MIN(started_at) FILTER (WHERE is_attempt)
                           OVER same_future AS same_after,
                       MIN(started_at) FILTER (WHERE is_attempt
                           AND subject_id IS NULL) OVER future AS open_after,
                       CASE WHEN subject_id IS NULL THEN
                           MIN(started_at) FILTER (WHERE is_attempt) OVER future
                       END AS any_after
                  FROM matter
                WINDOW past AS (
                           PARTITION BY company_id, customer
                           ORDER BY started_at, id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                       same_past AS (
                           PARTITION BY company_id, customer, subject_id
                           ORDER BY started_at, id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                       future AS (
                           PARTITION BY company_id, customer
                           ORDER BY started_at DESC, id DESC
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                       same_future AS (
                           PARTITION BY company_id, customer, subject_id
                           ORDER BY started_at DESC, id DESC
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
              ) nearest
             WHERE is_answered
            """
        )

    @api.model
    def _first_contacts_query(self, company, calls):
        """First contacts of some calls of a company: SQL that returns id and
        percentage.

        Only what can matter is read: the calls of these calls' customers, as many
        days before, and after them twice as many (what a call in vain was about is
        what was spoken of next, which counts for as many days again).
        """
        calls = calls.sudo()  # sudo: times of calls that a job has chosen
        contact = datetime.timedelta(days=company.call_contact_days)
        scope = SQL(
            "call.company_id = %s AND call.started_at BETWEEN %s AND %s",
            company.id,
            min(calls.mapped("started_at")) - contact,
            max(calls.mapped("started_at")) + 2 * contact,
        )
        customers = SQL(
            "customer IN (SELECT customer FROM ended WHERE id = ANY(%s))", calls.ids
        )
        return SQL(
            "%s SELECT call.id, %s AS first_contact FROM ended call "
            "LEFT JOIN (%s) near ON near.id = call.id WHERE call.id = ANY(%s)",
            self._report_with(scope, customers),
            self._report_first_contact(),
            self._report_near(),
            calls.ids,
        )

    def _report_from(self):
        """With the part in which it was answered first: how long that rang."""
        return SQL(
            """
              FROM ended call
              LEFT JOIN LATERAL (
                    SELECT part.rang_at
                      FROM phone_call_leg part
                     WHERE part.call_id = call.id AND part.answered_at IS NOT NULL
                       AND part.party = 'agent'
                     ORDER BY part.answered_at, part.id
                     LIMIT 1) leg ON TRUE
              LEFT JOIN (%s) near ON near.id = call.id
            """,
            self._report_near(),
        )

    def action_open_call(self):
        """Open the call behind a row."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "phone.call",
            "res_id": self.call_id.id,
            "views": [(False, "form")],
        }
