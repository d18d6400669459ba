"""Checking the sources: Python, Odoo's conventions, translations, JS, XML, SCSS."""

import os
import shutil
import subprocess
import time

from . import addons, paths, readme
from .steps import Failure, build_into, duration, program, run, say, step

PRETTIER_FILES = (
    "addons/*/static/{src,tests}/**/*.{js,xml,scss,css}",
    "addons/*/{views,data,security,report,wizard,wizards,demo,templates}/**/*.xml",
)


def main():
    """Run every check, then say which failed."""
    known = addons.discover()
    folders = [str(addon.path.relative_to(paths.ROOT)) for addon in known.values()]
    checks = [
        ("ruff check", _tool("ruff", "check", "--no-cache", ".")),
        ("ruff format", _tool("ruff", "format", "--no-cache", "--check", ".")),
    ]
    if folders:
        po_files = [
            str(path.relative_to(paths.ROOT))
            for path in sorted(paths.ADDONS.glob("*/i18n/*.po*"))
        ]
        # The reasons are in .pylintrc.
        left_out = "--disable=missing-readme,consider-merging-classes-inherited"
        pylint = _tool("pylint", "--rcfile=.pylintrc", left_out, *folders)
        checks.append(("pylint-odoo", pylint))
        hooks = [str(paths.VENV / "bin" / "oca-checks-odoo-module")]
        checks.append(("oca-checks-odoo-module", [*hooks, *folders]))
        if po_files:
            hooks = [str(paths.VENV / "bin" / "oca-checks-po")]
            checks.append(("oca-checks-po", [*hooks, *po_files]))
    prettier = prettier_command("--check")
    if prettier:
        checks.append(("prettier", prettier))
    results = [_check(name, command) for name, command in checks]
    failed = [name for name, good in results if not good]
    if failed:
        raise Failure(
            f"{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}.\n"
            "`make format` puts the form right."
        )
    say(f"all {len(checks)} checks are clean")


def _tool(module, *arguments):
    return [str(paths.VENV_PYTHON), "-m", module, *arguments]


def _check(name, command):
    start = time.monotonic()
    result = subprocess.run(
        command,
        cwd=paths.ROOT,
        env={**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = result.returncode == 0
    seconds = duration(time.monotonic() - start)
    say(f"{'ok    ' if good else 'FAILED'}  {name} ({seconds})")
    if not good:
        say(result.stdout.rstrip())
    return name, good


def prettier_command(mode):
    """prettier with its XML plugin, installed with npm into our own folder."""
    if not program("npm"):
        if os.environ.get("CI"):
            raise Failure("npm is not installed, so prettier cannot check JS and XML")
        say("skipped prettier: npm is not installed (Debian: apt-get install npm)")
        return None
    lock = (paths.ROOT / "package-lock.json").read_text()
    stamp = paths.NODE / "package-lock.json"
    if not stamp.is_file() or stamp.read_text() != lock:
        with step("Installing prettier"), build_into(paths.NODE) as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(paths.ROOT / name, folder)
            run(
                ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=folder,
                timeout=600,
            )
    modules = paths.NODE / "node_modules"
    return [
        str(modules / ".bin" / "prettier"),
        f"--plugin={modules}/@prettier/plugin-xml/src/plugin.js",
        "--config",
        str(paths.ROOT / ".prettierrc.json"),
        "--no-error-on-unmatched-pattern",
        "--log-level=warn",
        mode,
        *PRETTIER_FILES,
    ]


def reformat():
    """Put the form right: ruff's fixes and format, prettier, README's table."""
    readme.write()
    for arguments in (("check", "--fix"), ("format",)):
        arguments = (*arguments, "--no-cache", ".")
        subprocess.run(_tool("ruff", *arguments), cwd=paths.ROOT, check=False)
    hooks = str(paths.VENV / "bin" / "oca-checks-odoo-module")
    folders = [str(addon.path) for addon in addons.discover().values()]
    headers = "--enable=xml-header-wrong,xml-header-missing"
    run([hooks, headers, "--fix", "--no-exit", *folders], cwd=paths.ROOT, check=False)
    prettier = prettier_command("--write")
    if prettier:
        run(prettier, cwd=paths.ROOT)
