"""Going on to the next dealer, and to the owner when nobody is left."""

import logging

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Datetime

from . import answers, ask, tell

_logger = logging.getLogger(__name__)

#: so many end in one run of the job; the others in the next
AT_ONCE = 200
#: dealers who filled up between ranking and asking
TRIES = 5


def ask_next(handover):
    """Ask the next best dealer for the same lead, who was not asked before.

    :param handover: in superuser mode: the system asks on
    """
    lead = handover.with_company(handover.company_id).lead_id
    if not lead.active or lead.won_status != "pending":
        return
    if handover.attempt >= handover.company_id.dealer_most_asked:
        tell.nobody_accepted(handover, handover.attempt)
        return
    asked = lead.handover_ids.dealer_id.partner_id
    request = {**lead._dealer_request(), "limit": TRIES, "exclude_ids": asked.ids}
    # sudo: the system asks on; the companies are those of the hand-over
    answer = lead.env["res.partner"]._rank_dealers(request)
    for row in answer["dealers"]:
        asking = ask.Asking(
            lead,
            lead.env["dealer.profile"].browse(row["dealer_id"]),
            handover.message,
            handover.minutes,
            handover.attempt + 1,
            row["distance_km"],
        )
        try:
            ask.take(asking)
        except UserError:
            continue  # full by now
        ask.create(lead.env, [asking])
        return
    tell.nobody_left(handover)


def expire_due(env):
    """End what was not answered in time, each in a transaction of its own."""
    due = env["dealer.handover"].search(
        [("state", "=", "asked"), ("until", "<", Datetime.now())],
        order="until, id",
        limit=AT_ONCE,
    )
    for number, handover in enumerate(due):
        try:
            with env.cr.savepoint():
                answers.expire(handover)
        except psycopg2.OperationalError:
            # Answered at this very moment, or looked at again by the next run.
            _logger.info("Hand-over %s is being answered.", handover.id)
        except UserError:
            _logger.exception("Hand-over %s could not be ended.", handover.id)
        env["ir.cron"]._commit_progress(1, remaining=len(due) - number - 1)
