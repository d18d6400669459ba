# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person does is one request: a cursor of its own, a commit at its end, and the
retries of a server. Nobody here is the superuser, but for scheduled jobs."""

import threading
from functools import partial

import odoo
from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval


class Refused(Exception):
    """A person was told that it cannot be done, in words."""


class Hidden(Exception):
    """The button is not there for this person, in this state of the document."""


def open_registry(database, arguments=()):
    """The registry of a database, as a server without HTTP would have it."""
    odoo.tools.config.parse_config(
        ["-d", database, "--no-http", "--max-cron-threads=0", *arguments]
    )
    odoo.service.server.load_server_wide_modules()
    return Registry(database)


class Person:
    """Somebody who works with the system.

    :param uid: user
    :param context: what their browser sends along
    """

    def __init__(self, registry, name, uid, context=None):
        self.registry = registry
        self.name = name
        self.uid = uid
        self.context = {"lang": "en_US", "tz": "UTC", **(context or {})}
        self.between = None

    def do(self, function):
        """Run ``function(env)`` as a request.

        ``between``, if it is set, happens once, after the request has begun and before
        its work: what somebody else does in that moment.

        :raises Refused: with the words that the person reads
        """
        thread = threading.current_thread()
        thread.dbname, thread.uid = self.registry.db_name, self.uid
        self.registry.check_signaling()
        try:
            with self.registry.cursor() as cursor:
                env = api.Environment(cursor, self.uid, self.context)
                env.transaction.default_env = env
                result = retrying(partial(self._begun, function, env), env)
            self.registry.signal_changes()
        except UserError as error:  # ValidationError and AccessError are, too
            self.registry.reset_changes()
            raise Refused(str(error.args[0] if error.args else error)) from error
        except AssertionError as error:
            self.registry.reset_changes()
            if "can't write on" in str(error):  # a field that is read-only or hidden
                raise Hidden(str(error)) from error
            raise
        except Exception:
            self.registry.reset_changes()
            raise
        return result

    def _begun(self, function, env):
        between, self.between = self.between, None
        if between:
            env.cr.execute("SELECT 1")  # from here on it sees the tables as they are
            between()
        return function(env)


def press(record, name, **context):
    """Press a button of the record's form: it must be there for this user, in this
    state. What the button answers is returned."""
    form = Form(record)
    found = form._view["tree"].xpath(f"//button[@name='{name}'][not(ancestor::field)]")
    if not found:
        raise Hidden(f"{record._name} has no button {name} for this user")
    values = form._get_eval_context()
    for button in found:
        condition = button.get("invisible") or "False"
        if not safe_eval(condition, dict(values)):
            extra = safe_eval(button.get("context") or "{}", dict(values))
            return getattr(record.with_context(**extra, **context), name)()
    raise Hidden(f"{name} is invisible on {record.display_name}")


def answer(env, action, fill=None, button=None):
    """Fill in the dialogue that an action opens, and press its button.

    :param fill: called with the :class:`Form`
    """
    form = Form.from_action(env, action)
    if fill:
        fill(form)
    wizard = form.save()
    return getattr(wizard, button)()
