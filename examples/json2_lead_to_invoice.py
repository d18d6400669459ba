#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a lead to the invoice over JSON-2, with Python's standard library only.

    make run                       # in another terminal
    ODOO_API_KEY=… python3 examples/json2_lead_to_invoice.py

An API key is made in the web client: the user's preferences, Security, Add API Key.
Settings: ODOO_URL (http://localhost:8069), ODOO_DATABASE (promise_desk), ODOO_API_KEY.
"""

import json
import os
import urllib.error
import urllib.request

from story import Story


def connect(url, database, key):
    """A function that calls a method of a model."""

    def call(model, method, ids=None, /, **named):
        body = named if ids is None else {"ids": ids, **named}
        request = urllib.request.Request(
            f"{url}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"bearer {key}",
                "X-Odoo-Database": database,
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "promise-desk-example",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # A refusal is a document, too: its message is for people.
            raise SystemExit(f"{model}.{method}: {refusal(error)}") from None

    return call


def refusal(error):
    try:
        return json.load(error)["message"]
    except (ValueError, KeyError):
        return f"{error.code} {error.reason}"


def main():
    key = os.environ.get("ODOO_API_KEY")
    if not key:
        raise SystemExit("ODOO_API_KEY is not set; see the top of this file")
    call = connect(
        os.environ.get("ODOO_URL", "http://localhost:8069"),
        os.environ.get("ODOO_DATABASE", "promise_desk"),
        key,
    )
    Story(call).tell_all()


if __name__ == "__main__":
    main()
