"""Translation templates: written by `make pot`, compared by `make test`."""

import re
import tempfile
from pathlib import Path

from . import addons, odoo_process, paths
from .odoo_process import free_port
from .postgres import server
from .steps import Failure, say
from .templates import Templates

_DATES = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date):.*\n', re.MULTILINE)

_EMPTY = """# Translation of Odoo Server.
# This file contains the translation of the following modules:
# \t* {name}
#
msgid ""
msgstr ""
"Project-Id-Version: Odoo Server 19.0\\n"
"Report-Msgid-Bugs-To: \\n"
"Last-Translator: \\n"
"Language-Team: \\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: \\n"
"Plural-Forms: \\n"
"""


def export(templates, database, names, folder):
    """Export the templates of installed addons; return {addon: text}."""
    result = {}
    for name in names:
        target = Path(folder) / f"{name}.pot"
        odoo_process.run_once(
            ["i18n", "export", "-d", database, "-l", "pot", "-o", target, name],
            {**templates.environ, "ODOO_HTTP_PORT": str(free_port())},
            paths.LOGS / "test" / f"pot-{name}.log",
            what=f"exporting the terms of {name}",
        )
        # Odoo writes nothing for an addon without a term.
        text = target.read_text() if target.exists() else ""
        result[name] = _without_dates(text or _EMPTY.format(name=name))
    return result


def _without_dates(text):
    """Dates change at every export and would make every diff noisy."""
    return _DATES.sub("", text)


def template_path(addon):
    return addon.path / "i18n" / f"{addon.name}.pot"


def outdated(templates, database, known):
    """Addons whose template is missing or not what an export gives."""
    with tempfile.TemporaryDirectory() as folder:
        exported = export(templates, database, known, folder)
    stale = []
    for name, text in exported.items():
        path = template_path(known[name])
        there = _without_dates(path.read_text()) if path.is_file() else None
        if there != text:
            stale.append(name)
    return stale


def write(text):
    """Write the templates of the chosen addons (all, if none is named)."""
    known = addons.discover()
    chosen = addons.choose(text, known)
    if not chosen:
        raise Failure(f"there are no addons in {paths.ADDONS}")
    with server("test", durable=False) as pg_environ:
        templates = Templates(pg_environ, known)
        if text:
            # An addon alone with what it needs: others may be half written.
            template = templates.stock(list(chosen))
            database = templates.copy(template, "pot")
            log = paths.LOGS / "test" / "pot-install.log"
            from .templates import install

            install(templates.environ, database, sorted(chosen), log, ", ".join(chosen))
        else:
            database = templates.copy(templates.suite(), "pot")
            chosen = {n: a for n, a in chosen.items() if not n.endswith("_demo")}
        with tempfile.TemporaryDirectory() as folder:
            exported = export(templates, database, chosen, folder)
        templates.databases.drop(database)
    for name, content in exported.items():
        path = template_path(chosen[name])
        path.parent.mkdir(exist_ok=True)
        old = path.read_text() if path.is_file() else None
        if old != content:
            path.write_text(content)
            say(f"    written: {path.relative_to(paths.ROOT)}")
    say(f"{len(exported)} templates are current.")
