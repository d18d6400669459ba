# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An agent in a real browser."""

import contextlib
import http.cookiejar
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

from workbench import odoo_process
from workbench.steps import Failure, program

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
#: notes when a number is first on the screen: after the frame that has it was drawn
WATCH = """
window.seenCalls = {};
new MutationObserver(() => {
    for (const card of document.querySelectorAll(".o_call_card")) {
        const number = card.querySelector(".o_call_number").textContent.trim();
        const who = card.querySelector(".o_caller_match");
        for (const key of [number, who && `${number} who`]) {
            if (key && !(key in window.seenCalls)) {
                window.seenCalls[key] = 0;
                requestAnimationFrame(() => setTimeout(() => {
                    window.seenCalls[key] = performance.timeOrigin + performance.now();
                }));
            }
        }
    }
}).observe(document.body, {childList: true, subtree: true, characterData: true});
"""


class Front:
    """One address for a server of several processes, as a proxy gives it: websockets
    go to Odoo's own process for them, everything else to the workers."""

    def __init__(self, http_port, websocket_port):
        self.ports = http_port, websocket_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.listener.close()

    def _serve(self):
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=[client], daemon=True).start()

    def _pass_on(self, client):
        # browsers open a connection of its own for a websocket
        with contextlib.suppress(OSError), client:
            first = client.recv(65536)
            port = self.ports[first.split(b"\r\n", 1)[0].startswith(b"GET /websocket")]
            with socket.create_connection(("127.0.0.1", port)) as server:
                server.sendall(first)
                back = threading.Thread(
                    target=self._copy, args=[server, client], daemon=True
                )
                back.start()
                self._copy(client, server)
                back.join(5)

    @staticmethod
    def _copy(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def session(url, database, login, password):
    """The session cookie of a log-in."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    body = {"db": database, "login": login, "password": password}
    request = urllib.request.Request(
        f"{url}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "params": body}).encode(),
        {"Content-Type": "application/json"},
    )
    with opener.open(request, timeout=60) as response:
        if "error" in json.load(response):
            raise Failure(f"{login} cannot log in")
    return next(cookie.value for cookie in jar if cookie.name == "session_id")


class Browser:
    """Chromium without a screen, driven over its DevTools; a context manager."""

    def __init__(self):
        self.program = next(filter(None, map(program, BROWSERS)), None)
        if not self.program:
            raise Failure("no Chromium on this machine: apt-get install chromium")

    def __enter__(self):
        import websocket

        self.folder = tempfile.mkdtemp(prefix="calls.")
        self.port = port = odoo_process.free_port()
        self.process = subprocess.Popen(
            [
                *(self.program, "--headless", "--no-sandbox", "--disable-gpu"),
                *("--no-first-run", "--disable-background-networking"),
                *("--disable-component-update", "--disable-sync", "--mute-audio"),
                f"--remote-debugging-port={port}",
                "--remote-allow-origins=*",
                "--window-size=1366,768",
                f"--user-data-dir={self.folder}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
        )
        try:
            pages = self._pages(port)
            self.socket = websocket.create_connection(
                next(p for p in pages if p["type"] == "page")["webSocketDebuggerUrl"],
                timeout=60,
            )
        except BaseException:
            self.__exit__()
            raise
        self.number = 0
        return self

    def __exit__(self, *_exception):
        odoo_process.stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _pages(port):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    return json.load(answer)
            except OSError:
                time.sleep(0.2)
        raise Failure("Chromium does not start")

    def command(self, method, **parameters):
        self.number += 1
        self.socket.send(
            json.dumps({"id": self.number, "method": method, "params": parameters})
        )
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                return answer.get("result", {})

    def evaluate(self, expression):
        answer = self.command(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        return answer.get("result", {}).get("value")

    def open(self, url, cookie):
        """The web client of a session, until it is there."""
        self.command("Network.enable")
        self.command("Network.setCookie", name="session_id", value=cookie, url=url)
        self.command("Page.navigate", url=f"{url}/odoo")
        self.wait("document.querySelector('.o_main_navbar') && true", 120)
        time.sleep(5)  # the bus connects after the page is there
        self.evaluate(WATCH)

    def wait(self, expression, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.evaluate(expression):
                return value
            time.sleep(0.05)
        raise Failure(f"the browser never got to: {expression}")

    def seen(self, key):
        """When something was first on the screen, in seconds since 1970."""
        return self.wait(f"window.seenCalls[{json.dumps(key)}]") / 1000
