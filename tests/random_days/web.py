# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Days over HTTP: the same people through a server, as their browsers call it."""

import json
import threading
import urllib.request
from http.cookiejar import CookieJar

from werkzeug.serving import make_server

from odoo import http

from .company import PASSWORD
from .desk import Refused


class Web:
    """A server of this process, on the loopback interface and on the days' clock."""

    def __init__(self, database):
        self.database = database
        self.server = make_server("127.0.0.1", 0, http.root, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(10)

    def log_in(self, name):
        """A browser in which somebody has logged in."""
        return Browser(self, name.partition(" ")[0].lower())


class Browser:
    """What a web client calls."""

    def __init__(self, web, login):
        self._web = web
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        )
        self._post(
            "/web/session/authenticate",
            {"db": web.database, "login": login, "password": PASSWORD},
        )

    def call(self, model, method, *args, **kwargs):
        """Call a method, as a button or a form does.

        :raises Refused: with the words that the person reads
        """
        kwargs.setdefault("context", {"lang": "en_US", "tz": "UTC"})
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def save(self, model, id_, values, **context):
        """Save a form; the id of what was saved."""
        [saved] = self.call(
            model,
            "web_save",
            [id_] if id_ else [],
            values,
            specification={},
            context={"lang": "en_US", "tz": "UTC", **context},
        )
        return saved["id"]

    def _post(self, path, params):
        request = urllib.request.Request(
            self._web.url + path,
            json.dumps({"jsonrpc": "2.0", "params": params}, default=_text).encode(),
            {"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=120) as response:
            answer = json.load(response)
        if "error" in answer:
            data = answer["error"]["data"]
            if data["name"].startswith("odoo.exceptions."):
                raise Refused(data["message"])
            raise RuntimeError(data["debug"])
        return answer["result"]


def _text(moment):
    return moment.isoformat(sep=" ")
