"""Whoever may call a public method is asked for their rights first: every public method
of every model, those that exist and those to come."""

import inspect

from odoo.exceptions import AccessError, MissingError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MUTED, SuiteCase, addon_of

#: Methods of Odoo's own that ours extend, whose rights Odoo asks in its own way or that
#: tell nothing of records.
ODOOS_OWN = {
    "cache_invalidation_fields",  # names of fields
    "copy",
    "copy_data",
    "create",
    "default_get",  # values of a new record
    "export_data",
    "fields_get",
    "formatted_read_group",
    "init",
    "onchange",
    "read",
    "search_fetch",
    "session_info",  # the session's own
    "unlink",
    "web_read",
    "web_read_group",
    "write",
}
#: Methods on the model, not on records, that every employee may call; what they tell is
#: what the employee may read anyway.
EMPLOYEES = {
    ("phone.call", "caller_context"),
    ("phone.call", "caller_lead"),
    ("phone.call", "caller_outline"),
    ("phone.call", "lookup"),
    ("phone.call", "my_calls"),
}
#: The id of a row of a report that is not there.
NOBODY = 2**31 - 2


@tagged("post_install", "-at_install")
class TestPublicMethods(SuiteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            "public": cls.env.ref("base.public_user"),
            "portal": cls._user("suite_portal", cls.ours, ["base.group_portal"]),
            "employee": cls._user("suite_employee", cls.ours, ["base.group_user"]),
            "other company": cls.stranger,
        }

    def _public_methods(self):
        """[(model, method)] that clients can call and that are written in the suite."""
        found = []
        for name, model in sorted(self.env.registry.items()):
            for method in sorted(dir(model)):
                if method.startswith("_") or method in ODOOS_OWN:
                    continue
                if (
                    not callable(getattr(model, method, None))
                    or method in model._fields
                ):
                    continue
                if not any(
                    method in vars(cls) and addon_of(cls) in self.suite
                    for cls in model.mro()
                ):
                    continue
                try:
                    get_public_method(self.env[name], method)
                except AccessError:
                    continue  # private for clients
                found.append((name, method))
        return found

    def test_methods_are_found(self):
        methods = self._public_methods()
        if "stock_promise" in self.suite:
            self.assertIn(("delivery.promise", "hold"), methods)
        if "call_center" in self.suite:
            self.assertIn(("phone.call", "dial"), methods)

    def _call(self, records, method):
        function = get_public_method(records, method)
        parameters = list(inspect.signature(function).parameters.values())[1:]
        arguments = [
            None
            for parameter in parameters
            if parameter.default is parameter.empty
            and parameter.kind
            in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        target = records.browse() if _on_model(function) else records
        with self.cr.savepoint():
            return getattr(target, method)(*arguments)

    def _records(self, name):
        model = self.env[name]
        if not model._auto:
            return model.browse(NOBODY)
        return self.make(name, self.ours, self.user if model._transient else None)

    def _examples(self, name, company):
        """The order is the portal user's own: they may read it."""
        if name == "sale.order":
            return {"partner_id": self.roles["portal"].partner_id.id}
        return super()._examples(name, company)

    @mute_logger(*MUTED)
    def test_whoever_may_not_is_refused_before_anything_else(self):
        for name, method in self._public_methods():
            model = self.env[name]
            if model._abstract and any(
                not self.env[child]._abstract for child in _heirs(self.env, name)
            ):
                continue  # tried on the models that inherit it
            on_model = _on_model(getattr(model, method))
            records = model
            if not on_model and not model._abstract:
                records = self._records(name)
            for role, user in self.roles.items():
                seen = self.seen_by(user, records)
                if role in ("public", "portal"):
                    pass  # refused whatever they may read
                elif on_model:
                    if role == "other company" or (name, method) in EMPLOYEES:
                        continue
                elif seen and model._auto and seen.has_access("read"):
                    continue  # whether they may do it is another test's
                with self.subTest(model=name, method=method, role=role):
                    with self.assertRaises(AccessError):
                        try:
                            self._call(seen, method)
                        except MissingError as error:
                            raise AccessError(str(error)) from error


def _heirs(env, name):
    """Names of the models that inherit a mixin, also through another."""
    found, todo = set(), [name]
    while todo:
        children = set(env[todo.pop()]._inherit_children) - found
        found |= children
        todo += children
    return found


def _on_model(function):
    return getattr(function, "_api_model", False)
