"""A program that prints PDF for Odoo: the machine's own wkhtmltopdf, or Debian's.

Debian 12 is the last release that carries it. Where the machine has none, it is
unpacked with its own libraries into the project's environment folder and started from
there: no root is needed and the machine's own packages are not touched.

Debian's build prints no page headers and footers (they need a patched Qt). For
production take the build that Odoo recommends.
"""

import platform
import shlex
import tempfile
from pathlib import Path

from . import debian, paths
from .steps import Failure, build_into, program, run, say, step

NAMES = ("wkhtmltopdf", "wkhtmltoimage")
#: the processor: the program that loads others, and the folder of its libraries
MACHINES = {
    "x86_64": ("lib64/ld-linux-x86-64.so.2", "x86_64-linux-gnu"),
    "aarch64": ("lib/ld-linux-aarch64.so.1", "aarch64-linux-gnu"),
}
# Drivers of graphics cards, a third of the whole: nothing is drawn on a screen.
NOT_NEEDED = ("libllvm", "libz3-", "libgl1-mesa-dri")
# A folder of its own: the packages' other programs do not start by themselves.
BIN = paths.PDF / "start"


def folder():
    """The folder to put on the PATH, or None: the machine has the program, or it
    cannot be had."""
    if program(NAMES[0]):
        return None
    return BIN if (BIN / NAMES[0]).is_file() else None


def ensure():
    """Fetch the program if there is none. Without it all but printing works, so what
    goes wrong is said and is no failure."""
    if program(NAMES[0]) or folder():
        return
    try:
        with build_into(paths.PDF) as root:
            _unpack(root)
            _write_starters(root)
            _try(root)
    except Failure as failure:
        say(f"    no PDF will be printed, for wkhtmltopdf cannot be had: {failure}")


def _unpack(root):
    with tempfile.TemporaryDirectory(dir=root.parent, prefix="apt.") as work:
        with debian.private_apt(Path(work), [debian.STABLE]) as apt:
            with step("Fetching wkhtmltopdf and its libraries (110 MB), to print PDF"):
                debs = apt.download_with_dependencies(NAMES[0])
            debs = [deb for deb in debs if not deb.name.startswith(NOT_NEEDED)]
            with step(f"Unpacking {len(debs)} packages"):
                debian.unpack_merged(debs, root)


def _write_starters(root):
    """Scripts that start the programs with their own libraries, and with fonts both of
    the machine and of the packages."""
    # where it will be, once complete
    home = paths.PDF
    loader, libraries = _machine()
    (root / BIN.name).mkdir()
    for name in NAMES:
        starter = root / BIN.name / name
        variables = {
            "FONTCONFIG_FILE": home / "fonts.conf",
            "QT_PLUGIN_PATH": home / "usr/lib" / libraries / "qt5/plugins",
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": home / "runtime",
        }
        settings = " ".join(
            f"{key}={shlex.quote(str(value))}" for key, value in variables.items()
        )
        where = f"{home}/usr/lib/{libraries}:{home}/usr/lib"
        command = shlex.join(
            [f"{home}/{loader}", "--library-path", where, f"{home}/usr/bin/{name}"]
        )
        starter.write_text(f'#!/bin/sh\n{settings} exec {command} "$@"\n')
        starter.chmod(0o755)
    (root / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<fontconfig>\n'
        f"<dir>{home}/usr/share/fonts</dir>\n<dir>/usr/share/fonts</dir>\n"
        '<dir prefix="xdg">fonts</dir>\n'
        f"<cachedir>{home}/font-cache</cachedir>\n"
        f'<include ignore_missing="yes">{home}/etc/fonts/conf.d</include>\n'
        "</fontconfig>\n"
    )
    (root / "font-cache").mkdir()
    (root / "runtime").mkdir(mode=0o700)


def _machine():
    try:
        return MACHINES[platform.machine()]
    except KeyError:
        raise Failure(f"not for processors of the kind {platform.machine()}") from None


def _try(root):
    """The program starts: its version, through the loader, where it is now."""
    loader, libraries = _machine()
    where = f"{root / 'usr/lib' / libraries}:{root / 'usr/lib'}"
    program_file = root / "usr/bin" / NAMES[0]
    run([root / loader, "--library-path", where, program_file, "--version"])
