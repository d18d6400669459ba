"""Command line: python3 -m workbench COMMAND, or make COMMAND."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from . import odoo_source, paths, pdf, python_env
from .steps import Failure, duration, locked, main_guard, remove, say


def set_up(*, quiet=False):
    """Make sure that Odoo and the Python environment are there."""
    start = time.monotonic()
    with locked("set-up"):
        odoo = odoo_source.find()
        python_env.ensure(odoo)
        if not quiet:
            pdf.ensure()
    if not quiet:
        say(f"    Odoo {odoo.version}: {odoo.origin} ({odoo.path})")
        say(f"    set-up complete after {duration(time.monotonic() - start)}")


def in_venv(arguments):
    """Go on in the project's own Python, which has PostgreSQL's driver."""
    environ = dict(os.environ)
    environ["PYTHONPATH"] = str(paths.ROOT / "scripts")
    # Only variables of ours may choose modules.
    for name in ("PYTHONHOME", "VIRTUAL_ENV"):
        environ.pop(name, None)
    python = str(paths.VENV_PYTHON)
    sys.stdout.flush()
    os.execve(python, [python, "-B", "-m", "workbench", *arguments], environ)


def parser():
    parser = argparse.ArgumentParser(prog="workbench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="install what is missing")
    run = commands.add_parser("run", help="the demo database and a server on it")
    run.add_argument("--port", type=int, default=8069)
    run.add_argument("--database", default="")
    test = commands.add_parser("test", help="every test of the repository")
    test.add_argument("--addons", default="", help="only these addons' tests")
    test.add_argument("--tests", default="", help="only these of tests/, for pytest")
    test.add_argument("--jobs", type=int, default=0)
    commands.add_parser("test-stock", help="stock Odoo's suites beside the suite")
    commands.add_parser("lint", help="check the sources")
    commands.add_parser("format", help="format the sources")
    pot = commands.add_parser("pot", help="write the translation templates")
    pot.add_argument("--addons", default="")
    commands.add_parser("clean", help="remove all that was built")
    python = commands.add_parser("python", help="Python with a server at hand")
    python.add_argument("arguments", nargs=argparse.REMAINDER)
    odoo = commands.add_parser("odoo", help="Odoo's command line")
    odoo.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _stop(*_arguments):
    raise KeyboardInterrupt


def main(argv):
    # Whoever stops us (make, a time limit), what we started is stopped in order.
    signal.signal(signal.SIGTERM, _stop)
    # Odoo's own options are none of argparse's business.
    if argv[:1] in (["odoo"], ["python"]):
        options = argparse.Namespace(command=argv[0], arguments=argv[1:])
    else:
        options = parser().parse_args(argv)
    if options.command == "clean":
        return clean()
    if Path(sys.prefix) != paths.VENV:
        set_up(quiet=options.command in ("odoo", "python"))
        if options.command == "setup":
            return 0
        in_venv(argv)
    from . import commands

    return getattr(commands, options.command.replace("-", "_"))(options)


def clean():
    """Remove the folder with all that was built, databases included."""
    if not paths.STATE.exists():
        say(f"nothing to remove: there is no {paths.STATE}")
        return
    from . import cluster

    if paths.CLUSTERS.is_dir() and any(paths.CLUSTERS.glob("*/data/postmaster.pid")):
        cluster.stop_all()
    try:
        if os.geteuid() == 0:
            remove(cluster.open_shelf())
        remove(paths.STATE)
    except PermissionError as error:
        raise Failure(
            f"{error.filename} belongs to another user. Run `make clean` as the user "
            "who made it (root, perhaps)."
        ) from None
    say(f"removed {paths.STATE}")


if __name__ == "__main__":
    sys.exit(main_guard(main, sys.argv[1:]))
