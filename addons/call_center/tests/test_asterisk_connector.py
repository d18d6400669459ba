import http.server
import json
import os
import socket
import tempfile
import threading
import time

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open, mute_logger

from ..asterisk.connector import Backoff, Connector, Manager
from ..asterisk.spool import Spool


class FakeManager:
    """A PBX that plays messages, over as many connections as are made."""

    def __init__(self, plays, channels=((), ())):
        self.plays, self.channels = list(plays), list(channels)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.connections = 0
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

    @staticmethod
    def send(connection, messages):
        for message in messages:
            text = "".join(f"{k}: {v}\r\n" for k, v in message.items() if k != "_t")
            connection.sendall(f"{text}\r\n".encode())


class FakeOdoo(http.server.ThreadingHTTPServer):
    """Keeps what is posted; refuses at first, if so told."""

    def __init__(self, statuses=()):
        self.events, self.statuses = [], list(statuses)
        odoo = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = odoo.statuses.pop(0) if odoo.statuses else 200
                if status == 200:
                    odoo.events.append(json.loads(body))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_arguments):
                return

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def recording(name):
    with file_open(f"call_center/tests/data/{name}.json") as file:
        return json.load(file)


@tagged("post_install", "-at_install")
class TestAsteriskConnector(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "spool.sqlite")

    def _run(self, pbx, odoo, until):
        spool = Spool(self.path)
        self.addCleanup(spool.close)
        options = {"host": "127.0.0.1", "port": pbx.port, "user": "u", "secret": "s"}
        url = f"http://127.0.0.1:{odoo.server_address[1]}/"
        connector = Connector(spool, url, options, lambda: Backoff(0.01, 0.05))
        threads = connector.start()
        end = time.monotonic() + 15
        try:
            while time.monotonic() < end and not until(odoo.events, spool):
                time.sleep(0.02)
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

    @mute_logger("asterisk")
    def test_messages_become_events_in_their_order(self):
        pbx = FakeManager([recording("inbound_answered_e164")])
        events = self._run(pbx, FakeOdoo(), self._ended)
        names = [event["event"] for event in events]
        self.assertEqual(names[0], "newCall")
        self.assertEqual(names[-1], "hangup")
        self.assertIn("answer", names)
        self.assertEqual({e["callId"] for e in events}, {"citest-1795312561.1"})

    @mute_logger("asterisk")
    def test_events_wait_while_odoo_is_away(self):
        pbx = FakeManager([recording("inbound_busy")])
        odoo = FakeOdoo([503, 429, 401, 500, 503])
        events = self._run(pbx, odoo, self._ended)
        self.assertEqual([e["event"] for e in events], ["newCall", "newCall", "hangup"])

    @mute_logger("asterisk")
    def test_event_that_odoo_will_never_take_holds_up_no_other(self):
        pbx = FakeManager([recording("inbound_busy")])
        events = self._run(pbx, FakeOdoo([422]), self._ended)
        self.assertEqual([e["event"] for e in events], ["newCall", "hangup"])

    @mute_logger("asterisk")
    def test_after_a_disconnect_it_asks_what_it_missed(self):
        messages = recording("inbound_answered_e164")
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
