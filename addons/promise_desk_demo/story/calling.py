"""Who called in the last weeks, who answered, and who is to be called back."""

import random
from datetime import timedelta

from odoo import Command, fields

from .buying import partner

CALLERS = {
    "dealer_berlin": "sales",
    "dealer_munich": "sales",
    "dealer_paris": "service",
    "dealer_leeds": "sales",
    "dealer_stockholm": "service",
    "customer_weber": "service",
    "customer_hall": "service",
    "customer_martin": "sales",
    "customer_fleet": "sales",
}
#: (subject, outcome, note)
STORIES = (
    ("delivery", "solved", "Asked when it comes; told the promised date."),
    ("delivery", "call_back", "Wants to know more tomorrow."),
    ("order", "order", "Ordered two more sets."),
    ("product", "quotation", "Sent a quotation."),
    ("complaint", "passed_on", "A disc is scratched; passed on to the workshop."),
    ("invoice", "solved", "Had not seen the credit note."),
)
WEEKS = 3


def call(env):
    agents = _team(env)
    line = env["call.provider"].create(
        {
            "name": "Main line",
            "kind": "generic",
            "country_id": env.ref("base.us").id,
        }
    )
    # The same calls every time: who looks twice should see the same.
    chance = random.Random(19)
    today = fields.Datetime.now().replace(hour=8, minute=0, second=0, microsecond=0)
    vals_list = []
    for days in range(7 * WEEKS, 0, -1):
        morning = today - timedelta(days=days)
        if morning.weekday() < 5:
            for __ in range(chance.randint(6, 11)):
                started = morning + timedelta(seconds=chance.randint(0, 9 * 3600))
                vals_list.append(_past(env, chance, agents, line, started))
    env["phone.call"].create(vals_list)
    _missed(env, line)


def _team(env):
    """Two people and the queues that they answer."""
    agents = env["res.users"].create(
        [
            {
                "name": name,
                "login": login,
                "group_ids": [
                    Command.link(env.ref("sales_team.group_sale_salesman").id),
                    Command.link(env.ref("call_center.group_call_center_agent").id),
                ],
            }
            for name, login in (
                ("Ida Lindqvist", "ida.demo@example.com"),
                ("Omar Haddad", "omar.demo@example.com"),
            )
        ]
    )
    env["call.team"].create(
        {
            "name": "Customer Desk",
            "user_id": env.uid,
            "member_ids": [Command.set([env.uid, *agents.ids])],
            "queue_ids": [
                Command.create({"name": "sales"}),
                Command.create({"name": "service"}),
            ],
        }
    )
    return agents


def _past(env, chance, agents, line, started):
    """A call of the last weeks, over and wrapped up."""
    caller, queue = chance.choice(list(CALLERS.items()))
    who = partner(env, caller)
    vals = {
        "provider": "generic",
        "provider_id": line.id,
        "direction": "in",
        "from_number": who.phone or who.commercial_partner_id.phone or "anonymous",
        "to_number": "+13125550100",
        "partner_id": who.id,
        "queue": queue,
        "started_at": started,
        "state": "ended",
    }
    wait = timedelta(seconds=chance.randint(3, 23))
    if chance.random() < 0.12:
        return {**vals, "cause": "cancel", "ended_at": started + wait}
    answered = started + wait
    ended = answered + timedelta(seconds=chance.randint(50, 420))
    subject, outcome, note = chance.choice(STORIES)
    return {
        **vals,
        "cause": "normalClearing",
        "user_id": chance.choice(agents.ids),
        "answered_at": answered,
        "ended_at": ended,
        "wrap_up_started_at": ended,
        "wrap_up_ended_at": ended + timedelta(seconds=chance.randint(15, 90)),
        "subject_id": env.ref(f"call_center.subject_{subject}").id,
        "outcome_id": env.ref(f"call_center.outcome_{outcome}").id,
        "summary": note,
    }


def _missed(env, line):
    """Somebody tried twice an hour ago, and somebody hides his number."""
    now = fields.Datetime.now().replace(microsecond=0)
    weber = partner(env, "customer_weber")
    vals = {
        "provider": "generic",
        "provider_id": line.id,
        "direction": "in",
        "to_number": "+13125550100",
        "queue": "service",
        "state": "ended",
        "cause": "cancel",
        "callback_due": True,
    }
    tried = [
        {
            **vals,
            "from_number": number,
            "partner_id": number == weber.phone and weber.id,
            "started_at": now - timedelta(minutes=minutes),
            "ended_at": now - timedelta(minutes=minutes) + timedelta(seconds=25),
        }
        for number, minutes in (
            (weber.phone, 70),
            (weber.phone, 55),
            ("anonymous", 40),
        )
    ]
    # what the job does every few minutes
    for missed in env["phone.call"].create(tried):
        # sudo: as the job does, which makes them for everybody
        env["phone.call.back"].sudo()._follow(missed)
