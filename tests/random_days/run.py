# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Many days by several workers, and what came of them."""

import collections
import json
import os
import queue
import subprocess
import threading
import time
import uuid

from workbench import odoo_process, paths
from workbench.addons import discover
from workbench.steps import say
from workbench.templates import Templates

#: days that one database bears: what they leave behind slows the next ones down
DAYS_PER_DATABASE = 40
#: after so many days it is said how far it is
PROGRESS = 20
#: attempts at a shorter list of steps
ATTEMPTS = 30


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
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            log = self.log
            self.stop()
            raise RuntimeError(
                f"the worker ended; log: {log}\n{odoo_process.tail(log)}"
            )
        return json.loads(line)

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

    def stop(self):
        if self.process:
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
        self.failures = []  # [(seed, steps, complaints)]

    def add(self, outcome):
        self.days += 1
        played = outcome["steps"]
        self.steps += len(played)
        self.refused += outcome["refused"]
        self.kinds.update(step["kind"] for step, __ in played)
        self.known.update(fault["reason"] for __, __, fault in outcome["known"])

    def words(self):
        rate = self.steps / self.seconds if self.seconds else 0.0
        first = (
            f"{self.days} days, {self.steps} steps ({self.refused} refused) in"
            f" {self.seconds:.0f} s: {rate:.1f} steps a second;"
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


def play_days(
    templates,
    template,
    seeds,
    *,
    workers=1,
    steps=15,
    shorten=True,
    stop=0,
    every=False,
    often=(),
):
    """Play a day for each seed.

    :return: :class:`Tally`
    """
    tally, lock, todo = Tally(), threading.Lock(), queue.Queue()
    for seed in seeds:
        todo.put(seed)
    start = time.monotonic()
    errors = []

    def work(number):
        worker = Worker(templates, template, f"{os.getpid()}-{number}")
        try:
            while not errors:
                try:
                    seed = todo.get_nowait()
                except queue.Empty:
                    return
                outcome = worker.ask(seed=seed, number=steps, often=often)
                with lock:
                    tally.add(outcome)
                    if not tally.days % PROGRESS:
                        say(f"    {tally.days} days, {tally.steps} steps …")
                if every:
                    say(tell(outcome))
                if outcome["complaints"]:
                    if shorten:
                        outcome = reduce(worker, outcome)
                    with lock:
                        tally.failures.append(outcome)
                        say(tell(outcome))
                        if stop and len(tally.failures) >= stop:
                            return
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            errors.append(error)
        finally:
            worker.stop()

    threads = [
        threading.Thread(target=work, args=(number,)) for number in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    tally.seconds = time.monotonic() - start
    return tally


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
        last = options.first + options.days
        seeds = [f"{options.seed}/{number}" for number in range(options.first, last)]
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
    )
    say(tally.words())
    for kind, number in tally.kinds.most_common():
        say(f"  {number:5d} {kind}")
    return 1 if tally.failures else 0
