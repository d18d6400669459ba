"""The Python environment: a venv with Odoo's and the addons' requirements."""

import hashlib
import os
import sys
from pathlib import Path

from . import paths
from .steps import Failure, remove, run, say, step

MINIMUM, MAXIMUM = (3, 10), (3, 13)
STAMP = paths.VENV / "promise-desk.stamp"
_PROBE = "import sys; print('%d.%d' % sys.version_info[:2]); import venv, ensurepip"


def candidates(environ=os.environ):
    """Interpreters to try, best first."""
    if environ.get("PYTHON"):
        return [environ["PYTHON"]]
    versions = range(MAXIMUM[1], MINIMUM[1] - 1, -1)
    return [sys.executable, "python3", *(f"python3.{minor}" for minor in versions)]


def probe(interpreter):
    """Return (version, has_venv), or (None, False) when there is none."""
    try:
        result = run([interpreter, "-c", _PROBE], check=False, timeout=60)
    except Failure:
        return None, False
    first = result.stdout.split("\n", 1)[0]
    try:
        version = tuple(int(part) for part in first.split("."))
    except ValueError:
        return None, False
    return version, result.returncode == 0


def choose(interpreters, probe=probe):
    """The first interpreter that fits, or a Failure that says what to install."""
    seen = []
    for interpreter in interpreters:
        version, has_venv = probe(interpreter)
        if version is None:
            continue
        if not MINIMUM <= version <= MAXIMUM:
            seen.append(f"{interpreter} is {version[0]}.{version[1]}")
        elif not has_venv:
            seen.append(f"{interpreter} lacks the venv module")
        else:
            return interpreter
    raise Failure(
        "no Python that fits. Odoo 19 runs on Python "
        f"{MINIMUM[0]}.{MINIMUM[1]} to {MAXIMUM[0]}.{MAXIMUM[1]}, with its venv module"
        + (f" ({'; '.join(seen)})" if seen else "")
        + ".\nOn Debian or Ubuntu: apt-get install python3 python3-venv (as root).\n"
        "Another interpreter: make PYTHON=/path/to/python3 …"
    )


def _fingerprint(odoo):
    digest = hashlib.sha256()
    for name in sorted(paths.ROOT.glob("requirements*.txt")):
        digest.update(name.read_bytes())
    digest.update(f"{paths.VENV}|{odoo.path}|{odoo.version}|2".encode())
    return digest.hexdigest()


def ensure(odoo):
    """Make the environment, or bring it up to date. Returns its python."""
    wanted = _fingerprint(odoo)
    if STAMP.is_file() and STAMP.read_text() == wanted and _works():
        return paths.VENV_PYTHON
    # Without a stamp an earlier run was interrupted: packages may be half there.
    if not STAMP.is_file() or not _works():
        interpreter = choose(candidates())
        with step(f"Making a Python environment with {interpreter}"):
            remove(paths.VENV)
            run([interpreter, "-m", "venv", paths.VENV], what="python -m venv")
    STAMP.unlink(missing_ok=True)
    _link_odoo(odoo)
    with step("Installing Python packages (requirements.txt, requirements-dev.txt)"):
        pip("install", "-r", paths.REQUIREMENTS, "-r", paths.REQUIREMENTS_DEV)
        pip("check")
    _write_launcher()
    STAMP.write_text(wanted)
    return paths.VENV_PYTHON


def pip(*arguments):
    """pip, with the machine's own configuration of it."""
    return run(
        [
            paths.VENV_PYTHON,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            *arguments,
        ],
        what=f"pip {arguments[0]}",
        timeout=1800,
    )


def _works():
    # A venv whose interpreter was upgraded or removed cannot start.
    try:
        return run([paths.VENV_PYTHON, "-c", ""], check=False).returncode == 0
    except Failure:
        return False


def _site_packages():
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    return Path(run([paths.VENV_PYTHON, "-c", code]).stdout.strip())


def _link_odoo(odoo):
    """Put Odoo's source on the path, and a distribution's metadata beside it.

    Odoo is not on the Python index, and the addons published there require a
    distribution named odoo: metadata alone satisfies pip.
    """
    site = _site_packages()
    info = site / "odoo-19.0.dist-info"
    remove(info)
    (site / "odoo.pth").write_text(f"{odoo.path}\n")
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
        "Summary: Odoo's source, linked by the project's set-up\n"
    )
    (info / "INSTALLER").write_text("promise-desk\n")
    (info / "RECORD").write_text(
        "odoo-19.0.dist-info/METADATA,,\nodoo-19.0.dist-info/INSTALLER,,\n"
        "odoo-19.0.dist-info/RECORD,,\nodoo.pth,,\n"
    )


def _write_launcher():
    # Odoo starts its own further processes as "python argv[0]", so it needs a
    # file of its own; odoo/__main__.py would put Odoo's modules over Python's.
    paths.ODOO_LAUNCHER.write_text(
        f"#!{paths.VENV_PYTHON}\n"
        "import odoo.cli\n\n"
        'if __name__ == "__main__":\n'
        "    odoo.cli.main()\n"
    )
    paths.ODOO_LAUNCHER.chmod(0o755)
    say("    Odoo's command line: scripts/odoo")
