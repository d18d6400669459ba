"""The process beside a PBX, between a PBX and an Odoo that play their parts."""

import http.server
import json
import socket
import threading
import time
import unittest
from unittest.mock import patch

import beside_pbx
import pytest
from asterisk import connector as connector_module
from asterisk.connector import Backoff, Connector, Dialling, Manager
from asterisk.spool import Spool
from asterisk.translate import endpoint, is_agent, translate


class FakeManager:
    """A PBX that plays messages, over as many connections as are made."""

    def __init__(self, plays, channels=((), ()), stays=None):
        self.stays = stays
        self.plays, self.channels = list(plays), list(channels)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.connections = 0
        self.actions = []
        self.done = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        for play in self.plays:
            try:
                connection, _address = self.server.accept()
            except OSError:
                return
            with connection:
                self.play(connection, play)
        self.done.set()

    def play(self, connection, play):
        lines = connection.makefile("rb")
        connection.sendall(b"Asterisk Call Manager/9\r\n")
        running = self.channels[self.connections]
        self.connections += 1
        for answer in (
            [{"Response": "Success"}],
            [*running, {"Event": "CoreShowChannelsComplete"}],
        ):
            while lines.readline().strip():
                pass  # one action
            self.send(connection, answer)
        self.send(connection, play)
        if callable(self.stays):
            while not self.stays() and (line := lines.readline()):
                self.actions.append(line.decode().strip())

    @staticmethod
    def send(connection, messages):
        for message in messages:
            text = "".join(f"{k}: {v}\r\n" for k, v in message.items() if k != "_t")
            connection.sendall(f"{text}\r\n".encode())


class FakeOdoo(http.server.ThreadingHTTPServer):
    """Keeps what is posted; refuses at first, if so told."""

    def __init__(self, statuses=(), commands=()):
        self.events, self.statuses = [], list(statuses)
        self.commands = list(commands)
        odoo = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/commands"):
                    answer = {
                        "commands": [odoo.commands.pop()] if odoo.commands else []
                    }
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(json.dumps(answer).encode())
                    return
                status = odoo.statuses.pop(0) if odoo.statuses else 200
                if status == 200:
                    odoo.events.append(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_arguments):
                return

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Hanging:
    """Neither answers nor fails."""

    def __init__(self, end):
        self.end = end

    def send(self, *_arguments, **_fields):
        self.end.wait(20)
        return 0, b""


def wait_until(condition, seconds=15):
    """Wait for a condition; whoever asks says what it means if it does not come."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


class TestAsteriskConnector(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.path = tmp_path / "spool.sqlite"

    def _run(self, pbx, odoo, until, dialling=None):
        spool = Spool(self.path)
        self.addCleanup(spool.close)
        options = {"host": "127.0.0.1", "port": pbx.port, "user": "u", "secret": "s"}
        url = f"http://127.0.0.1:{odoo.server_address[1]}/token"
        connector = Connector(
            spool, url, options, lambda: Backoff(0.01, 0.05), dialling
        )
        threads = connector.start()
        try:
            wait_until(lambda: until(odoo.events, spool))
        finally:
            pbx.server.close()
            connector.stop()
            for thread in threads:
                thread.join(10)
            odoo.shutdown()
            odoo.server_close()
        self.assertTrue(until(odoo.events, spool), odoo.events)
        return odoo.events

    @staticmethod
    def _ended(events, spool):
        return any(e["event"] == "hangup" for e in events) and not spool.first()

    def test_messages_become_events_in_their_order(self):
        pbx = FakeManager([beside_pbx.recording("inbound_answered_e164")])
        events = self._run(pbx, FakeOdoo(), self._ended)
        names = [event["event"] for event in events]
        self.assertEqual(names[0], "newCall")
        self.assertEqual(names[-1], "hangup")
        self.assertIn("answer", names)
        self.assertEqual({e["callId"] for e in events}, {"citest-1795312561.1"})

    def test_events_wait_while_odoo_is_away(self):
        pbx = FakeManager([beside_pbx.recording("inbound_busy")])
        odoo = FakeOdoo([503, 429, 401, 500, 503])
        events = self._run(pbx, odoo, self._ended)
        self.assertEqual([e["event"] for e in events], ["newCall", "newCall", "hangup"])

    def test_event_that_odoo_will_never_take_holds_up_no_other(self):
        pbx = FakeManager([beside_pbx.recording("inbound_busy")])
        events = self._run(pbx, FakeOdoo([422]), self._ended)
        self.assertEqual([e["event"] for e in events], ["newCall", "hangup"])

    def test_after_a_disconnect_it_asks_what_it_missed(self):
        messages = beside_pbx.recording("inbound_answered_e164")
        half = messages[: len(messages) // 2]
        other = {
            "Event": "CoreShowChannel",
            "Channel": "PJSIP/trunk-00000009",
            "CallerIDNum": "+4989123456",
            "Exten": "4930101",
            "Duration": "00:01:05",
            "Uniqueid": "x.9",
            "Linkedid": "x.9",
        }
        pbx = FakeManager([half, []], channels=((), (other,)))

        def both(events, spool):
            return len({e["callId"] for e in events}) == 2 and self._ended(
                events, spool
            )

        events = self._run(pbx, FakeOdoo(), both)
        ended = [e["callId"] for e in events if e["event"] == "hangup"]
        self.assertEqual(ended, ["citest-1795312561.1"])
        began = next(e for e in events if e["callId"] == "x.9")
        self.assertEqual(began["from"], "+4989123456")
        self.assertAlmostEqual(float(began["timestamp"]), time.time() - 65, delta=20)

    def test_spool_outlives_the_process_and_is_bounded(self):
        spool = Spool(self.path, limit=3)
        for number in range(5):
            spool.put({"event": "newCall", "callId": str(number)})
        spool.close()
        spool = Spool(self.path, limit=3)
        left = []
        while first := spool.first():
            left.append(first[1]["callId"])
            spool.remove(first[0])
        self.assertEqual(left, ["2", "3", "4"])
        self.assertEqual(len(spool.open_calls()), 5)
        spool.put({"event": "hangup", "callId": "1"})
        self.assertEqual(spool.open_calls(), {"0", "2", "3", "4"})
        spool.close()

    def test_refused_log_in_is_said(self):
        server = socket.create_server(("127.0.0.1", 0))

        def refuse():
            connection, _address = server.accept()
            with connection:
                connection.sendall(b"Hello\r\n")
                lines = connection.makefile("rb")
                while lines.readline().strip():
                    pass
                connection.sendall(b"Response: Error\r\nMessage: No such user\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        self.addCleanup(server.close)
        with self.assertRaisesRegex(PermissionError, "No such user"):
            Manager("127.0.0.1", server.getsockname()[1], "u", "wrong")

    # -- calls to place ----------------------------------------------------

    ORDER = {"callId": "odoo-0123456789ab", "extension": "101", "number": "+4930123"}

    def test_order_becomes_an_action_of_the_manager(self):
        pbx = FakeManager([[]], stays=lambda: False)

        def placed(_events, _spool):
            return "ActionID: odoo-0123456789ab" in pbx.actions and "" in pbx.actions

        self._run(pbx, FakeOdoo(commands=[self.ORDER]), placed, Dialling(plus="00"))
        actions = pbx.actions
        self.assertEqual(
            actions[actions.index("Action: Originate") + 1][:8], "ActionID"
        )
        for line in (
            "ChannelId: odoo-0123456789ab",
            "Channel: PJSIP/101",
            "Context: from-internal",
            "Exten: 004930123",
            "Timeout: 25000",
        ):
            self.assertIn(line, actions)

    def test_order_that_is_more_than_a_number_is_no_order(self):
        dialling = Dialling()
        self.assertTrue(dialling.action(self.ORDER))
        for name, value in (
            ("number", "+4930123\r\nApplication: System"),
            ("number", "+4930123\n"),
            ("number", "4930&PJSIP/102"),
            ("number", ""),
            ("number", 4930123),
            ("extension", "101/x"),
            ("extension", "101&102"),
            ("extension", None),
            ("callId", "other"),
            ("callId", "odoo-12345678\r\n"),
        ):
            self.assertIsNone(dialling.action({**self.ORDER, name: value}), value)

    def test_order_that_cannot_be_carried_out_is_given_back(self):
        pbx = FakeManager([[]], stays=lambda: False)
        bad = {**self.ORDER, "number": "x"}
        odoo = FakeOdoo(commands=[bad])
        events = self._run(pbx, odoo, lambda events, _spool: events, Dialling())
        self.assertEqual(events[0]["callId"], self.ORDER["callId"])
        self.assertEqual((events[0]["event"], events[0]["failed"]), ("hangup", "agent"))

    # -- what keeps it going -------------------------------------------------

    def _rude_odoo(self, *answers):
        """Answers that are no HTTP, then none: as a proxy that restarts gives."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve():
            for answer in answers:
                connection, _address = server.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/token"

    def _connector(self, url="http://127.0.0.1:9/token", dialling=None):
        spool = Spool(self.path)
        self.addCleanup(spool.close)
        return Connector(spool, url, {}, lambda: Backoff(0.01, 0.02), dialling)

    def test_answer_that_is_no_http_is_no_answer(self):
        answers = (
            b"",
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        )
        connector = self._connector(self._rude_odoo(*answers))
        for answer in answers:
            with self.subTest(answer=answer[:30]):
                self.assertEqual(connector.request(connector.url, {}), (0, b""))

    def test_answers_that_are_no_http_lose_no_event(self):
        good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        connector = self._connector(self._rude_odoo(b"", b"nonsense\r\n", good))
        connector.spool.put({"event": "newCall", "callId": "1"})
        thread = threading.Thread(target=connector.post_forever, daemon=True)
        thread.start()
        wait_until(lambda: not connector.spool.first())
        connector.stop()
        thread.join(10)
        self.assertFalse(thread.is_alive())
        self.assertIsNone(connector.spool.first())

    def test_answer_to_orders_that_cannot_be_read_places_no_call(self):
        connector = self._connector(dialling=Dialling())
        sent = []
        connector.manager = type("M", (), {"send": lambda _s, **f: sent.append(f)})()
        for answer in (b"", b"[]", b"{}", b'{"commands": 5}', b'{"commands": [5]}'):
            connector.place(answer)
        self.assertEqual(sent, [])

    def test_silent_pbx_is_pinged_and_a_dead_one_does_no_harm(self):
        self.enterContext(patch.object(connector_module, "PING_EVERY", 0.01))
        connector = self._connector()
        sent, answers = [], [None, OSError("gone"), ValueError("closed"), None]

        class Pbx:
            def send(self, **fields):
                sent.append(fields)
                answer = answers.pop(0) if answers else None
                if answer:
                    raise answer

        thread = threading.Thread(target=connector.ping_forever, daemon=True)
        thread.start()
        # it comes round while nobody is there yet
        rounds = set()
        wait_until(lambda: rounds.add(connector.beats.get("ping")) or len(rounds) > 3)
        self.assertEqual(sent, [])
        connector.manager = Pbx()
        wait_until(lambda: len(sent) >= 6)
        self.assertTrue(thread.is_alive(), "a failed ping ends no thread")
        connector.manager = None
        connector.stop()
        thread.join(10)
        self.assertFalse(thread.is_alive())
        self.assertEqual(sent[5], {"Action": "Ping"})

    def test_loop_that_hangs_is_noticed(self):
        """Each of them: what hangs in the middle of its work does not come round."""
        hung = threading.Event()
        self.addCleanup(hung.set)
        for name, loop in (("ask", "ask_forever"), ("ping", "ping_forever")):
            with (
                self.subTest(name),
                patch.multiple(
                    connector_module, LONGEST_BEAT=0.3, PING_EVERY=0.01, ASK_EVERY=0.01
                ),
            ):
                connector = self._connector(dialling=Dialling())
                connector.manager = _Hanging(hung)
                connector.request = _Hanging(hung).send
                thread = threading.Thread(target=getattr(connector, loop), daemon=True)
                thread.start()
                wait_until(lambda c=connector, n=name: n in c.beats)
                wait_until(lambda c=connector: not c.is_alive(), 5)
                self.assertFalse(connector.is_alive(), name)

    # -- single messages ---------------------------------------------------

    def test_order_that_failed_is_told_by_its_id(self):
        message = {
            "Event": "OriginateResponse",
            "Response": "Failure",
            "ActionID": "odoo-1",
            "Reason": "3",
            "Uniqueid": "<unknown>",
        }
        event = translate(message)
        self.assertEqual((event["callId"], event["cause"]), ("odoo-1", "noAnswer"))
        self.assertEqual(event["failed"], "agent")
        self.assertIsNone(translate({**message, "Response": "Success"}))
        self.assertIsNone(translate({**message, "ActionID": "somebody-else"}))

    def test_call_that_nobody_took_is_not_cleared_normally(self):
        message = {"Event": "Hangup", "Uniqueid": "1", "Linkedid": "1"}
        for state, cause, expected in (
            ("4", "0", "noAnswer"),
            ("4", "16", "noAnswer"),
            ("4", "17", "busy"),
            ("6", "16", "normalClearing"),
        ):
            event = translate({**message, "ChannelState": state, "Cause": cause})
            self.assertEqual(event["cause"], expected)

    def test_running_channels_tell_who_talks(self):
        message = {
            "Event": "CoreShowChannel",
            "Channel": "PJSIP/101-00000002",
            "Uniqueid": "2",
            "Linkedid": "1",
        }
        for state, other, expected in (
            ("6", "+49301", ("answer", "in")),
            ("5", "+49301", ("newCall", "in")),
            ("5", "102", ("newCall", "out")),
        ):
            event = translate(
                {**message, "ChannelState": state, "ConnectedLineNum": other}
            )
            self.assertEqual((event["event"], event["direction"]), expected)
            self.assertEqual((event["user"], event["legId"]), (["101"], "2"))
        self.assertIsNone(translate({**message, "Channel": "PJSIP/trunk-00000002"}))

    def test_messages_of_no_call_are_left_out(self):
        for message in (
            {},
            {"Event": "FullyBooted"},
            {"Event": "Hangup"},
            {"Event": "DialBegin"},
            {"Event": "Newchannel", "Uniqueid": "1", "Linkedid": "2"},
            {"Event": "DialEnd", "DialStatus": "BUSY"},
        ):
            self.assertIsNone(translate(message))

    def test_channels_are_read(self):
        self.assertEqual(endpoint("PJSIP/101-0000000f"), "101")
        self.assertEqual(endpoint("Local/101@agents-00000001;2"), "101@agents")
        self.assertTrue(is_agent("PJSIP/101-0000000f"))
        self.assertFalse(is_agent("PJSIP/trunk-0000000f"))
        self.assertFalse(is_agent(None))
