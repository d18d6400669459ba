#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a lead to the invoice over XML-RPC, with Python's standard library only.

    make run                       # in another terminal
    python3 examples/xmlrpc_lead_to_invoice.py

Settings: ODOO_URL (http://localhost:8069), ODOO_DATABASE (promise_desk), ODOO_LOGIN
and ODOO_PASSWORD (admin), where the password may be an API key.
"""

import os
import xmlrpc.client

from story import Story


def connect(url, database, login, password):
    """A function that calls a method of a model."""
    common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
    uid = common.authenticate(database, login, password, {})
    if not uid:
        raise SystemExit(f"{login} cannot log in to {database} at {url}")
    models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")

    def call(model, method, ids=None, /, **named):
        positional = [] if ids is None else [ids]
        if method == "create":  # Odoo takes this one by position only
            positional.append(named.pop("vals_list"))
        try:
            return models.execute_kw(
                database, uid, password, model, method, positional, named
            )
        except xmlrpc.client.Fault as fault:
            if "cannot marshal None" in fault.faultString:
                # Some of Odoo's own methods (not the suite's) return what XML-RPC
                # cannot say. The work is done by then: do not repeat the call.
                return None
            # Code 2 is a refusal with a text for people.
            raise SystemExit(f"{model}.{method}: {fault.faultString}") from None

    return call


def main():
    call = connect(
        os.environ.get("ODOO_URL", "http://localhost:8069"),
        os.environ.get("ODOO_DATABASE", "promise_desk"),
        os.environ.get("ODOO_LOGIN", "admin"),
        os.environ.get("ODOO_PASSWORD", "admin"),
    )
    Story(call).tell_all()


if __name__ == "__main__":
    main()
