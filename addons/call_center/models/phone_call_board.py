from collections import defaultdict
from datetime import datetime, time, timezone

from odoo import api, fields, models
from odoo.tools import SQL

BOARD = "call_center.board"
TEAMS_SHOWN = 100
AGENTS_SHOWN = 500


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """A board asks for the news of the user's companies; nobody else gets any."""
        channels = list(channels)
        if BOARD in channels:
            channels.remove(BOARD)
            user = self.env.user
            if user.has_group("call_center.group_call_center_agent"):
                channels.extend((company, BOARD) for company in user.company_ids)
        return super()._build_bus_channel_list(channels)


class PhoneCall(models.Model):
    """The live board: who waits, who is free, how the day goes."""

    _inherit = "phone.call"

    def _notify_agents(self):
        result = super()._notify_agents()
        self._board_changed(self.company_id)
        return result

    @api.model
    def _board_changed(self, companies):
        """Boards fetch what the user may see; the message says only that they may."""
        for company in companies:
            self.env["bus.bus"]._sendone((company, BOARD), BOARD, {})

    @api.model
    @api.readonly
    def board(self):
        """What goes on now, of the calls that the user may see.

        :return: ``{"now", "totals", "queues", "agents", "me"}``; the times in it are
            moments, from which the browser counts
        :rtype: dict
        """
        self._check_agent()
        now = fields.Datetime.now()
        running = self.search(
            [("state", "!=", "ended"), ("company_id", "in", self.env.companies.ids)],
            order="started_at, id",
        )
        agents = self._board_agents(running)
        queues = self._board_queues(running, agents)
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
            "me": {"away": self._board_away(self.env.user).get(self.env.uid, False)},
        }

    # -- agents --------------------------------------------------------------

    @api.model
    def _board_users(self):
        """The agents whom the user sees: managers all of the company, agents those of
        their teams, all as long as there is no team."""
        group = self.env.ref("call_center.group_call_center_agent")
        # sudo: names and companies of colleagues, whoever may read users
        users = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("company_ids", "in", self.env.companies.ids),
                    ("share", "=", False),
                    ("id", "!=", self.env.ref("base.user_root").id),
                ],
                order="name, id",
                limit=AGENTS_SHOWN,
            )
        )
        if self.env.user.has_group("call_center.group_call_center_manager"):
            return users
        teams = self.env["call.team"].search([], limit=TEAMS_SHOWN)
        if not teams:
            return users
        mine = teams.filtered(
            lambda team: self.env.user in team.member_ids | team.user_id
        )
        # sudo: as above, names of colleagues, whoever may read users
        return users & (mine.member_ids | mine.user_id | self.env.user).sudo()

    @api.model
    def _board_away(self, users):
        """{user id: moment} of those who stepped away."""
        # sudo: whether a colleague takes calls is what the board is for
        away = (
            self.env["call.agent"]
            .sudo()
            .search([("user_id", "in", users.ids), ("away_since", "!=", False)])
        )
        return {agent.user_id.id: _moment(agent.away_since) for agent in away}

    @api.model
    def _board_present(self, users):
        """The users whose browser is at Odoo."""
        # sudo: as for being away
        presences = (
            self.env["mail.presence"]
            .sudo()
            .search([("user_id", "in", users.ids), ("status", "!=", "offline")])
        )
        return set(presences.user_id.ids)

    @api.model
    def _board_agents(self, running):
        """What each agent does, in this order: talks, writes down, is away, is not
        there, is free. A call that he may not see keeps him as busy."""
        users = self._board_users()
        # sudo: that a colleague talks is told, with whom is not
        mine = self.sudo().search(
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
        talking = {call.user_id.id: call for call in mine if call._is_talked()}
        wrapping = {call.user_id.id: call for call in mine if call._is_wrapping_up()}
        # sudo: as above
        for leg in (
            self.env["phone.call.leg"]
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
        ringing = {id_ for call in running for id_ in call._ringing_ids()}
        away, present = self._board_away(users), self._board_present(users)
        agents = []
        for user in users:
            call = talking.get(user.id) or wrapping.get(user.id)
            if user.id in talking:
                status, since = "talking", call.answered_at
            elif call:
                status, since = "wrap_up", call.wrap_up_started_at
            elif user.id in away:
                status, since = "away", away[user.id]
            elif user.id not in present:
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

    # -- queues --------------------------------------------------------------

    @api.model
    def _board_queues(self, running, agents):
        """A row for each queue that has calls today or is a team's."""
        teams = self.env["call.team"].search(
            [("company_id", "in", self.env.companies.ids)], limit=TEAMS_SHOWN
        )
        rows = {}
        for team in teams:
            for queue in team.queue_ids:
                row = self._board_row(team.company_id, queue.name, team)
                rows[row["key"]] = row
        today = self._board_today()
        for call in running:
            today.setdefault(_board_group(call), (0, 0, 0, 0))
        for (company_id, name, team_id), counts in today.items():
            company = self.env["res.company"].browse(company_id)
            team = self.env["call.team"].browse(team_id)
            row = self._board_row(company, name, team)
            row = rows.setdefault(row["key"], row)
            for field, count in zip(
                ("offered", "answered", "in_time", "abandoned"), counts, strict=True
            ):
                row[field] += count
        by_queue = running.grouped(lambda call: _board_key(*_board_group(call)))
        by_id = {agent["id"]: agent for agent in agents}
        # sudo: names and companies of colleagues, whoever may read users
        users = self.env["res.users"].sudo().browse(by_id)
        for key, row in rows.items():
            if row["member_ids"] is None:
                # without a team all agents of the company answer
                row["member_ids"] = users.filtered(
                    lambda user, row=row: row["company_id"] in user.company_ids.ids
                ).ids
            calls = by_queue.get(key, self.browse())
            waiting = calls.filtered(_is_waiting)
            row["waiting"] = len(waiting)
            row["waiting_since"] = _moment(
                min(waiting.mapped("started_at"), default=False)
            )
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

    @api.model
    def _board_row(self, company, name, team):
        # sudo: whoever may work for a company may know its name and its goal
        company = company.sudo()
        seconds, share = team.sudo()._goal(company)
        return {
            "key": _board_key(company.id, name, team.id),
            "queue": name or "",
            "team": team.name or "",
            # two companies may call a queue the same
            "company_id": company.id,
            "company": company.name if len(self.env.companies) > 1 else "",
            "member_ids": team.member_ids.ids if team else None,
            "goal_seconds": seconds,
            "goal_share": share,
            "offered": 0,
            "answered": 0,
            "in_time": 0,
            "abandoned": 0,
        }

    @api.model
    def _board_today(self):
        """{(company id, queue, team id): (offered, answered, in time, given up)} of the
        incoming calls that ended today, counted as the report counts them."""
        today = fields.Datetime.context_timestamp(self, fields.Datetime.now()).date()
        midnight = self.env.tz.localize(datetime.combine(today, time.min))
        midnight = midnight.astimezone(timezone.utc)
        query = self._search(
            [
                ("direction", "=", "in"),
                ("started_at", ">=", midnight.replace(tzinfo=None)),
                ("company_id", "in", self.env.companies.ids),
                "|",
                ("state", "=", "ended"),
                ("answered_at", "!=", False),
            ]
        )
        self.flush_model()
        rows = self.env.execute_query(
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
                counts=self.env["phone.call.report"]._report_counts(),
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
    return call.direction == "in" and call.state == "ringing" and call._is_put_through()


def _board_group(call):
    return call.company_id.id, call.queue or "", call.team_id.id


def _board_key(company_id, name, team_id):
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
