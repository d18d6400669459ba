"""What ends a hand-over, or takes it on: one at a time, the first one wins."""

from odoo.exceptions import UserError
from odoo.fields import Datetime

from odoo.addons.dealer_locator.asking.opening import hours_between

from . import onward, tell

# sudo below: whoever answers may not read the dealer, or the hand-over any longer once
# it is answered; what is told, and to whom, is not theirs to choose.


def accept(handover):
    _lock(handover, "asked")
    if handover.until < Datetime.now():
        raise UserError(
            handover.env._(
                "The time to answer ended at %(time)s.",
                time=tell.moment(handover.env, handover.until),
            )
        )
    _answer(handover, "accepted")
    _meet(handover)
    tell.accepted(handover.sudo())


def decline(handover, reason, note):
    _lock(handover, "asked")
    _answer(handover, "declined", reason_id=reason.id, note=note)
    _dealer(handover)._give_back()
    tell.declined(handover.sudo())
    onward.ask_next(handover.sudo())


def expire(handover):
    """The time is over. Returns whether it was still to be answered."""
    if not _is_locked(handover, ("asked",)) or handover.until >= Datetime.now():
        return False
    _answer(handover, "expired", at=handover.until)
    _dealer(handover)._give_back()
    tell.expired(handover.sudo())
    onward.ask_next(handover.sudo())
    return True


def withdraw(handover, why=None):
    _lock(handover, "asked", "accepted")
    handover.sudo().write({"state": "withdrawn", "closed_at": Datetime.now()})
    _dealer(handover)._give_back()
    tell.withdrawn(handover.sudo(), why)


def report(handover, outcome, reason, note):
    _lock(handover, "accepted")
    _close(handover, outcome, reason_id=reason.id, note=note)
    tell.reported(handover.sudo())


def follow_lead(handovers):
    """Their leads were won or lost without the dealer's word."""
    for handover in handovers:
        if handover.state == "asked":
            withdraw(handover)
        elif _is_locked(handover, ("accepted",)):
            _close(handover, handover.lead_id.won_status)


def _close(handover, outcome, **values):
    handover.sudo().write(
        {
            "state": "reported",
            "outcome": outcome,
            "closed_at": Datetime.now(),
            **values,
        }
    )
    dealer = _dealer(handover)
    dealer._give_back()
    dealer._note_result(outcome == "won")
    _meet(handover, sold=outcome == "won" and handover.purpose == "sale")


def _answer(handover, state, at=None, **values):
    """Record an answer, or that none came, and what it says of the dealer."""
    now = Datetime.now()
    dealer = _dealer(handover)
    # sudo: the dealer's hours and the company's holidays
    env = handover.sudo().with_company(handover.company_id).env
    hours = hours_between(env, dealer.calendar_id, handover.asked_at, at or now)
    values |= {"state": state, "answer_hours": hours}
    if state != "expired":
        values["answered_at"] = now
    if state != "accepted":
        values["closed_at"] = now
    handover.sudo().write(values)
    dealer._note_answer(state == "accepted", hours)


def _meet(handover, sold=False):
    """From acceptance on the dealer knows the customer: the next time, that counts."""
    dealer = _dealer(handover)
    customer = handover.sudo().lead_id.partner_id.commercial_partner_id
    company = customer.company_id
    if not customer or (company and company != dealer.company_id):
        return
    # sudo: counted by the system
    Known = handover.env["dealer.customer"].sudo()
    known = Known.search(
        [("dealer_id", "=", dealer.id), ("partner_id", "=", customer.id)], limit=1
    )
    if not known:
        known = Known.create({"dealer_id": dealer.id, "partner_id": customer.id})
    known.last_contact = Datetime.now()
    if sold:
        known.sold_count += 1
    elif handover.outcome == "won":
        known.served_count += 1


def _dealer(handover):
    # sudo: who may answer need not be allowed to change the dealer
    return handover.sudo().dealer_id


def _lock(handover, *states):
    """Have the hand-over for oneself, as it is now.

    :raises UserError: it is in another state by now
    """
    if not _is_locked(handover, states):
        selection = handover._fields["state"]._description_selection(handover.env)
        raise UserError(
            handover.env._(
                "%(handover)s: this is not possible any more, it is “%(state)s” by"
                " now.",
                handover=handover.display_name,
                state=dict(selection)[handover.state],
            )
        )


def _is_locked(handover, states):
    handover.ensure_one()
    handover.flush_recordset()
    handover.env.cr.execute(
        "SELECT id FROM dealer_handover WHERE id = %s AND state = ANY(%s)"
        " FOR NO KEY UPDATE",
        [handover.id, list(states)],
        # who comes second is no error
        log_exceptions=False,
    )
    locked = bool(handover.env.cr.fetchone())
    handover.invalidate_recordset()
    return locked
