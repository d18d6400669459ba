"""Where the process beside a PBX is, and recordings of a real PBX."""

import json
from pathlib import Path

CONNECTORS = Path(__file__).resolve().parents[1] / "connectors"
RECORDINGS = Path(__file__).with_name("data") / "asterisk"
#: the same, as the process tells it: what the add-on's tests begin with
TOLD = CONNECTORS.parent / "addons" / "call_center" / "tests" / "data"


def recording(name):
    """The messages of a recording."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


def told(name):
    """The events that they stand for."""
    return json.loads((TOLD / f"{name}.json").read_text())


def names(folder=""):
    """The recordings that there are."""
    return sorted(
        str(path.relative_to(RECORDINGS).with_suffix(""))
        for path in (RECORDINGS / folder).glob("*.json")
    )
