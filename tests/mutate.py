#!/usr/bin/env python3
# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Put deliberate faults into the engine, one by one, and see that each is noticed.

    make mutate                         # all of mutations.py
    make mutate ARGS="--plain"          # those that plain Python finds: two minutes
    make mutate ARGS="--only 'cut-off a moment late'"

Nothing is changed in the repository: a fault is put into a copy of the addons.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

from mutations import MUTATIONS  # noqa: E402

#: What the plain tests read, beside the tests.
PLAIN_FOLDERS = (
    "stock_promise/promising",
    "mrp_promise/models",
    "promise_statistics/punctuality",
)


def mutated(mutation, text):
    """The text of a file with the fault in it."""
    if text.count(mutation.old) != 1:
        raise ValueError(
            f"{mutation.name}: its text stands {text.count(mutation.old)} times in"
            f" {mutation.file}; bring tests/mutations.py up to date"
        )
    return text.replace(mutation.old, mutation.new)


def put_in(mutation, addons):
    path = addons / mutation.file
    path.write_text(mutated(mutation, path.read_text()))


# -- plain Python ----------------------------------------------------------------------


def plain_copy(folder):
    """What the plain tests need, in a folder of their own."""
    for name in PLAIN_FOLDERS:
        shutil.copytree(ROOT / "addons" / name, folder / "addons" / name)
    (folder / "tests").mkdir()
    for path in [
        *HERE.glob("test_promising_*.py"),
        *HERE.glob("*lateness*.py"),
        *HERE.glob("*payments*.py"),
        HERE / "test_allocation_model.py",
        HERE / "test_alternatives_model.py",
        HERE / "test_pegging.py",
        HERE / "brute_force.py",
    ]:
        shutil.copy(path, folder / "tests")


def plain_passes(folder, node):
    """Whether a test passes there. It is run as it is in the repository."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:odoo"]
    command += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", node]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{node} could not be run:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def survives_plain(mutation):
    """Whether no test notices the fault."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain_copy(folder)
        put_in(mutation, folder / "addons")
        return plain_passes(folder, mutation.caught_by)


# -- inside Odoo -----------------------------------------------------------------------


class InOdoo:
    """Runs tests on a copy of the suite's database, with a copy of the addons."""

    def __init__(self, templates):
        from workbench.testing import LOGS

        self.templates = templates
        self.suite = templates.suite()
        self.logs = LOGS / "mutate"
        self.logs.mkdir(parents=True, exist_ok=True)

    def survives(self, mutation):
        from workbench import logcheck, odoo_process

        log = self.logs / f"{mutation.name.replace(' ', '-')}.log"
        database = self.templates.copy(self.suite, "mutate")
        with tempfile.TemporaryDirectory() as name:
            addons = Path(name) / "addons"
            shutil.copytree(
                ROOT / "addons", addons, ignore=shutil.ignore_patterns("__pycache__")
            )
            put_in(mutation, addons)
            environ = {**self.templates.environ, "ODOO_ADDONS_PATH": str(addons)}
            ports = ["--http-port", odoo_process.free_port()]
            ports += ["--gevent-port", odoo_process.free_port()]
            with log.open("w") as handle:
                process = odoo_process.start(
                    ["-d", database, "--test-tags", mutation.caught_by, *ports],
                    environ,
                    handle,
                )
                try:
                    process.wait(1800)
                finally:
                    odoo_process.stop(process)
                    self.templates.databases.drop(database)
        result = logcheck.count(log)
        if not result.passed and not result.failed:
            raise RuntimeError(f"{mutation.caught_by} ran no test; log: {log}")
        return not result.failed


# -- the table -------------------------------------------------------------------------


def judge(mutation, survives):
    start = time.monotonic()
    survived = survives(mutation)
    verdict = "SURVIVED" if survived else "caught"
    seconds = time.monotonic() - start
    print(
        f"{verdict:9} {seconds:5.1f} s  {mutation.name:50} {mutation.caught_by}",
        flush=True,
    )
    return survived


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--plain", action="store_true", help="only what plain Python notices"
    )
    parser.add_argument("--only", help="the name of one fault")
    options = parser.parse_args()
    chosen = [
        mutation
        for mutation in MUTATIONS
        if options.only in (None, mutation.name)
        and (mutation.plain or not options.plain)
    ]
    if not chosen:
        parser.error("there is no such fault in tests/mutations.py")
    survivors = [
        mutation.name
        for mutation in chosen
        if mutation.plain and judge(mutation, survives_plain)
    ]
    inside = [mutation for mutation in chosen if not mutation.plain]
    if inside:
        from workbench import addons
        from workbench.postgres import server
        from workbench.steps import locked
        from workbench.templates import Templates

        with locked("test"), server("test", durable=False) as pg_environ:
            runner = InOdoo(Templates(pg_environ, addons.discover()))
            survivors += [
                mutation.name for mutation in inside if judge(mutation, runner.survives)
            ]
    print(f"\n{len(chosen) - len(survivors)} caught, {len(survivors)} survived")
    for name in survivors:
        print(f"  survived: {name}")
    return 1 if survivors else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
