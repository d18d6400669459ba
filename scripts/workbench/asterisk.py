"""A telephone exchange for the tests: Asterisk from Debian's next release.

Debian's stable releases do not carry it. It is unpacked with its own libraries into
the project's environment folder and started from there: no root is needed and the
machine's own packages are not touched.
"""

import subprocess
import tempfile
from pathlib import Path

from . import debian, odoo_process, paths
from .steps import Failure, build_into, locked, step

SUITES = ("forky", "sid")
LOADER = "lib64/ld-linux-x86-64.so.2"
LIBRARIES = "usr/lib/x86_64-linux-gnu"
PROGRAM = "usr/sbin/asterisk"
MODULES = "usr/lib/x86_64-linux-gnu/asterisk/modules"


def folder():
    """Where Asterisk is unpacked; it is fetched if need be.

    :raise Failure: it cannot be had on this machine, and why
    """
    if _complete(paths.ASTERISK):
        return paths.ASTERISK
    with locked("asterisk"):
        if not _complete(paths.ASTERISK):
            _fetch()
    return paths.ASTERISK


def _complete(root):
    return all((root / name).exists() for name in (PROGRAM, LOADER, MODULES))


def _fetch():
    problems = []
    for suite in SUITES:
        try:
            with build_into(paths.ASTERISK) as root:
                with tempfile.TemporaryDirectory(
                    dir=root.parent, prefix="apt."
                ) as work:
                    _unpack(suite, Path(work), root)
                if not _complete(root):
                    raise Failure(f"the package in {suite} lacks files")
        except Failure as failure:
            problems.append(f"{suite}: {failure}")
        else:
            return
    raise Failure("Asterisk cannot be had: " + "; ".join(problems))


def _unpack(suite, work, root):
    with debian.private_apt(work, [suite]) as apt:
        with step("Fetching Asterisk and its libraries (80 MB)"):
            debs = apt.download_with_dependencies("asterisk")
        with step(f"Unpacking {len(debs)} packages"):
            debian.unpack_merged(debs, root)


def start(root, configuration, output):
    """Start Asterisk in the foreground with a configuration file of one's own."""
    libraries = f"{root / LIBRARIES}:{root / 'usr/lib'}"
    return subprocess.Popen(
        [
            *(root / LOADER, "--library-path", libraries),
            *(root / PROGRAM, "-f", "-n", "-C", configuration),
        ],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509 - one system call
    )
