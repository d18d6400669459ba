"""The commands that need the Python environment, one function each."""

import os

from . import paths
from .odoo_process import environment, foreground, pass_through


def odoo(options):
    from .postgres import server

    with server(quiet=True) as pg_environ:
        environ = environment(pg_environ, arguments=options.arguments)
        return pass_through(options.arguments, environ)


def python(options):
    """Python with the variables of a throw-away server's connection."""
    from .postgres import server

    with server("test", durable=False, quiet=True) as pg_environ:
        environ = environment(pg_environ, data_folder=paths.STATE / "data-test")
        # pytest-odoo would take it for a wish to run addons' tests.
        environ.pop("ODOO_RC", None)
        environ["PYTHONPATH"] = str(paths.ROOT / "scripts")
        command = [str(paths.VENV_PYTHON), *options.arguments]
        return foreground(command, environ)


def run(options):
    from .demo import serve

    return serve(options.port, options.database or os.environ.get("PGDATABASE"))


def test(options):
    from .testing import main

    return main(options.addons, options.tests, options.jobs)


def test_stock(options):
    from .testing import stock_suites

    return stock_suites()


def lint(_options):
    from .lint import main

    return main()


def format(_options):  # noqa: A001 - named after the command
    from .lint import reformat

    return reformat()


def pot(options):
    from .translations import write

    return write(options.addons)
