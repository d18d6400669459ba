#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Agents' panels on the bus, in a process of its own.

One thread reads all of their websockets and keeps what comes as it came; it is read
only when somebody asks. Started by bench/traffic.py, with ``{"host", "port",
"cookies"}`` as the first line of its input. Then each line is a command: ``told``
writes ``[[agent, moment, id of the message, what is told], ...]`` as a line,
``forget`` begins anew, ``stop`` ends.
"""

import base64
import json
import os
import selectors
import socket
import struct
import sys
import time

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Panel:
    """What an agent's browser is told over the bus."""

    def __init__(self, host, port, cookie):
        self.socket = socket.create_connection((host, port), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Origin: http://{host}:{port}\r\nCookie: session_id={cookie}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = self.socket.recv(65536)
            if not data:
                break
            answer += data
        status, _end, self.buffer = answer.partition(b"\r\n\r\n")
        if b" 101 " not in status.split(b"\r\n", 1)[0]:
            raise SystemExit(f"no websocket: {status[:200]!r}")
        data = {"event_name": "subscribe", "data": {"channels": [], "last": 0}}
        self.send(TEXT, json.dumps(data).encode())

    def send(self, kind, payload):
        """A short frame, masked as those of browsers are."""
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | kind, 0x80 | len(payload)]) + mask + masked)

    def frames(self):
        """The payloads of the texts that have come, whole ones only."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server ended a websocket")
        self.buffer += data
        while len(self.buffer) >= 2:
            first, length = self.buffer[:2]
            start = 2
            if length == 126:
                start, form = 4, ">H"
            elif length == 127:
                start, form = 10, ">Q"
            if len(self.buffer) < start:
                return
            if start > 2:
                (length,) = struct.unpack(form, self.buffer[2:start])
            if len(self.buffer) < start + length:
                return
            payload = self.buffer[start : start + length]
            self.buffer = self.buffer[start + length :]
            if first == 0x80 | TEXT:
                yield payload
            elif first == 0x80 | PING:
                self.send(PONG, payload)
            elif first == 0x80 | CLOSE:
                raise ConnectionError("the server closed a websocket")


def told(received):
    """[[agent, moment, id, what is told]] of the messages about calls."""
    messages = []
    for agent, moment, payload in received:
        for notification in json.loads(payload):
            message = notification["message"]
            if message["type"] == "call_center.call":
                messages.append([agent, moment, notification["id"], message["payload"]])
    return messages


def main():
    job = json.loads(sys.stdin.readline())
    selector = selectors.DefaultSelector()
    for agent, cookie in enumerate(job["cookies"]):
        panel = Panel(job["host"], job["port"], cookie)
        selector.register(panel.socket, selectors.EVENT_READ, (agent, panel))
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    received = []
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            if key.data:
                agent, panel = key.data
                moment = time.monotonic()
                received += [(agent, moment, payload) for payload in panel.frames()]
                continue
            command = sys.stdin.readline().strip()
            if command == "told":
                print(json.dumps(told(received)), flush=True)
            elif command == "forget":
                received.clear()
                print("[]", flush=True)
            else:
                return


if __name__ == "__main__":
    main()
