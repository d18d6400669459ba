# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Many days by several workers, and what came of them."""

import collections
import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path

from workbench import odoo_process, paths
from workbench.addons import discover
from workbench.steps import say
from workbench.templates import Templates

from .outcome import crashed

#: days that one database bears: what they leave behind slows the next ones down
DAYS_PER_DATABASE = 40
#: after so many days it is said how far it is
PROGRESS = 20
#: attempts at a shorter list of steps
ATTEMPTS = 30
#: seconds after which a day is given up: the slowest take one or two minutes
TOO_LONG = 900
#: crashes of the tool itself, one after the other, after which it gives up
CRASHES = 5


class Ended(Exception):
    """A worker's process has ended, or says nothing any more."""


class Worker:
    """A process that plays days, on a copied database."""

    def __init__(self, templates, template, name):
        self.templates = templates
        self.template = template
        self.name = name
        self.process = None
        self.database = None
        self.days = 0

    def ask(self, **question):
        """Play a day; a new database every so many days."""
        if self.days >= DAYS_PER_DATABASE:
            self.stop()
        if not self.process:
            self._start()
        self.days += 1
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            ready, __, __ = select.select([self.process.stdout], [], [], TOO_LONG)
            line = self.process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if not line:
            log = self.log
            self.kill()
            raise Ended(f"the worker ended; log: {log}\n{odoo_process.tail(log)}")
        answer = json.loads(line)
        if answer.pop("ended", False):
            self.stop()  # nobody knows what it left behind
        return answer

    def prove(self):
        """Put deliberate faults in, see what is said of them."""
        self._start("prove")
        return json.loads(self.process.stdout.readline() or "null")

    def _start(self, module="worker"):
        self.database = f"pdtest_days_{uuid.uuid4().hex[:8]}"
        self.templates.databases.copy(self.template, self.database)
        self.log = paths.LOGS / "test" / f"random-days-{self.name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        environ = {
            **self.templates.environ,
            "ODOO_RC": str(paths.CONFIG),
            "PYTHONPATH": os.pathsep.join(
                str(paths.ROOT / folder) for folder in ("tests", "scripts")
            ),
        }
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [str(paths.VENV_PYTHON), "-m", f"random_days.{module}", self.database],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=paths.ROOT / "tests",
                preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
            )
        self.days = 0

    def kill(self):
        """End it at once."""
        process = self.process
        if process:
            process.kill()
        self.stop()

    def stop(self):
        if self.process:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self.templates.databases.drop(self.database)


class Tally:
    """What came of all days."""

    def __init__(self):
        self.days = self.steps = self.refused = 0
        self.seconds = 0.0
        self.kinds = collections.Counter()
        self.known = collections.Counter()
        self.failures = []  # outcomes, shortened
        self.before = 0  # days that the journal knew
        self.stopped = False

    def add(self, outcome):
        self.days += 1
        played = outcome["steps"]
        self.steps += len(played)
        self.refused += outcome["refused"]
        self.kinds.update(step["kind"] for step, __ in played)
        self.known.update(fault["reason"] for __, __, fault in outcome["known"])

    @property
    def rate(self):
        return self.steps / self.seconds if self.seconds else 0.0

    def words(self):
        first = (
            f"{self.days} days, {self.steps} steps ({self.refused} refused) in"
            f" {self.seconds:.0f} s: {self.rate:.1f} steps a second;"
            f" {len(self.failures)} days failed"
        )
        lines = [first]
        lines += [f"  known, {number}×: {why}" for why, number in self.known.items()]
        return "\n".join(lines)


def tell(outcome):
    """A day as a list that a person can click, and what is wrong at its end."""
    lines = [f"Day {outcome['seed']}:"]
    for step, note in outcome["steps"]:
        lines.append(f"  {step['words']}" + (f"  → {note}" if note else ""))
    for step, complaint in outcome["complaints"]:
        lines.append(
            f"  ✗ after step {step['number']}, check {complaint['check']}:"
            f" {complaint['words']}"
        )
    return "\n".join(lines)


def reduce(worker, outcome, attempts=ATTEMPTS):
    """Drop steps as long as the same fault stays, a bounded number of times."""
    wanted = {_key(complaint) for __, complaint in outcome["complaints"]}
    best = outcome
    size = max(len(best["steps"]) // 2, 1)
    while attempts > 0:
        steps = [step for step, __ in best["steps"]]
        dropped = False
        # the last step is the one that shows it
        start = max(len(steps) - 1 - size, 0)
        while start >= 0 and attempts > 0:
            fewer = [*steps[:start], *steps[start + size :]]
            if len(fewer) < len(steps) and fewer:
                attempts -= 1
                tried = worker.ask(seed=outcome["seed"], steps=fewer)
                if wanted & {_key(complaint) for __, complaint in tried["complaints"]}:
                    best, dropped = tried, True
                    break
            if not start:
                break
            start = max(start - size, 0)
        if not dropped:
            if size == 1:
                break
            size = max(size // 2, 1)
    return best


def _key(complaint):
    return complaint["check"], complaint["words"].split(":")[0]


class Journal:
    """A file with a line for each day that was played: a run that was stopped goes on
    where it was.

    :param path: or None for a run that is not kept
    """

    def __init__(self, path):
        self.path = path and Path(path)
        self.played = {}  # seed -> (outcome, seconds)
        if self.path and self.path.exists():
            for line in self.path.read_text().splitlines():
                one = json.loads(line)
                self.played[one["seed"]] = one

    def add(self, outcome):
        if self.path:
            with self.path.open("a") as file:
                file.write(json.dumps(outcome) + "\n")


class Run:
    """Many days, dealt out to some workers.

    :param every: print each day
    :param stop: end after so many failed days; 0: never
    :param often: kinds that are drawn more often
    """

    def __init__(
        self,
        templates,
        template,
        *,
        steps=15,
        shorten=True,
        stop=0,
        every=False,
        often=(),
        journal=None,
    ):
        self.templates = templates
        self.template = template
        self.steps = steps
        self.shorten = shorten
        self.stop_after = stop
        self.every = every
        self.often = often
        self.journal = Journal(journal)
        self.tally = Tally()
        self._todo = queue.Queue()
        self._lock = threading.Lock()
        self._workers = []
        self._ended = threading.Event()
        self._crashes = 0
        self._total = 0

    def play(self, seeds, workers=1):
        """Play a day for each seed. Ctrl-C ends it; what was played is counted.

        :return: :class:`Tally`
        """
        self._total = len(seeds)
        for seed in seeds:
            if seed in self.journal.played:
                self._count(self.journal.played[seed], self.journal.played[seed])
            else:
                self._todo.put(seed)
        before, start = self.tally.days, time.monotonic()
        self._started = start
        threads = [
            threading.Thread(target=self._work, args=(number,))
            for number in range(workers)
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(1)
        except KeyboardInterrupt:
            say("    stopped: what was played until now:")
            self.tally.stopped = True
            self._ended.set()
            for worker in self._workers:
                if worker.process:
                    worker.process.kill()
            for thread in threads:
                thread.join(30)
        self.tally.seconds = time.monotonic() - start
        self.tally.before = before
        return self.tally

    def _work(self, number):
        worker = Worker(self.templates, self.template, f"{os.getpid()}-{number}")
        self._workers.append(worker)
        try:
            while not self._ended.is_set():
                try:
                    seed = self._todo.get_nowait()
                except queue.Empty:
                    return
                self._day(worker, seed)
        finally:
            worker.stop()

    def _day(self, worker, seed):
        """One day. Whatever happens in it, the others are played."""
        outcome = shorter = None
        try:
            outcome = worker.ask(seed=seed, number=self.steps, often=self.often)
            self._crashes = 0
            if outcome["complaints"] and self.shorten:
                shorter = reduce(worker, outcome)
        except Exception:  # noqa: BLE001 - a crash of the tool is a failed day
            if self._ended.is_set():
                return
            outcome = outcome or crashed(seed)
            self._crashes += 1
            if self._crashes >= CRASHES:
                self._ended.set()
                self.tally.stopped = True
            worker.stop()
        shown = shorter or outcome
        with self._lock:
            self._count(outcome, shown)
            self.journal.add({**outcome, "shown": shown})
            if self.every:
                say(tell(outcome))
            if outcome["complaints"]:
                say(tell(shown))
            if not self.tally.days % PROGRESS:
                say(f"    {self._progress()}")
            if self.stop_after and len(self.tally.failures) >= self.stop_after:
                self._ended.set()

    def _count(self, outcome, shown):
        self.tally.add(outcome)
        if outcome["complaints"]:
            self.tally.failures.append(shown.get("shown", shown))

    def _progress(self):
        tally = self.tally
        passed = time.monotonic() - self._started
        played = self._total - self._todo.qsize()
        text = f"{tally.days} days, {tally.steps} steps, {len(tally.failures)} failed"
        left = passed / max(played, 1) * self._todo.qsize()
        return f"{text}, {passed / 60:.0f} min; about {left / 60:.0f} min more …"


def play_days(templates, template, seeds, *, workers=1, **options):
    """Play a day for each seed.

    :return: :class:`Tally`
    """
    return Run(templates, template, **options).play(seeds, workers)


def prove(templates, template):
    """{deliberate fault: complaints about it}, from a process of its own."""
    worker = Worker(templates, template, f"{os.getpid()}-prove")
    try:
        return worker.prove()
    finally:
        worker.stop()


def run(options):
    """The command."""
    templates = Templates(os.environ, discover())
    template = os.environ.get("RANDOM_DAYS_TEMPLATE") or templates.suite()
    if options.day:
        seeds = [options.day]
    else:
        last = options.last or options.first + options.days - 1
        seeds = [
            f"{options.seed}/{number}" for number in range(options.first, last + 1)
        ]
    # ended by `timeout` or by a stopped job, it tells what was played, too
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tally = play_days(
        templates,
        template,
        seeds,
        workers=options.workers,
        steps=options.steps,
        shorten=not options.no_reduce,
        stop=options.stop,
        every=options.tell or bool(options.day),
        often=options.often.split(",") if options.often else (),
        journal=options.journal,
    )
    if tally.failures and not options.day:
        say(f"==> {len(tally.failures)} days failed:")
        for outcome in tally.failures:
            say(tell(outcome))
    say(tally.words())
    if tally.before:
        say(f"  ({tally.before} of the days were in the journal)")
    for kind, number in tally.kinds.most_common():
        say(f"  {number:5d} {kind}")
    return 130 if tally.stopped else 1 if tally.failures else 0
