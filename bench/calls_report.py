# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The results of bench/calls.py in words."""

import statistics

from lookup import p95
from traffic import AGENTS, CONNECTIONS, RATE

# telephony providers are to be answered within this many milliseconds, 95 of 100
ANSWER_GOAL = 300
# the machine keeps the rate up
LATE_GOAL = 100
BROWSER_GOAL = 1_000


def rows(figures, options):
    """(what, value, whether it is as it should be or None)."""
    webhook, nothing = figures["webhook"], figures["nothing"]
    lost, twice = figures["lost"], figures["twice"]
    calls = f"{figures['calls']} of {figures['calls_wanted']}"
    whole = figures["calls"] == figures["ended"] == figures["calls_wanted"]
    medians = statistics.median(webhook) / statistics.median(nothing)
    return [
        ("events not taken in", str(figures["unanswered"]), not figures["unanswered"]),
        ("calls logged and ended", calls, whole),
        ("changes told to panels", str(figures["told"]), None),
        ("of these lost", str(lost), not lost),
        ("of these told twice", str(twice), not twice),
        _within("answers, 95 % within", webhook, ANSWER_GOAL),
        _within("a call that does nothing, 95 % within", nothing),
        (
            "answers, 95 % within, in calls that do nothing",
            f"{p95(webhook) / p95(nothing):.2f}",
            None,
        ),
        ("the same, medians", f"{medians:.2f}", None),
        _within("event sent to panel told, 95 % within", figures["delays"]),
        _within("events sent late, 95 % within", figures["late"], LATE_GOAL),
        ("requests that Odoo ran again", str(figures["retries"]), None),
        *_processor(figures["spent"]),
        _within(
            f"ring to number on the screen, 95 % of {options.calls} calls",
            figures["screen"],
            BROWSER_GOAL,
        ),
        _median(figures["screen"]),
        _within("ring to customer's name on the screen, 95 %", figures["who"]),
        _median(figures["who"]),
    ]


def _within(what, seconds, goal=None):
    value = p95(seconds) * 1000 if len(seconds) > 1 else float("nan")
    return what, f"{value:.0f} ms", None if goal is None else value <= goal


def _median(seconds):
    return "the same, median", f"{statistics.median(seconds) * 1000:.0f} ms", None


def _processor(spent):
    """What an event costs, whoever else uses the machine."""
    total = sum(spent.values()) * 1000
    parts = [
        (f"of it {part}", f"{seconds * 1000:.1f} ms", None)
        for part, seconds in spent.items()
    ]
    return [("processor time for each event", f"{total:.1f} ms", None), *parts]


HEADER = """\
# Calls under load

This page is written by `make bench-calls ARGS="--report docs/performance-calls.md"`;
nothing in it is typed by hand. The ratios say more than the milliseconds.

"""

METHOD = f"""
Events are sent at their scheduled moments, whether or not earlier ones were answered,
by at most {CONNECTIONS} connections at a time. A call rings at one agent, is answered
after 0.4 s and ends after 0.8 s; he is to be told each of these once. A call that does
nothing is `res.users.context_get` in a session of the web client, some five a second in
the same minute. *On the screen* is after the browser has drawn the frame, counted from
when the event is sent. Sender, panels, server, database and browser share the machine;
sender and panels are small processes that do nothing else. Processor time is that of
all processes while events are sent, divided by their number: the calls that do nothing
are in it, and all of the PostgreSQL cluster. *Websockets* is Odoo's process for these.
"""


def document(results, facts, options):
    load = f"{RATE} events a second for {options.seconds} s"
    lines = [
        f"{options.contacts:,} contacts. {load}, {AGENTS} agents on the bus,",
        f"{options.workers} worker processes; then {options.calls} calls at a browser.",
        "",
        "| | | goal |",
        "| --- | --- | --- |",
    ]
    for what, value, good in results:
        verdict = "–" if good is None else "reached" if good else "**MISSED**"
        lines.append(f"| {what} | {value} | {verdict} |")
    lines += ["", "| on | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    return HEADER + "\n".join(lines) + "\n" + METHOD
