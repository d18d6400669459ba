"""Bridges use of an add-on what it declares for them, and what it declares is used."""

import bridges
import pytest

ROOTS = bridges.roots()


@pytest.mark.parametrize("root", ROOTS)
def test_bridges_override_hooks_alone(root):
    declared = bridges.declared(root)
    used = bridges.used(root)["HOOKS"]
    assert not {key: used[key] for key in used.keys() - declared["HOOKS"].keys()}
    assert declared["HOOKS"].keys() <= used.keys(), "declared, and overridden by nobody"


@pytest.mark.parametrize("root", ROOTS)
def test_bridges_call_helpers_alone(root):
    declared = bridges.declared(root)
    used = bridges.used(root)["HELPERS"]
    names = {name for _model, name in declared["HELPERS"]}
    allowed = names | {name for _model, name in declared["HOOKS"]}
    assert not {name: used[name] for name in used.keys() - allowed}
    assert names <= used.keys(), "declared, and called by nobody"


@pytest.mark.parametrize("root", ROOTS)
def test_bridges_import_declared_modules_alone(root):
    assert bridges.used(root)["MODULES"].keys() == bridges.declared(root)["MODULES"]


@pytest.mark.parametrize("root", ROOTS)
def test_what_is_declared_is_there_with_its_arguments(root):
    there = bridges.methods(root)
    for table in bridges.TABLES:
        for key, arguments in bridges.declared(root)[table].items():
            assert there.get(key) == arguments, f"{root}: {table}: {key}"
