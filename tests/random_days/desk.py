# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person does is one request: a cursor of its own, a commit at its end, and the
retries of a server. Nobody here is the superuser, but for scheduled jobs."""

import re
import threading
from functools import partial

import odoo
from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.form import Form as PlainForm
from odoo.tests.form import UpdateDict
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


class Form(PlainForm):
    """Odoo's form. A user's view is read and prepared once: nobody changes views while
    days are played."""

    _prepared = {}

    def __init__(self, record, view=None):
        key = _view_key(record, view)
        if key not in self._prepared:
            super().__init__(record, view)
            self._prepared[key] = self._models_info, self._view
            return
        models, prepared = self._prepared[key]
        object.__setattr__(self, "_record", record)
        object.__setattr__(self, "_env", record.env)
        object.__setattr__(self, "_models_info", models)
        object.__setattr__(self, "_view", prepared)
        object.__setattr__(self, "_values", UpdateDict())
        if record:
            self._init_from_record()
        else:
            self._init_from_defaults()

    @classmethod
    def view(cls, record):
        """The prepared view of a record, without opening it where it is known."""
        key = _view_key(record, None)
        if key not in cls._prepared:
            cls(record)
        return cls._prepared[key][1]


def _view_key(record, view):
    """What a form's view depends on."""
    env = record.env
    context = {
        key: value
        for key, value in env.context.items()
        if not key.startswith(("default_", "active_"))
    }
    return (
        env.cr.dbname,
        record._name,
        str(view),
        env.uid,
        repr(sorted(context.items())),
    )


def press(record, name, **context):
    """Press a button of the record's form: it must be there for this user, in this
    state. What the button answers is returned.

    Every third time the whole form is read before, as a browser does; otherwise only
    what the button's conditions ask for.
    """
    view = Form.view(record)
    found = view["tree"].xpath(f"//button[@name='{name}'][not(ancestor::field)]")
    if not found:
        raise Hidden(f"{record._name} has no button {name} for this user")
    if record.env.cr.now().minute % 3:
        values = _values(record, view, found)
    else:
        values = Form(record)._get_eval_context()
    for button in found:
        condition = button.get("invisible") or "False"
        if not safe_eval(condition, dict(values)):
            extra = safe_eval(button.get("context") or "{}", dict(values))
            return getattr(record.with_context(**extra, **context), name)()
    raise Hidden(f"{name} is invisible on {record.display_name}")


def _values(record, view, buttons):
    """What the conditions of buttons may ask for."""
    text = " ".join(
        button.get(name) or ""
        for button in buttons
        for name in ("invisible", "context")
    )
    asked = set(re.findall(r"\w+", text)) & set(view["fields"])
    [values] = record.web_read({name: {} for name in asked})
    record.env.flush_all()
    record.env.clear()  # the button is another request
    env_context = dict(record.env.context)
    return {
        "active_id": record.id,
        "active_ids": record.ids,
        "active_model": record._name,
        **env_context,
        "context": env_context,
        **values,
    }


def answer(env, action, fill=None, button=None):
    """Fill in the dialogue that an action opens, and press its button.

    :param fill: called with the :class:`Form`
    """
    form = Form.from_action(env, action)
    if fill:
        fill(form)
    wizard = form.save()
    return getattr(wizard, button)()
