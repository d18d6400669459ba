"""What docs/architecture.md names is there."""

import re

import pytest

from workbench import paths

TEXT = (paths.ROOT / "docs" / "architecture.md").read_text()
#: file and function, of the addon that the section names
NAMED = [
    (addon, file, name)
    for section in TEXT.split("\n## ")[1:]
    for addon in re.findall(r"All files are in `(addons/\w+)`", section)
    for file, names in re.findall(r"`([\w/]+\.(?:py|js)): ([\w.]+)`", section)
    for name in names.split(".")
]


def test_it_names_functions():
    assert len(NAMED) > 10


@pytest.mark.parametrize(("addon", "file", "name"), NAMED)
def test_function_is_there(addon, file, name):
    source = (paths.ROOT / addon / file).read_text()
    defined = rf"^\s*(?:async )?(?:def |class |export class )?{name}\b(?: =|[(:{{ ])"
    assert re.search(defined, source, re.MULTILINE)
