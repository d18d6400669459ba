"""Fixtures for the tests that look at the repository and at a running server.

`make test` runs them with a database server and a database of the whole suite at
hand: `make test TESTS="tests/test_x.py -k name"` for some of them.
"""

import contextlib
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
for _folder in (ROOT / "scripts", ROOT / "tests", ROOT / "connectors"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))


def pytest_sessionstart(session):
    # What the set-up would take from the person's environment is no test's business.
    for name in ("DATABASE_URL", "ODOO_HOME", "ODOO_ARCHIVE"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def known_addons():
    """The suite's addons by name."""
    from workbench import addons

    return addons.discover()


@pytest.fixture(scope="session")
def templates(known_addons):
    """Databases with addons installed, to be copied."""
    from workbench.steps import Failure
    from workbench.templates import Templates

    if not os.environ.get("PROMISE_DESK_SUITE_DATABASE"):
        raise Failure("these tests need a database server: run them by `make test`")
    return Templates(os.environ, known_addons)


@contextlib.contextmanager
def _serve_a_copy():
    from servers import Server, copied_database, suite

    template, environ = suite()
    with copied_database(template, environ) as database:
        with Server(database, environ) as server:
            yield server


@pytest.fixture(scope="session")
def suite_server():
    """A server with threads on a copy of the suite's database, shared by tests that
    make their own data."""
    with _serve_a_copy() as server:
        yield server


@pytest.fixture(scope="module")
def odoo():
    """The same for one module alone, whose data others should not meet."""
    with _serve_a_copy() as server:
        yield server


@pytest.fixture(scope="session")
def demo_server(templates):
    """A server on a copy of the demo database, as `make run` makes it."""
    from servers import Server, copied_database

    with copied_database(templates.demo(), templates.environ) as database:
        with Server(database, templates.environ) as server:
            yield server
