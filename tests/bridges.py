"""What an add-on declares for its bridges, and what these use of it, read as text.

An add-on declares in ``bridges.py``: ``HOOKS`` (methods to override), ``HELPERS``
(methods to call), ``FOR_OTHERS`` (hooks that no bridge here needs) and ``MODULES`` (to
import). The keys are methods with their arguments.
"""

import ast
import functools
import importlib.util
import re

import house

TABLES = ("HOOKS", "HELPERS", "FOR_OTHERS")


def roots():
    """The add-ons that declare something."""
    return sorted(path.parent.name for path in house.ADDONS.glob("*/bridges.py"))


@functools.cache
def declared(addon):
    """{table: {(model, method): arguments}}, and the modules under "MODULES"."""
    path = house.ADDONS / addon / "bridges.py"
    spec = importlib.util.spec_from_file_location(f"{addon}_bridges", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tables = {}
    for table in TABLES:
        tables[table] = {}
        for model, methods in getattr(module, table, {}).items():
            for signature, text in methods.items():
                name, arguments = re.fullmatch(r"(\w+)\((.*)\)", signature).groups()
                assert text.strip(), f"{addon}: {signature} says nothing"
                names = [part.strip() for part in arguments.split(",") if part.strip()]
                tables[table][model, name] = names
    tables["MODULES"] = set(getattr(module, "MODULES", ()))
    return tables


@functools.cache
def depends(addon):
    """The add-ons of the suite that an add-on stands on, near and far."""
    manifest = house.ADDONS / addon / "__manifest__.py"
    found = set()
    for name in ast.literal_eval(manifest.read_text())["depends"]:
        if (house.ADDONS / name).is_dir():
            found |= {name} | depends(name)
    return found


@functools.cache
def _sources(addon):
    return [
        (path, ast.parse(path.read_text()))
        for name, path in house.sources()
        if name == addon
    ]


@functools.cache
def _classes(addon):
    """{``ModelClass``: its node}"""
    return {
        house.ModelClass(addon, path, node): node
        for path, tree in _sources(addon)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and house.MODEL_BASES & {getattr(base, "attr", "") for base in node.bases}
    }


@functools.cache
def _functions(addon):
    """(model, function) of each private method; a class that inherits several models
    defines it for each."""
    return [
        (model, function)
        for item, node in _classes(addon).items()
        for function in node.body
        if isinstance(function, ast.FunctionDef) and _is_private(function.name)
        for model in {item.model, *item.inherits}
    ]


@functools.cache
def methods(addon):
    """{(model, method): its arguments}"""
    return {
        (model, function.name): [a.arg for a in function.args.args if a.arg != "self"]
        for model, function in _functions(addon)
    }


@functools.cache
def _firsts(addon):
    """What a class does not take from below, for its own model alone: a mixin that it
    inherits does not get a method by it."""
    return {
        (model, function.name)
        for model, function in _functions(addon)
        if f"super().{function.name}(" not in ast.unparse(function)
        and model in _opened(addon)
    }


@functools.cache
def _opened(addon):
    """The models that an add-on defines or extends itself."""
    return {item.model for item in _classes(addon)}


def _is_private(name):
    return name.startswith("_") and not name.startswith(("__", "_compute", "_inverse"))


def _own(addon):
    """Methods that an add-on is the first to define: none that calls super()."""
    below = set().union(*(methods(name) for name in depends(addon)), ())
    return {key for key in _firsts(addon) if key not in below}


@functools.cache
def used(root):
    """What bridges use of a root: {"HOOKS": {(model, method)}, "HELPERS": {method},
    "MODULES": {module}}, each with the add-ons that do."""
    own = _own(root)
    names = {name for _model, name in own}
    found = {"HOOKS": {}, "HELPERS": {}, "MODULES": {}}

    def note(table, key, addon):
        found[table].setdefault(key, set()).add(addon)

    for path in sorted(house.ADDONS.glob("*/__manifest__.py")):
        addon = path.parent.name
        if root not in depends(addon):
            continue
        for key in methods(addon).keys() & own:
            note("HOOKS", key, addon)
        mine = {
            node.name
            for _path, tree in _sources(addon)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
        }
        for _path, tree in _sources(addon):
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and node.attr in names - mine:
                    note("HELPERS", node.attr, addon)
                if isinstance(node, ast.ImportFrom):
                    head = f"odoo.addons.{root}."
                    if (node.module or "").startswith(head):
                        note("MODULES", node.module.removeprefix(head), addon)
    return found
