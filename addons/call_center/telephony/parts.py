"""Who has a part in a call: whom it rings at, who talks, who leaves."""

from ..tools import phone_number
from . import audience, panel, wrap_up

#: what telephone systems call what answers in nobody's place
MACHINES = {"voicemail", "announcement"}


def party(name, event):
    """Who has a part: an agent, if nothing says that it is somebody else."""
    if name.casefold() in MACHINES:
        return audience.MACHINE
    return event["party"] or audience.AGENT


def is_machine(event):
    """Whether nobody answers but a voicemail or an announcement."""
    names = event["users"]
    parties = {party(name, event) for name in names} or {event["party"]}
    return parties == {audience.MACHINE}


def take_part(call, leg):
    """Make a part of a call that is gone one of this call."""
    mine = call.leg_ids.filtered(lambda one: one.key == leg.key)
    if not mine:
        leg.call_id = call
        return
    vals = {}
    for name in ("rang_at", "answered_at", "left_at"):
        if leg[name] and (not mine[name] or leg[name] < mine[name]):
            vals[name] = leg[name]
    for name in ("name", "user_id", "queue", *wrap_up.TIMES):
        if leg[name] and not mine[name]:
            vals[name] = leg._fields[name].convert_to_write(leg[name], leg)
    mine.write(vals)


def end_parts(call, ended):
    """Parts end with the call, unless somebody left before."""
    for leg in call.leg_ids:
        at = min(leg.left_at or ended, ended) if ended else leg.left_at
        if leg.ended_at != at:
            leg.ended_at = at


def note_event(call, event, at):
    """Note who is rung, talks or leaves; returns whether that is news."""
    names = event["users"]
    if not names and event["answering_number"]:
        names = [event["answering_number"]]
    if event["event"] == "hangup":
        # the end of a part; without one it is the end of all
        names = event["leg"] and (names or [""])
    changed = False
    for name in names or ():
        key = event["leg"] or name
        leg = call.leg_ids.filtered(lambda leg, key=key: leg.key == key)
        if not leg:
            leg = call.leg_ids.create(leg_vals(call, key, name, event))
            changed = True
        vals = leg_changes(call, leg, name, event, at)
        if vals:
            leg.write(vals)
            changed |= not vals.keys() <= {"queue", "rang_at", "name"}
    return changed


def leg_vals(call, key, name, event):
    user = agent_named(call.env, name, call.company_id) if name else None
    return {
        "call_id": call.id,
        "key": key,
        "name": name or False,
        "user_id": user.id if user else False,
        "party": party(name, event),
    }


def leg_changes(call, leg, name, event, at):
    """What an event adds to a part: the earliest of each is believed."""
    vals = {}
    if name and not leg.name:
        vals = leg_vals(call, leg.key, name, event)
        del vals["call_id"], vals["key"]
    if event["queue"] and not leg.queue:
        vals["queue"] = event["queue"]
    if event["event"] == "hangup":
        if not leg.left_at or at < leg.left_at:
            vals["left_at"] = vals["ended_at"] = at
        return vals
    if not leg.rang_at or at < leg.rang_at:
        vals["rang_at"] = at
    if event["event"] == "answer":
        if not leg.answered_at or at < leg.answered_at:
            vals["answered_at"] = at
    return vals


def talking_user(call):
    """Who talks, or talked last: of a call that was handed over, the last to
    answer. A call that rings at one agent only is theirs."""
    Users = call.env["res.users"]
    if last := audience.spoke_last(panel.audience_of(call)):
        return Users.browse(last.agent)
    users = call.leg_ids.user_id
    return users if len(users) == 1 and not call.answered_at else users.browse()


def agent_named(env, name, company):
    """The user whom a provider means: by extension, login or name."""
    Users = env["res.users"]
    user_id = Users._of_extension(company.id, name)
    if user_id:
        return Users.browse(user_id)
    domain = [
        ("share", "=", False),
        ("company_ids", "in", company.ids),
    ]
    for criterion in (
        ("login", "=ilike", _escape_like(name)),
        ("name", "=ilike", _escape_like(name)),
    ):
        users = Users.search([*domain, criterion], order="id", limit=2)
        if len(users) == 1:
            return users
    return agent_of_number(env, name, company) if name[:1] == "+" else Users


def agent_of_number(env, number, company):
    """The user whose contact has a number: cloud providers call people there."""
    Users = env["res.users"]
    region = env["phone.directory"]._company_region(company.id)
    keys = {r.e164 for r in phone_number.parse(number, region).readings} - {False}
    entries = env["phone.directory"].search(
        [("e164", "in", list(keys)), ("res_model", "=", "res.partner")]
    )
    if not entries:
        return Users
    users = Users.search(
        [
            ("share", "=", False),
            ("company_ids", "in", company.ids),
            ("partner_id", "in", entries.mapped("res_id")),
        ],
        limit=2,
    )
    return users if len(users) == 1 else Users


def _escape_like(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
