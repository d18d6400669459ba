#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Posts events at their moments, in a process of its own.

What is sent is made before the first moment, and one thread waits for all answers:
what is measured is the server, not the measuring. Started by bench/traffic.py, with
``{"host", "port", "path", "connections", "plan": [[moment, body], ...]}`` as JSON on
its input; writes ``[[status or error, began at, seconds, late by], ...]`` in the plan's
order.
"""

import collections
import json
import selectors
import socket
import sys
import time

#: no answer after so many seconds is none
PATIENCE = 60


class Post:
    """One event on its way, by a connection of its own as Odoo's workers give it."""

    def __init__(self, address, request, due):
        self.request = request
        self.received = b""
        self.began = time.monotonic()
        self.late = self.began - due
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self.socket.connect_ex(address)

    def go_on(self, events):
        """Whether it is answered, or has failed."""
        try:
            if events & selectors.EVENT_WRITE:
                sent = self.socket.send(self.request)
                self.request = self.request[sent:]
                return None
            data = self.socket.recv(65536)
        except BlockingIOError:
            return None
        except OSError as error:
            return repr(error)
        if data:
            self.received += data
            return None
        status = self.received.split(b" ", 2)[1:2]
        return int(status[0]) if status else "no answer"

    def result(self, status):
        self.socket.close()
        return [status, self.began, time.monotonic() - self.began, self.late]


def run(address, requests, connections):
    """Results of all requests, [(moment, bytes)], whose moments begin soon."""
    waiting = collections.deque(enumerate(requests))
    results = [["not sent", 0, 0, 0] for _ in requests]
    running = {}
    begin = time.monotonic() + 0.5
    selector = selectors.DefaultSelector()
    end = begin + requests[-1][0] + PATIENCE
    while (waiting or running) and time.monotonic() < end:
        while waiting and len(running) < connections:
            index, (moment, request) = waiting[0]
            if begin + moment > time.monotonic():
                break
            waiting.popleft()
            post = running[index] = Post(address, request, begin + moment)
            selector.register(post.socket, selectors.EVENT_WRITE, index)
        pause = 1.0
        if waiting and len(running) < connections:
            pause = max(begin + waiting[0][1][0] - time.monotonic(), 0)
        for key, events in selector.select(min(pause, 1.0)):
            post = running[key.data]
            status = post.go_on(events)
            if status is not None:
                selector.unregister(post.socket)
                results[key.data] = running.pop(key.data).result(status)
            elif not post.request and events & selectors.EVENT_WRITE:
                selector.modify(post.socket, selectors.EVENT_READ, key.data)
    for index, post in running.items():
        results[index] = post.result("no answer")
    return results


def main():
    job = json.load(sys.stdin)
    head = (
        f"POST {job['path']} HTTP/1.1\r\nHost: {job['host']}:{job['port']}\r\n"
        "Content-Type: application/json\r\nConnection: close\r\n"
    )
    requests = []
    for moment, body in job["plan"]:
        data = body.encode()
        whole = f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
        requests.append((moment, whole))
    address = job["host"], job["port"]
    json.dump(run(address, requests, job["connections"]), sys.stdout)


if __name__ == "__main__":
    main()
