"""What the process beside a PBX makes of recordings of a real one.

The events are kept with the add-on, whose tests go on from there.
"""

import json

import beside_pbx
import pytest
from asterisk.exchange import Exchange
from asterisk.translate import translate

ONE_CALL = beside_pbx.names()
HANDED_ON = beside_pbx.names("transfers")


def events_of(messages, restart_after=None):
    """The events of the messages of an exchange; the process may be started again."""
    exchange, events, before = Exchange(), [], None
    for number, message in enumerate(messages):
        at = float(message["Timestamp"])
        if before and at - before > 0.1:
            events += exchange.take_left(wait=0)
        before = at
        if number == restart_after:
            # what the process keeps on disk is all that it knows
            exchange = Exchange(json.loads(json.dumps(exchange.state)))
        events += exchange.take(message)
    assert not any(exchange.state.values()), exchange.state
    return events


def test_there_are_recordings():
    assert len(ONE_CALL) == 7
    assert len(HANDED_ON) == 14


@pytest.mark.parametrize("name", ONE_CALL)
def test_messages_stand_for_events(name):
    events = [event for event in map(translate, beside_pbx.recording(name)) if event]
    assert events == beside_pbx.told(name)


@pytest.mark.parametrize("name", HANDED_ON)
def test_callers_who_are_handed_on(name):
    assert events_of(beside_pbx.recording(name)) == beside_pbx.told(name)


@pytest.mark.parametrize("name", HANDED_ON)
def test_process_that_is_started_again_goes_on_where_it_was(name):
    """Wherever it ends: also between somebody's leaving and the telling of it."""
    messages = beside_pbx.recording(name)
    expected = beside_pbx.told(name)
    for restart_after in range(len(messages)):
        events = events_of(messages, restart_after)
        assert events == expected, f"started again before message {restart_after}"
