"""`make test`: every test of the repository, and one line of totals."""

import concurrent.futures
import os
import re
import shlex
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from . import addons, logcheck, odoo_process, paths
from .odoo_process import free_port
from .postgres import server
from .steps import Failure, duration, locked, program, say
from .templates import Templates, main_names
from .translations import outdated

LOGS = paths.LOGS / "test"
STOCK_SUITES = ("crm", "sale_crm", "stock", "sale_stock", "phone_validation")
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
JOB_SECONDS = 3600


@dataclass
class Outcome:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    notes: list = field(default_factory=list)

    def fail(self, note):
        self.failed += 1
        self.notes.append(note)


def main(addons_text="", tests_text="", jobs=0):
    """Run the chosen tests (all, if none is named); return the exit code."""
    start = time.monotonic()
    try:
        outcomes = _run(addons_text, tests_text, jobs)
    except Failure as failure:
        # The totals come last in any case: whoever reads them finds them.
        outcomes = [Outcome("set-up", failed=1, notes=[str(failure)])]
    say(f"\nall done in {duration(time.monotonic() - start)}; logs: {LOGS}")
    return close(outcomes)


def _run(addons_text, tests_text, jobs):
    known = addons.discover()
    chosen = addons.choose(addons_text, known)
    everything = not addons_text and not tests_text
    _check_browser(chosen if not tests_text else {})
    with locked("test"), server("test", durable=False) as pg_environ:
        templates = Templates(pg_environ, known)
        runner = Runner(templates, jobs or os.cpu_count() or 1)
        if tests_text:
            runner.prepare_suite()
            runner.add("tests", runner.pytest, shlex.split(tests_text))
        elif everything:
            runner.prepare_suite()
            runner.add_everything()
        else:
            runner.add_alone(chosen)
        return runner.finish()


def close(outcomes):
    """Print the failures again and the line of totals, which comes last."""
    for outcome in outcomes:
        for note in outcome.notes:
            say(f"\n--- {outcome.name}: {note}")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    say()
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


def _check_browser(chosen):
    """Odoo skips tours silently where there is no browser; here that is an error."""
    tours = sorted(
        name
        for name, addon in chosen.items()
        if any(
            re.search(r"\b(start_tour|browser_js)\(", path.read_text())
            for path in addon.path.glob("tests/**/*.py")
        )
    )
    if tours and not any(program(name) for name in BROWSERS):
        raise Failure(
            f"the tours of {', '.join(tours)} run in Chromium, which is not installed."
            "\nAs root: apt-get install chromium. To leave them out, name the addons "
            "whose tests you want: make test ADDONS=…"
        )


class Runner:
    def __init__(self, templates, jobs):
        self.templates = templates
        self.jobs = jobs
        self.known = templates.known
        self._pool = concurrent.futures.ThreadPoolExecutor(jobs)
        self._futures = []
        self._stopping = False
        LOGS.mkdir(parents=True, exist_ok=True)
        say(f"    up to {jobs} jobs at a time")

    def prepare_suite(self):
        self.suite = self.templates.suite() if self.known else None

    def add(self, name, function, *arguments):
        self._futures.append(self._pool.submit(self._run, name, function, *arguments))

    def add_everything(self):
        names = [n for n in main_names(self.known) if self.known[n].has_tests]
        # The longest first: what tests/ checks from outside, then the shares.
        apart = "tests/test_install_uninstall.py"
        if (paths.ROOT / apart).is_file():
            self.add("installation", self.pytest, [apart])
        self.add("tests", self.pytest, ["tests", f"--ignore={apart}"])
        for number, share in enumerate(shares(names, self.known, self.jobs), 1):
            self.add(f"addons-{number}", self.addon_tests, self.suite, share)
        for name in sorted(set(self.known) - set(main_names(self.known))):
            if self.known[name].has_tests:
                self.add(name, self.demo_tests, name)
        if self.known:
            self.add("translations", self.translations)

    def add_alone(self, chosen):
        """Each addon in a database with what it depends on and nothing else."""
        bases = {name: self.templates.stock([name]) for name in chosen}
        for name, base in bases.items():
            self.add(name, self.addon_tests, base, [name], [name])

    def finish(self):
        try:
            return [future.result() for future in self._futures]
        except BaseException:
            self._stopping = True
            self._pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            self._pool.shutdown()

    def _run(self, name, function, *arguments):
        outcome = Outcome(name)
        start = time.monotonic()
        if self._stopping:
            return outcome
        say(f"==> {name} …")
        try:
            function(outcome, *arguments)
        except Failure as failure:
            outcome.fail(str(failure))
        outcome.seconds = time.monotonic() - start
        say(
            f"    {name}: {outcome.passed} passed, {outcome.failed} failed, "
            f"{outcome.skipped} skipped in {duration(outcome.seconds)}"
        )
        return outcome

    # -- the jobs ---------------------------------------------------------------

    def addon_tests(self, outcome, template, names, install=()):
        """Odoo's own runner on a copy of a template.

        Without -i or -u Odoo runs the tests of installed addons, those "at install"
        as each addon has been loaded, those "post install" at the end.
        """
        database = self.templates.copy(template, outcome.name.replace("-", "_"))
        log = LOGS / f"{outcome.name}.log"
        arguments = ["-d", database, "--test-tags", ",".join(f"/{n}" for n in names)]
        if install:
            arguments += ["-i", ",".join(install)]
        try:
            crashed = self._odoo(arguments, log)
        finally:
            self.templates.databases.drop(database)
        self._count(outcome, names, log, crashed)

    def stock_tests(self, outcome, names):
        """Stock addons' own tests, with all addons loaded. A test that fails counts,
        unless it fails just so in a database without our addons."""
        result, code, log = self._stock_run(outcome.name, self.suite, names)
        own = set()
        if result.broken:
            bare = self.templates.stock(main_names(self.known))
            own = set(self._stock_run(f"{outcome.name}-bare", bare, names)[0].broken)
        outcome.passed += result.passed
        outcome.failed += len(set(result.broken) - own)
        outcome.skipped += len(result.skipped)
        for name, record in result.broken.items():
            outcome.notes.append(
                f"{name} fails without our addons, too" if name in own else record.text
            )
        if code and not result.failed:
            outcome.fail(f"Odoo ended with code {code}; log: {log}\n{_tail(log)}")

    def _stock_run(self, name, template, names):
        database = self.templates.copy(template, name.replace("-", "_"))
        log = LOGS / f"{name}.log"
        tags = ",".join(f"/{name}" for name in names)
        code = self._odoo(
            ["-d", database, "--test-tags", tags],
            log,
            launcher=paths.ROOT / "scripts" / "workbench" / "late_tests.py",
        )
        self.templates.databases.drop(database)
        return logcheck.count(log), code, log

    def demo_tests(self, outcome, name):
        self.addon_tests(outcome, self.templates.demo(), [name])

    def _odoo(self, arguments, log, launcher=paths.ODOO_LAUNCHER):
        environ = {
            **self.templates.environ,
            "ODOO_SCREENSHOTS": str(LOGS / "screenshots"),
        }
        ports = ["--http-port", free_port(), "--gevent-port", free_port()]
        with log.open("w") as handle:
            process = odoo_process.start(
                [*arguments, *ports], environ, handle, launcher
            )
            end = time.monotonic() + JOB_SECONDS
            try:
                while process.poll() is None:
                    if self._stopping or time.monotonic() > end:
                        raise Failure(f"stopped before its end; log: {log}")
                    time.sleep(0.2)
            finally:
                odoo_process.stop(process)
        return process.returncode

    def _count(self, outcome, names, log, code):
        result = logcheck.count(log)
        outcome.passed += result.passed
        outcome.failed += result.failed
        outcome.skipped += len(result.skipped)
        outcome.notes += [record.text for record in result.broken.values()]
        outcome.notes += [
            f"skipped {name}: {why}" for name, why in result.skipped.items()
        ]
        if code and not result.failed:
            outcome.fail(f"Odoo ended with code {code}; log: {log}\n{_tail(log)}")
        for name in names:
            ran = len(result.started.get(name, ()))
            say(f"    {name}: {ran} tests ran")
            if self.known[name].has_tests and not ran:
                outcome.fail(f"not one of the tests of {name} ran; log: {log}")
        for problem in logcheck.problems(log):
            outcome.fail(f"unexpected in the server's log: {problem.text}")

    def pytest(self, outcome, arguments):
        """What checks the repository from outside, with pytest."""
        report = LOGS / f"{outcome.name}.xml"
        report.unlink(missing_ok=True)
        log = LOGS / f"{outcome.name}.log"
        environ = {
            **self.templates.environ,
            "PROMISE_DESK_SUITE_DATABASE": self.suite or "",
            "PYTHONPATH": str(paths.ROOT / "scripts"),
        }
        # pytest-odoo would take it for a wish to run addons' tests.
        environ.pop("ODOO_RC", None)
        command = [str(paths.VENV_PYTHON), "-B", "-m", "pytest", "-v"]
        command += ["--durations=15", f"--junitxml={report}", *arguments]
        with log.open("w") as handle:
            process = subprocess.Popen(
                command,
                cwd=paths.ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
            )
            end = time.monotonic() + JOB_SECONDS
            try:
                while process.poll() is None:
                    if self._stopping or time.monotonic() > end:
                        raise Failure(f"stopped before its end; log: {log}")
                    time.sleep(0.2)
            finally:
                odoo_process.stop(process)
        if process.returncode not in (0, 5) or not report.is_file():
            outcome.notes.append(f"pytest's log: {log}\n{_tail(log, 120)}")
        read_report(outcome, report, process.returncode)

    def translations(self, outcome):
        """Each addon's template of terms is what an export gives."""
        names = main_names(self.known)
        database = self.templates.copy(self.suite, "translations")
        try:
            ours = {name: self.known[name] for name in names}
            stale = outdated(self.templates, database, ours)
        finally:
            self.templates.databases.drop(database)
        outcome.passed += len(names) - len(stale)
        for name in stale:
            outcome.fail(
                f"the translation template of {name} is not current: "
                f"make pot ADDONS={name}"
            )


def shares(names, known, number):
    """Divide addons among jobs so that each has about the same number of tests."""
    weights = {name: _weight(known[name]) for name in names}
    parts = [[] for _ in range(min(number, len(names)))]
    loads = [0] * len(parts)
    for name in sorted(names, key=lambda name: (-weights[name], name)):
        lightest = loads.index(min(loads))
        parts[lightest].append(name)
        loads[lightest] += weights[name]
    return parts


def _weight(addon):
    weight = 1
    for path in addon.path.glob("tests/**/*.py"):
        text = path.read_text()
        weight += len(re.findall(r"^\s+def test_", text, re.MULTILINE))
        weight += 20 * len(re.findall(r"\b(start_tour|browser_js)\(", text))
    return weight


def read_report(outcome, report, code):
    """Add a pytest run's numbers."""
    if not report.is_file():
        outcome.fail(f"pytest ended with code {code} and wrote no report")
        return
    suite = ElementTree.parse(report).getroot()  # noqa: S314 - written just now
    suite = suite if suite.tag == "testsuite" else suite.find("testsuite")
    total, failures, errors, skipped = (
        int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")
    )
    outcome.failed += failures + errors
    outcome.skipped += skipped
    outcome.passed += max(0, total - failures - errors - skipped)
    for case in suite.iter("testcase"):
        reason = case.find("skipped")
        if reason is not None:
            outcome.notes.append(
                f"skipped {case.get('name')}: {reason.get('message', '')}"
            )
    if code not in (0, 5) and not failures + errors:
        outcome.fail(f"pytest ended with code {code}")


def _tail(log, lines=40):
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def stock_suites():
    """Stock Odoo's own tests on a database with the whole suite installed."""
    known = addons.discover()
    start = time.monotonic()
    with locked("test"), server("test", durable=False) as pg_environ:
        templates = Templates(pg_environ, known)
        runner = Runner(templates, os.cpu_count() or 1)
        runner.prepare_suite()
        others = [name for name in STOCK_SUITES if name != "stock"]
        runner.add("stock-suite", runner.stock_tests, ["stock"])
        runner.add("other-suites", runner.stock_tests, others)
        outcomes = runner.finish()
    say(f"\nall done in {duration(time.monotonic() - start)}; logs: {LOGS}")
    return close(outcomes)
