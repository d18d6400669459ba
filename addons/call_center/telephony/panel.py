"""Which calls are on whose screen, and what is told to whom."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain

from . import audience, lookup, routing, wrap_up

NOTIFICATION = "call_center.call"
#: the channel of live boards
BOARD = "call_center.board"
# whom a call rings at that names nobody: more than this many are not told
AGENTS_TOLD = 100
# how many calls a screen shows, and how many are looked at for that
CALLS_SHOWN, CALLS_ASKED = 20, 100
# calls that were missed longer ago are on the list of call-backs only
MISSED_SHOWN = timedelta(minutes=30)


def my_calls(env):
    """See ``phone.call.my_calls``."""
    lookup.check_user(env)
    if not env["phone.call"].has_access("read"):
        return []
    mine = in_own_companies(env["phone.call"])
    running = mine.search(
        my_calls_domain(env) & shown_domain(),
        order="started_at, id",
        limit=CALLS_ASKED,
    )
    cards = [values_for(call, env.user) for call in running]
    shown = [values for values in cards if values["shown"]][:CALLS_SHOWN]
    ended = mine.search(
        Domain("state", "=", "ended")
        & Domain("ended_at", ">", fields.Datetime.now() - MISSED_SHOWN)
        & shown_domain()
        & (unfinished_domain(env) | missed_domain(env)),
        order="started_at, id",
        limit=CALLS_SHOWN,
    )
    return shown + [values_for(call, env.user) for call in ended]


def my_calls_domain(env):
    """The calls that may have a card on the user's screen."""
    named = Domain("leg_ids.user_id", "=", env.uid) | Domain("user_id", "=", env.uid)
    # such a call rings at whom it was told
    nobodys = Domain("leg_ids", "=", False) & Domain("user_id", "=", False)
    return Domain("state", "!=", "ended") & (named | nobodys)


def unfinished_domain(env):
    """The calls that the user has still to write something down of."""
    unfinished = wrap_up.unfinished(env.user)
    return Domain(unfinished) | Domain("leg_ids", "any", unfinished)


def missed_domain(env):
    """The calls of those who tried to reach the user in vain."""
    return (
        Domain("direction", "=", "in")
        & Domain("answered_at", "=", False)
        & Domain("leg_ids.user_id", "=", env.uid)
        & (Domain("callback_id", "=", False) | Domain("callback_id.state", "=", "open"))
    )


def in_own_companies(calls):
    """For all companies that the user works for: the telephone does not know which
    of them they have chosen in the menu."""
    user = calls.env.user
    companies = calls.env.company & user.company_ids | user.company_ids
    return calls.with_context(allowed_company_ids=companies.ids)


def card_values(call):
    """A small message: what else is known is asked for by who needs it."""
    call.ensure_one()
    number = call.from_number if call.direction == "in" else call.to_number
    if call.number_kind == "anonymous":
        number = ""  # whatever the provider says instead of one
    return {
        "id": call.id,
        "state": call.state,
        "direction": call.direction,
        "number": call.e164 or number or "",
        "queue": call.queue or "",
        "cause": call.cause or "",
        "user_id": call.user_id.id or False,
        "answered": bool(call.answered_at),
        "started_at": fields.Datetime.to_string(call.started_at),
        "answered_at": fields.Datetime.to_string(call.answered_at) or "",
        "wrap_up": wrap_up.is_wrapping_up(call),
    }


def values_for(call, user):
    """What one user's screen shows of the call. To an agent who handed it over it
    is over, and it rings at whom it is handed to, whatever it is to others.

    ``shown``: whether there is a card; ``turn``: how often the call came to the
    user, so that what is told late is known as such.
    """
    call.ensure_one()
    return seen_by(call, user, audience.view(audience_of(call), user.id))


def seen_by(call, user, view):
    """A card as it is sent to a user, by their view of the call."""
    # sudo: whom it was told to is nobody's to read; past the look whether they are
    # still there, which would be one for each of them
    told = user.id in (call.sudo().told_ids or ())
    is_named = call.user_id or call.leg_ids
    values = card_values(call)
    has_card = view.is_shown and bool(is_named or told) and is_shown(call)
    return {
        **values,
        "state": view.state if has_card else call.state,
        "user_id": user.id if has_card and view.spoke else values["user_id"],
        "shown": has_card,
        "turn": view.turn,
        "wrap_up": wrap_up.is_wrapping_up(call, user),
    }


def ringing_ids(call):
    """The users at whom the call rings at the moment."""
    call.ensure_one()
    known = audience_of(call)
    agents = {part.agent for part in known.parts if part.agent}
    views = ((agent, audience.view(known, agent)) for agent in agents)
    return {
        agent
        for agent, view in views
        if view.state == "ringing" and view.is_shown and is_shown(call)
    }


def audience_of(call):
    """What decides who sees which card of the call."""
    call.ensure_one()
    return audience.Call(
        is_over=call.state == "ended",
        answered_at=call.answered_at or None,
        agent=call.user_id.id or 0,
        parts=tuple(leg._part() for leg in call.leg_ids),
    )


def agents_to_tell(call):
    """Those whom it names, and whoever was told before: a screen that shows a
    call is told of all that becomes of it."""
    call.ensure_one()
    if not is_shown(call):
        # those who were told before it was known that it is refused
        return users_told(call)
    return call.leg_ids.user_id | call.user_id | users_told(call)


def users_told(call):
    """Who was told of the call beside those whom it names."""
    # sudo: whom it was told to is nobody's to read, and needed by all who tell
    told = call.env["res.users"].browse(call.sudo().told_ids or ())
    return told and told.exists()


def tell_all(call):
    """A call rings that names nobody: all who may take it are to be told. Not of
    outgoing ones: these are their agent's alone.

    :return: whether there is anybody to tell
    :rtype: bool
    """
    call.ensure_one()
    if is_shown(call) and call.state == "ringing" and call.direction == "in":
        if not (call.user_id or call.leg_ids or users_told(call)):
            call.told_ids = agents_to_ring(call).ids
            return bool(call.told_ids)
    return False


def agents_to_ring(call):
    """Whom a call rings at that names nobody: its team, where it has one, else the
    company's agents."""
    if call.team_id.member_ids:
        return call.team_id.member_ids
    group = call.env.ref("call_center.group_call_center_agent")
    return call.env["res.users"].search(
        [
            ("all_group_ids", "in", group.ids),
            ("company_ids", "in", call.company_id.ids),
            ("share", "=", False),
        ],
        limit=AGENTS_TOLD,
    )


def tell_gone(call):
    """The call is part of another one: its cards go."""
    values = {**card_values(call), "state": "ended", "shown": False}
    known = audience_of(call)
    # sudo: as for all that is told
    for user in agents_to_tell(call).sudo():
        turn = audience.view(known, user.id).turn
        user._bus_send(NOTIFICATION, {**values, "turn": turn})


def notify(call):
    """Tell the agents whose screens show the call, and the boards."""
    # sudo: agents are told by their contacts, which not everybody may read
    users = agents_to_tell(call).sudo()
    users.fetch(["partner_id"])
    known = audience_of(call)
    for user in users:
        values = seen_by(call, user, audience.view(known, user.id))
        user._bus_send(NOTIFICATION, values)
    tell_boards(call.env, call.company_id)


def shown_domain():
    """The calls that agents are told about: what is not put through is shown to
    nobody, after a reload either."""
    return Domain("answered_at", "!=", False) | (
        Domain("is_blocked", "=", False)
        & Domain("directed_to", "not in", [routing.REJECT])
    )


def is_shown(call):
    """Whether anybody is shown the call: those that are refused ring at nobody's
    screen either."""
    return routing.is_put_through(call) or bool(call.answered_at)


def tell_boards(env, companies):
    """Boards fetch what the user may see; the message says only that they may."""
    for company in companies:
        env["bus.bus"]._sendone((company, BOARD), BOARD, {})
