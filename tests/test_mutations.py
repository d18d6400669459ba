# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each deliberate fault of mutations.py still has its place, and those that plain
Python notices are noticed. All of them, inside Odoo too: `make mutate`."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mutate import mutated, survives_plain
from mutations import MUTATIONS

ADDONS = Path(__file__).resolve().parent.parent / "addons"
NAMES = [mutation.name for mutation in MUTATIONS]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=NAMES)
def test_its_text_stands_once_in_its_file(mutation):
    text = (ADDONS / mutation.file).read_text()
    assert mutated(mutation, text) != text


@pytest.mark.parametrize("mutation", MUTATIONS, ids=NAMES)
def test_its_catcher_is_there(mutation):
    if mutation.plain:
        file, __, name = mutation.caught_by.partition("::")
        assert f"def {name}(" in (ADDONS.parent / file).read_text()
        return
    addon, __, name = mutation.caught_by.lstrip("/").partition(":")
    name, __, method = name.partition(".")
    sources = [path.read_text() for path in ADDONS.glob(f"{addon}/tests/test_*.py")]
    wanted = (f"class {name}(" if name else "", f"def {method}(" if method else "")
    assert any(all(text in source for text in wanted) for source in sources)


def test_names_are_told_apart():
    assert len(set(NAMES)) == len(NAMES)
    assert len(NAMES) >= 20


def test_every_fault_is_noticed_that_plain_python_can_notice():
    plain = [mutation for mutation in MUTATIONS if mutation.plain]
    with ThreadPoolExecutor(2) as pool:
        survived = list(pool.map(survives_plain, plain))
    assert not [
        mutation.name
        for mutation, survives in zip(plain, survived, strict=True)
        if survives
    ]
