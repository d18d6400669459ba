"""Counts of how the addons are built, read from their sources as text.

What is counted makes an addon hard to enter: a model that its own addon opens again,
a method that overrides one of the same addon, a mixin with one user, a view that
extends a view of the same addon, state that travels beside the arguments, long models.

    scripts/python tests/house.py        prints each count and where it is from
"""

import ast
import collections
import re
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[1] / "addons"
MODEL_BASES = {"Model", "AbstractModel", "TransientModel"}
#: state beside the arguments, as it looks in a source; a language and archived records
#: are asked for in Odoo's own way
BESIDE = {
    "context keys": r"\bwith_context\((?!\s*(?:lang|active_test)=)",
    "cr.cache": r"\bcr\.cache\b",
    "precommit.data": r"\bprecommit\.data\b",
    "thread-locals": r"\bthreading\.local\(",
}


class ModelClass:
    """One class that defines or extends a model."""

    def __init__(self, addon, path, node):
        self.addon = addon
        self.path = path
        self.lines = node.end_lineno - node.lineno + 1
        values = {
            target.id: statement.value
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        self.inherits = _names(values.get("_inherit"))
        own = _names(values.get("_name"))
        self.model = (own or self.inherits or [None])[0]
        self.is_new = bool(own) and self.model not in self.inherits
        bases = {getattr(base, "attr", "") for base in node.bases}
        self.is_abstract = "AbstractModel" in bases
        self.methods = [n.name for n in node.body if isinstance(n, ast.FunctionDef)]


def _names(value):
    """The text or texts of an attribute such as _inherit."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, ast.List | ast.Tuple):
        return [name for element in value.elts for name in _names(element)]
    return []


def sources():
    """(addon, path) of each Python file that is part of an addon and no test."""
    for path in sorted(ADDONS.glob("*/**/*.py")):
        parts = path.relative_to(ADDONS).parts
        if not {"tests", "migrations"} & set(parts):
            yield parts[0], path


def model_classes():
    for addon, path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bases = {getattr(base, "attr", "") for base in node.bases}
                found = ModelClass(addon, path, node)
                if bases & MODEL_BASES and found.model:
                    yield found


def count():
    """{what is counted: [where]}"""
    classes = list(model_classes())
    found = collections.defaultdict(list)
    by_model = collections.defaultdict(list)
    for item in classes:
        by_model[item.addon, item.model].append(item)
    for (addon, model), items in by_model.items():
        found["reopened classes"] += [f"{addon}: {model}"] * (len(items) - 1)
        methods = collections.Counter(name for item in items for name in item.methods)
        found["self-overrides"] += [
            f"{addon}: {model}.{name}"
            for name, times in methods.items()
            for _again in range(times - 1)
        ]
        if len(methods) > 45 or sum(item.lines for item in items) > 700:
            lines = sum(item.lines for item in items)
            found["large models"].append(
                f"{addon}: {model} ({len(methods)} methods, {lines} lines)"
            )
    found["mixins with one user"] = list(_lonely_mixins(classes))
    found["views of our own views"] = list(_own_views())
    for addon, path in sources():
        text = path.read_text()
        for name, pattern in BESIDE.items():
            if re.search(pattern, text):
                found[f"files with {name}"].append(f"{addon}: {path.name}")
    return dict(found)


def _lonely_mixins(classes):
    users = collections.defaultdict(set)
    for item in classes:
        for name in item.inherits:
            if name != item.model:
                users[name].add(item.model)
    for item in classes:
        if item.is_new and item.is_abstract and len(users[item.model]) == 1:
            yield f"{item.addon}: {item.model}"


def _own_views():
    pattern = re.compile(r"""inherit_id"?\s*(?:=|ref=|"\s+ref=)\s*"([\w.]+)\"""")
    for path in sorted(ADDONS.glob("*/**/*.xml")):
        addon = path.relative_to(ADDONS).parts[0]
        for name in pattern.findall(path.read_text()):
            if name.split(".")[0] == addon or "." not in name:
                yield f"{addon}: {path.name} extends {name}"


if __name__ == "__main__":
    for what, where in count().items():
        print(f"{len(where):4}  {what}")
        for line in where if "-v" in sys.argv else ():
            print(f"        {line}")
