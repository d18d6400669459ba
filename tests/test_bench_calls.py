"""What bench/calls.py is believed for: it notices what is lost, told twice or late."""

import base64
import contextlib
import hashlib
import json
import socket
import struct
import sys
import threading
import time

import pytest

from workbench import paths

sys.path.append(str(paths.ROOT / "bench"))

import calls_report
import listeners
import sender
import traffic

SCHEDULE = traffic.Schedule(1, 1_000)


def _messages():
    """Everybody told of everything, once: as the panels say it."""
    return [
        [agent, 10.0 + number, number, {"id": number, "number": called, "state": state}]
        for number, (agent, called, state) in enumerate(SCHEDULE.told)
    ]


def test_schedule_keeps_its_rate_and_order():
    schedule = traffic.Schedule(6, 1_000)
    moments = [moment for moment, _event in schedule.plan]
    assert moments == sorted(moments)
    assert len(moments) == 6 * traffic.RATE
    kinds = [event["event"] for _moment, event in schedule.plan]
    assert {kinds.count(kind) for kind in traffic.TURNS} == {100}
    assert len(set(schedule.told)) == len(schedule.told)


def test_all_told_once_is_neither_lost_nor_twice():
    assert SCHEDULE.judge(_messages()) == (0, 0)


def test_what_nobody_was_told_is_lost():
    assert SCHEDULE.judge(_messages()[1:]) == (1, 0)
    assert SCHEDULE.judge([])[0] == len(SCHEDULE.told)


def test_what_another_agent_was_told_is_lost():
    messages = _messages()
    messages[0][0] += 1
    assert SCHEDULE.judge(messages)[0] == 1


def test_the_same_message_again_is_twice():
    messages = _messages()
    assert SCHEDULE.judge([*messages, messages[0]])[1] >= 1


def test_the_same_news_in_another_message_is_twice():
    messages = _messages()
    again = [*messages[0][:2], 999, messages[0][3]]
    assert SCHEDULE.judge([*messages, again])[1] == 1


def test_delays_are_those_of_the_event_that_was_told():
    began = [9.5 + number for number in range(len(SCHEDULE.told))]
    assert SCHEDULE.delays(_messages(), began) == [0.5] * len(began)


@contextlib.contextmanager
def _server(serve):
    """A listening socket; ``serve`` gets each connection, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def run():
            with contextlib.suppress(OSError):
                while True:
                    connection, _address = listener.accept()
                    with connection:
                        serve(connection)

        threading.Thread(target=run, daemon=True).start()
        yield port


def _bodies(plan, serve):
    """The sender's results of a plan, at a server that answers so."""
    with _server(serve) as port:
        line = traffic.Line(f"http://127.0.0.1:{port}/hook")
        return line.finish(line.start(plan))


def test_sender_posts_each_event_once_at_its_moment():
    got = []

    def serve(connection):
        head, _end, body = connection.recv(65536).partition(b"\r\n\r\n")
        got.append((time.monotonic(), head.split(b"\r\n")[0], json.loads(body)))
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n{}")

    plan = [(0.1 * number, {"event": number}) for number in range(6)]
    results = _bodies(plan, serve)
    assert [status for status, *_rest in results] == [200] * 6
    assert [body["event"] for _at, _line, body in got] == list(range(6))
    assert {line for _at, line, _body in got} == {b"POST /hook HTTP/1.1"}
    assert [late >= 0 for *_rest, late in results] == [True] * 6
    # in the order and at the distance of the plan: never before its moment
    for (_status, began, _took, late), (moment, _event) in zip(
        results, plan, strict=True
    ):
        assert began - late - moment == pytest.approx(results[0][1] - results[0][3])


def test_sender_counts_refusals_and_ended_connections():
    answers = iter([b"HTTP/1.0 429 Slower\r\n\r\n", b"", b"HTTP/1.0 200 OK\r\n\r\n"])

    def serve(connection):
        connection.recv(65536)
        connection.sendall(next(answers))

    results = _bodies([(0.1 * number, {}) for number in range(3)], serve)
    assert results[0][0] == 429
    assert results[1][0] not in (200, 429)
    assert results[2][0] == 200


def test_sender_is_late_where_no_connection_is_free():
    def serve(connection):
        connection.recv(65536)
        time.sleep(0.2)
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")

    with _server(serve) as port:
        request = (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            b"Connection: close\r\n\r\n"
        )
        results = sender.run(("127.0.0.1", port), [(0, request)] * 4, 1)
    lateness = [late for *_rest, late in results]
    assert lateness == sorted(lateness)
    assert lateness[3] >= 0.6
    assert lateness[0] < lateness[1]


def _frame(payload, kind=listeners.TEXT):
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = b"\x7e" + struct.pack(">H", size)
    else:
        length = b"\x7f" + struct.pack(">Q", size)
    return bytes([0x80 | kind]) + length + payload


def test_listeners_take_in_what_comes_in_any_pieces():
    told = [{"id": number, "state": "ringing", "pad": "x" * 40} for number in range(40)]
    notifications = [
        {"id": number, "message": {"type": "call_center.call", "payload": payload}}
        for number, payload in enumerate(told)
    ]
    other = [{"id": 99, "message": {"type": "else", "payload": {}}}]
    stream = (
        _frame(json.dumps(notifications[:1]).encode())
        + _frame(b"?", listeners.PING)
        + _frame(json.dumps(other).encode())
        + _frame(json.dumps(notifications[1:]).encode())
        + _frame(json.dumps([{**other[0], "pad": "x" * 70_000}]).encode())
    )
    pongs = []

    def serve(connection):
        key = connection.recv(65536).split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = base64.b64encode(
            hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        )
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: "
            + accept
            + b"\r\n\r\n"
        )
        connection.recv(65536)
        for start in range(0, len(stream), 1_000):
            connection.sendall(stream[start : start + 1_000])
        pongs.append(connection.recv(65536))
        connection.recv(65536)

    with _server(serve) as port, traffic.Listeners(port, ["cookie"]) as panels:
        end = time.monotonic() + 20
        while len(panels.told()) < 40 and time.monotonic() < end:
            time.sleep(0.05)
        messages = panels.told()
        assert [payload for _agent, _moment, _id, payload in messages] == told
        assert [message_id for _a, _m, message_id, _p in messages] == list(range(40))
        panels.forget()
        assert panels.told() == []
        while not pongs and time.monotonic() < end:
            time.sleep(0.05)
    assert pongs[0][0] == 0x80 | listeners.PONG


FIGURES = {
    "events": 3,
    "unanswered": 0,
    "calls": 1,
    "calls_wanted": 1,
    "ended": 1,
    "told": 3,
    "lost": 0,
    "twice": 0,
    "retries": 0,
    "late": [0.001] * 3,
    "webhook": [0.02] * 3,
    "nothing": [0.01] * 3,
    "delays": [0.03] * 3,
    "spent": {"workers": 0.005, "PostgreSQL": 0.002},
    "screen": [0.1] * 3,
    "who": [0.2] * 3,
}


class _Options:
    calls = 3


def _verdicts(**changes):
    rows = calls_report.rows({**FIGURES, **changes}, _Options)
    return {what: good for what, _value, good in rows if good is not None}


def test_report_misses_what_is_not_as_it_should_be():
    assert all(_verdicts().values())
    for changes in (
        {"unanswered": 1},
        {"ended": 0},
        {"lost": 1},
        {"twice": 1},
        {"late": [0.2] * 3},
        {"webhook": [0.4] * 3},
        {"screen": [1.5] * 3},
    ):
        assert list(_verdicts(**changes).values()).count(False) == 1, changes


def test_report_says_whose_processor_time_it_was():
    rows = {what: value for what, value, _good in calls_report.rows(FIGURES, _Options)}
    assert rows["processor time for each event"] == "7.0 ms"
    assert rows["of it PostgreSQL"] == "2.0 ms"
