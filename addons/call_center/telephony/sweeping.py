"""The end that never came: of calls, of orders, of wrap-up."""

import datetime
import logging

from odoo import fields
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import chatter, events, panel, parts, wrap_up

_logger = logging.getLogger(__name__)

ANSWERED_MAX = datetime.timedelta(hours=8)
SWEEP_BATCH = 500


def sweep(env):
    """End what nobody will end any more."""
    sweep_calls(env)
    sweep_orders(env)
    sweep_wrap_ups(env)


def sweep_calls(env):
    """Close calls whose end was never told."""
    now = fields.Datetime.now()
    calls = env["phone.call"].search(
        [
            "|",
            "&",
            ("state", "=", "ringing"),
            ("started_at", "<", now - events.RINGING_MAX),
            "&",
            ("state", "=", "answered"),
            ("answered_at", "<", now - ANSWERED_MAX),
        ],
        limit=SWEEP_BATCH,
        order="id",
    )
    for call in calls:
        safely(call, end_lost)
    if len(calls) == SWEEP_BATCH:
        env.ref("call_center.ir_cron_sweep_calls")._trigger()


def end_lost(call):
    """End a call whose end was never told."""
    # when it really ended nobody knows: no talking time is made up
    last = call.answered_at or call.started_at
    lost = {"cause": "lost", "ended_at": last}
    call.strand_ids.filtered(lambda strand: not strand.ended_at).write(lost)
    call.write({"state": "ended", "cause": "lost", "ended_at": last})
    parts.end_parts(call, last)
    panel.notify(call)


def safely(call, work):
    """Do in a job what one call needs: if that fails it is said, and the others
    get their turn."""
    call.ensure_one()
    try:
        with call.env.cr.savepoint():
            work(call)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception:
        # whatever it was: it is this call's own, and the log has it
        _logger.exception("call %s: %s failed", call.id, work.__name__)


def sweep_orders(env):
    """Orders that no process fetches or tells of any more are given up, too."""
    orders = env["phone.call.order"]
    open_ = orders.search([("state", "in", ("waiting", "sent"))], limit=SWEEP_BATCH)
    orders._expire(open_.provider_id)


def sweep_wrap_ups(env):
    """Wrap-up that nobody ended is over, and counts for nothing: how long it
    really took nobody knows."""
    now = fields.Datetime.now()
    for call in env["phone.call"].search(
        [("wrap_up_started_at", "!=", False), ("wrap_up_ended_at", "=", False)],
        limit=SWEEP_BATCH,
        order="wrap_up_started_at",
    ):
        minutes = call.company_id.call_wrap_up_minutes
        if call.wrap_up_started_at <= now - datetime.timedelta(minutes=minutes):
            give_wrap_up_up(call)
    for leg in env["phone.call.leg"].search(wrap_up.unfinished(), limit=SWEEP_BATCH):
        minutes = leg.company_id.call_wrap_up_minutes
        if leg.wrap_up_started_at <= now - datetime.timedelta(minutes=minutes):
            leg.wrap_up_ended_at = leg.wrap_up_started_at
            panel.notify(leg.call_id)


def give_wrap_up_up(call):
    """End it, also if what follows from that fails: the agent would be busy for
    ever, and so would all whose calls come after this one."""
    call.wrap_up_ended_at = call.wrap_up_started_at
    panel.notify(call)
    safely(call, chatter.post)
