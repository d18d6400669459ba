"""The live board: who waits, who is free, how the day goes."""

from collections import defaultdict
from datetime import datetime, time, timezone

from odoo import fields
from odoo.tools import SQL

from . import panel, routing, wrap_up

TEAMS_SHOWN = 100
AGENTS_SHOWN = 500


def values(env):
    """See ``phone.call.board``."""
    now = fields.Datetime.now()
    running = env["phone.call"].search(
        [("state", "!=", "ended"), ("company_id", "in", env.companies.ids)],
        order="started_at, id",
    )
    agents = agent_rows(env, running)
    queues = queue_rows(env, running, agents)
    waiting = running.filtered(_is_waiting)
    return {
        "now": fields.Datetime.to_string(now),
        "totals": {
            "waiting": len(waiting),
            "waiting_since": _moment(min(waiting.mapped("started_at"), default=0)),
            **_count(agents),
        },
        "queues": queues,
        "agents": agents,
        "me": {"away": away_since(env, env.user).get(env.uid, False)},
    }


def agents_seen(env):
    """The agents whom the user sees: managers all of the company, agents those of
    their teams, all as long as there is no team."""
    group = env.ref("call_center.group_call_center_agent")
    # sudo: names and companies of colleagues, whoever may read users
    users = (
        env["res.users"]
        .sudo()
        .search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", env.companies.ids),
                ("share", "=", False),
                ("id", "!=", env.ref("base.user_root").id),
            ],
            order="name, id",
            limit=AGENTS_SHOWN,
        )
    )
    if env.user.has_group("call_center.group_call_center_manager"):
        return users
    teams = env["call.team"].search([], limit=TEAMS_SHOWN)
    if not teams:
        return users
    mine = teams.filtered(lambda team: env.user in team.member_ids | team.user_id)
    # sudo: as above, names of colleagues, whoever may read users
    return users & (mine.member_ids | mine.user_id | env.user).sudo()


def away_since(env, users):
    """{user id: moment} of those who stepped away."""
    # sudo: whether a colleague takes calls is what the board is for
    away = (
        env["call.agent"]
        .sudo()
        .search([("user_id", "in", users.ids), ("away_since", "!=", False)])
    )
    return {agent.user_id.id: _moment(agent.away_since) for agent in away}


def present(env, users):
    """The users whose browser is at Odoo."""
    # sudo: as for being away
    presences = (
        env["mail.presence"]
        .sudo()
        .search([("user_id", "in", users.ids), ("status", "!=", "offline")])
    )
    return set(presences.user_id.ids)


def agent_rows(env, running):
    """What each agent does, in this order: talks, writes down, is away, is not
    there, is free. A call that the user may not see keeps the agent as busy."""
    users = agents_seen(env)
    # sudo: that a colleague talks is told, with whom is not
    mine = (
        env["phone.call"]
        .sudo()
        .search(
            [
                ("user_id", "in", users.ids),
                "|",
                ("state", "=", "answered"),
                "&",
                ("wrap_up_started_at", "!=", False),
                ("wrap_up_ended_at", "=", False),
            ],
            order="started_at, id",
        )
    )
    talking = {call.user_id.id: call for call in mine if wrap_up.is_talked(call)}
    wrapping = {call.user_id.id: call for call in mine if wrap_up.is_wrapping_up(call)}
    # sudo: as above
    for leg in (
        env["phone.call.leg"]
        .sudo()
        .search(
            [
                ("user_id", "in", users.ids),
                ("wrap_up_started_at", "!=", False),
                ("wrap_up_ended_at", "=", False),
            ]
        )
    ):
        wrapping.setdefault(leg.user_id.id, leg)
    ringing = {id_ for call in running for id_ in panel.ringing_ids(call)}
    away, there = away_since(env, users), present(env, users)
    agents = []
    for user in users:
        call = talking.get(user.id) or wrapping.get(user.id)
        if user.id in talking:
            status, since = "talking", call.answered_at
        elif call:
            status, since = "wrap_up", call.wrap_up_started_at
        elif user.id in away:
            status, since = "away", away[user.id]
        elif user.id not in there:
            status, since = "offline", False
        else:
            status, since = "free", False
        agents.append(
            {
                "id": user.id,
                "name": user.name,
                "extension": user.phone_extension or "",
                "status": status,
                "since": _moment(since),
                "queue": (call and call.queue) or "",
                "ringing": status == "free" and user.id in ringing,
            }
        )
    return agents


def queue_rows(env, running, agents):
    """A row for each queue that has calls today or is a team's."""
    teams = env["call.team"].search(
        [("company_id", "in", env.companies.ids)], limit=TEAMS_SHOWN
    )
    rows = {}
    for team in teams:
        for queue in team.queue_ids:
            row = queue_row(env, team.company_id, queue.name, team)
            rows[row["key"]] = row
    today = today_counts(env)
    for call in running:
        today.setdefault(_group(call), (0, 0, 0, 0))
    for (company_id, name, team_id), counts in today.items():
        company = env["res.company"].browse(company_id)
        team = env["call.team"].browse(team_id)
        row = queue_row(env, company, name, team)
        row = rows.setdefault(row["key"], row)
        for field, count in zip(
            ("offered", "answered", "in_time", "abandoned"), counts, strict=True
        ):
            row[field] += count
    by_queue = running.grouped(lambda call: _key(*_group(call)))
    by_id = {agent["id"]: agent for agent in agents}
    # sudo: names and companies of colleagues, whoever may read users
    users = env["res.users"].sudo().browse(by_id)
    for key, row in rows.items():
        if row["member_ids"] is None:
            # without a team all agents of the company answer
            row["member_ids"] = users.filtered(
                lambda user, row=row: row["company_id"] in user.company_ids.ids
            ).ids
        calls = by_queue.get(key, env["phone.call"].browse())
        waiting = calls.filtered(_is_waiting)
        row["waiting"] = len(waiting)
        row["waiting_since"] = _moment(min(waiting.mapped("started_at"), default=False))
        of_queue = [by_id[id_] for id_ in row.pop("member_ids") if id_ in by_id]
        row.update(_count(of_queue))
        row["on_call"] = len(calls.filtered(lambda c: c.state == "answered"))
        offered = row["offered"]
        row["service_level"] = (
            round(100 * row.pop("in_time") / offered) if offered else False
        )
    return sorted(
        rows.values(),
        key=lambda row: (
            not row["queue"],
            row["queue"],
            row["company"],
            row["team"],
        ),
    )


def queue_row(env, company, name, team):
    """The row of a queue that has no calls yet."""
    # sudo: whoever may work for a company may know its name and its goal
    company = company.sudo()
    seconds, share = team.sudo()._goal(company)
    return {
        "key": _key(company.id, name, team.id),
        "queue": name or "",
        "team": team.name or "",
        # two companies may call a queue the same
        "company_id": company.id,
        "company": company.name if len(env.companies) > 1 else "",
        "member_ids": team.member_ids.ids if team else None,
        "goal_seconds": seconds,
        "goal_share": share,
        "offered": 0,
        "answered": 0,
        "in_time": 0,
        "abandoned": 0,
    }


def today_counts(env):
    """{(company id, queue, team id): (offered, answered, in time, given up)} of the
    incoming calls that ended today, counted as the report counts them."""
    today = fields.Datetime.context_timestamp(
        env["phone.call"], fields.Datetime.now()
    ).date()
    midnight = env.tz.localize(datetime.combine(today, time.min))
    midnight = midnight.astimezone(timezone.utc)
    query = env["phone.call"]._search(
        [
            ("direction", "=", "in"),
            ("started_at", ">=", midnight.replace(tzinfo=None)),
            ("company_id", "in", env.companies.ids),
            "|",
            ("state", "=", "ended"),
            ("answered_at", "!=", False),
        ]
    )
    env["phone.call"].flush_model()
    rows = env.execute_query(
        SQL(
            """
            SELECT call.company_id, COALESCE(call.queue, ''), call.team_id,
                   COUNT(call.answered_at),
                   COUNT(*) FILTER (
                       WHERE call.answered_at IS NOT NULL AND call.wait_seconds
                          <= COALESCE(NULLIF(team.service_threshold, 0),
                                      company.call_service_threshold)),
                   COUNT(*) FILTER (
                       WHERE call.answered_at IS NULL
                         AND call.cause IS DISTINCT FROM 'forwarded'
                         AND call.wait_seconds >= company.call_short_abandon)
              FROM phone_call call
              JOIN res_company company ON company.id = call.company_id
              LEFT JOIN call_team team ON team.id = call.team_id
             WHERE call.id IN %(calls)s AND %(counts)s
             GROUP BY 1, 2, 3
            """,
            calls=query.subselect(),
            counts=env["phone.call.report"]._report_counts(),
        )
    )
    found = defaultdict(lambda: (0, 0, 0, 0))
    for company_id, queue, team_id, answered, in_time, abandoned in rows:
        found[company_id, queue, team_id or False] = (
            answered + abandoned,
            answered,
            in_time,
            abandoned,
        )
    return dict(found)


def _is_waiting(call):
    """Somebody waits for us: not whom we refuse."""
    ringing = call.direction == "in" and call.state == "ringing"
    return ringing and routing.is_put_through(call)


def _group(call):
    return call.company_id.id, call.queue or "", call.team_id.id


def _key(company_id, name, team_id):
    """Of a row: queues are a company's; calls without one, or in one that no team has,
    are those of their line's team."""
    return f"{company_id}|{team_id or ''}|{(name or '').strip().lower()}"


def _moment(value):
    if isinstance(value, str):
        return value
    return fields.Datetime.to_string(value) if value else False


def _count(agents):
    counts = dict.fromkeys(("free", "talking", "wrap_up", "away", "offline"), 0)
    for agent in agents:
        counts[agent["status"]] += 1
    return counts
