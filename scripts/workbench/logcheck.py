"""Reading Odoo's log: warnings fail a run, and tests are counted from it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from . import paths

_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<db>\S+)"
    r" (?P<logger>[^:]+): (?P<message>.*)$"
)
_MODULE = re.compile(r"^odoo\.addons\.([^.]+)\.tests\.")
_STARTING = re.compile(r"^Starting (\S+) \.\.\.$")
_SKIPPED = re.compile(r"^skipped (\S+) : (.*)$")
# A class whose set-up fails is named in brackets.
_BROKEN = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(setUpClass \(\S+\)|\S+)")

# Stock Odoo's own warnings, each with the reason why it says nothing about us.
# (part of the logger's name, expression for the message)
ALLOWED = (
    # The person's choice; Odoo says it at every start.
    ("", r"Running as user 'root' is a security risk"),
    # PDF reports need a program that few test machines have; our reports are
    # tested as HTML.
    ("", r"[Ww]khtmltopdf|wkhtmltoimage"),
    # Odoo's optional dependencies, none of which the suite uses.
    ("", r"python-ldap|`?vatnumber`?|pdfminer|The `?num2words`? python|phonenumbers"),
    # helpdesk_mgmt counts a contact's tickets on a form that is not saved yet, too.
    ("odoo.domains", r"Domains don't support NewId.*'partner_id', 'child_of'"),
    # Chromium of another version than Odoo's tests were written with.
    ("odoo.tests.common", r"[Cc]hrome|browser"),
)


@dataclass
class Record:
    level: str
    logger: str
    message: str
    more: list = field(default_factory=list)

    @property
    def text(self):
        lines = [f"{self.level} {self.logger}: {self.message}", *self.more]
        return "\n".join(lines[:60])


def records(log):
    """The log's records; lines without a head belong to the record before."""
    current = None
    for line in Path(log).read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match:
            if current:
                yield current
            current = Record(match["level"], match["logger"], match["message"].strip())
        elif current:
            current.more.append(line)
    if current:
        yield current


def is_test_result(record):
    """A failed test's own record, which is counted as that test."""
    return bool(
        (_MODULE.match(record.logger) and _BROKEN.match(record.message))
        or (
            record.logger in ("odoo.tests.suite", "odoo.tests.case")
            and _BROKEN.match(record.message)
        )
        or record.logger == "odoo.tests.result"
    )


def allowed(record):
    if record.logger == "py.warnings":
        # A deprecation names the file that uses what is deprecated; stock Odoo and
        # libraries use a good deal of it.
        return not record.message.startswith(f"{paths.ADDONS}/")
    return any(
        record.logger.startswith(logger) and re.search(pattern, record.message)
        for logger, pattern in ALLOWED
    )


def problems(log):
    """Warnings and errors that are neither allowed nor a test's result."""
    return [
        record
        for record in records(log)
        if record.level in ("WARNING", "ERROR", "CRITICAL")
        and not is_test_result(record)
        and not allowed(record)
    ]


@dataclass
class Count:
    started: dict = field(default_factory=dict)  # addon -> set of test names
    skipped: dict = field(default_factory=dict)  # name -> reason
    broken: dict = field(default_factory=dict)  # name -> record

    @property
    def failed(self):
        return len(self.broken)

    @property
    def passed(self):
        ran = {
            f"{addon}:{name}" for addon, names in self.started.items() for name in names
        }
        return len(ran - set(self.broken) - set(self.skipped))


def count(log):
    """Which tests ran, by addon, and how they ended."""
    result = Count()
    for record in records(log):
        module = _MODULE.match(record.logger)
        addon = module[1] if module else ""
        if addon and (match := _STARTING.match(record.message)):
            # A class may run twice under one name (at install and after).
            result.started.setdefault(addon, set()).add(
                f"{record.logger.rsplit('.', 1)[1]}.{match[1]}"
            )
        elif addon and (match := _SKIPPED.match(record.message)):
            name = f"{addon}:{record.logger.rsplit('.', 1)[1]}.{match[1]}"
            result.skipped[name] = match[2]
        elif is_test_result(record) and (match := _BROKEN.match(record.message)):
            prefix = f"{record.logger.rsplit('.', 1)[1]}." if addon else ""
            result.broken[f"{addon}:{prefix}{match[1]}"] = record
    return result
