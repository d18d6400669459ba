"""When an agent has something to write down after a call, and when they are done."""

from datetime import timedelta

from odoo import fields

from . import audience, chatter, panel

TIMES = ("wrap_up_started_at", "wrap_up_ended_at")


def seconds(start, end):
    """Providers' clocks and the order of their events cannot be relied on."""
    return max(0, round((end - start).total_seconds())) if start and end else 0


def unfinished(user=None):
    """The domain of calls, or parts of calls, that an agent has not finished with."""
    domain = [("wrap_up_started_at", "!=", False), ("wrap_up_ended_at", "=", False)]
    return [("user_id", "=", user.id), *domain] if user else domain


def follow(calls):
    """Wrap-up begins when an agent has left an answered call, at the latest when
    it ends, and is over when the agent says so or takes the next call."""
    for call in calls:
        if not (call.user_id and call.answered_at):
            continue
        known = panel.audience_of(call)
        last = audience.spoke_last(known)
        if is_talked(call):
            keep(call)
            # whom the caller came back to goes on talking
            # sudo: times of parts follow from calls, whoever corrects these
            unfinished_legs(call, call.user_id).sudo().wrap_up_started_at = False
            end_other_wrap_ups(call, last.answered_at if last else call.answered_at)
        else:
            take_back(call, last)
            begin(call, last)
        if len(known.parts) > 1:
            follow_parts(call, known)


def begin(call, last):
    """Wrap-up of who spoke last begins; written again while it lasts, since events may
    tell an earlier end."""
    if call.wrap_up_ended_at:
        return
    began = min(filter(None, (last and last.left_at, call.ended_at)))
    if starts(call, began) and call.wrap_up_started_at != began:
        call.wrap_up_started_at = began


def take_back(call, last):
    """What was an agent's part is the call's own wrap-up where they spoke last, after
    all: that is known when calls are merged. Otherwise it would count twice."""
    if not last or call.wrap_up_started_at:
        return
    leg = call.leg_ids.filtered(
        lambda leg: leg.key == last.key and leg.user_id == call.user_id
    )
    if leg.wrap_up_started_at:
        times = {name: leg[name] for name in TIMES}
        # sudo: times follow from calls, whoever corrects these
        leg.sudo().write(dict.fromkeys(TIMES, False))
        call.sudo().write(times)
        sum_parts(call)


def is_talked(call):
    """Whether its agent talks at the moment: not of a call that is parked, or
    waits for whom it is handed to."""
    known = panel.audience_of(call)
    last = audience.spoke_last(known)
    has_left = last and last.left_at and not audience.talking(known)
    return call.state == "answered" and not has_left


def follow_parts(call, known):
    """Those who handed the call over have something to write down, too."""
    now = audience.talking(known)
    for agent, left in audience.handed_over(known).items():
        if agent in (call.user_id.id, now and now.agent):
            continue
        legs = call.leg_ids.filtered(
            lambda leg, agent=agent: leg.user_id.id == agent and leg.answered_at
        )
        leg = legs.sorted(lambda leg: (leg.answered_at, leg.id))[-1:]
        if not leg.wrap_up_ended_at and starts(call, left):
            if leg.wrap_up_started_at != left:
                # sudo: as above
                leg.sudo().wrap_up_started_at = left


def keep(call):
    """The call goes on, with whoever it may be: what an agent began or did so far
    is that agent's part."""
    if not call.wrap_up_started_at:
        return
    legs = call.leg_ids.filtered(
        lambda leg: leg.user_id == call.user_id and leg.answered_at
    )
    leg = legs.sorted(lambda leg: (leg.answered_at, leg.id))[-1:]
    times = {name: call[name] for name in TIMES}
    if leg and not leg.wrap_up_started_at:
        # sudo: times of parts follow from calls, whoever corrects these
        leg.sudo().write(times)
        sum_parts(call)
    call.write(dict.fromkeys(TIMES, False))


def sum_parts(call):
    """Add up the wrap-up of those who handed the call over."""
    # sudo: agents write no times, they say that they have finished
    call.sudo().parts_wrap_up_seconds = sum(
        seconds(leg.wrap_up_started_at, leg.wrap_up_ended_at) for leg in call.leg_ids
    )


def starts(call, at):
    """Whether wrap-up can begin at a moment: not where the company wants none, nor
    long after."""
    minutes = call.company_id._call_setting("call_wrap_up_minutes")
    return (
        call.cause != "lost"
        and bool(minutes)
        and at > fields.Datetime.now() - timedelta(minutes=minutes)
    )


def end_other_wrap_ups(call, at):
    """Who takes a call has finished with the others."""
    end(call.search([*unfinished(call.user_id), ("id", "!=", call.id)]), at)
    legs = call.env["phone.call.leg"].search(unfinished(call.user_id))
    legs.filtered(lambda leg: leg.call_id != call)._end_wrap_up(at)


def end(calls, at=None):
    """The agent has finished with the calls."""
    for call in calls.filtered("wrap_up_started_at"):
        if not call.wrap_up_ended_at:
            at_least = max(
                at or fields.Datetime.now(), call.wrap_up_started_at
            ).replace(microsecond=0)
            # sudo: agents write no times, they say that they have finished
            call.sudo().wrap_up_ended_at = at_least
            chatter.post(call)


def is_wrapping_up(call, user=None):
    """Whether somebody has still to write down how it went: one user, or who spoke
    last."""
    if user and user != call.user_id:
        return bool(unfinished_legs(call, user))
    return bool(call.wrap_up_started_at and not call.wrap_up_ended_at)


def unfinished_legs(call, user):
    return call.leg_ids.filtered(
        lambda leg: (
            leg.user_id == user and leg.wrap_up_started_at and not leg.wrap_up_ended_at
        )
    )


def finish(call, user):
    """A user has finished with the call."""
    if legs := unfinished_legs(call, user):
        legs._end_wrap_up()
    if user == call.user_id or not legs:
        end(call)
