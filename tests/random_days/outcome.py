# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What both ends of a worker's pipe know of a day in which the tool failed."""

import traceback


def crashed(seed):
    """The outcome of a day in which the tool itself crashed; called in ``except``."""
    words = "the tool crashed: " + traceback.format_exc()[-1500:]
    step = {"number": 0, "kind": "crash", "who": "", "arguments": {}, "words": ""}
    return {
        "seed": seed,
        "steps": [],
        "refused": 0,
        "complaints": [(step, {"check": 0, "words": words})],
        "known": [],
    }
