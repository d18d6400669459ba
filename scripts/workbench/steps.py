"""Telling people what happens, and running programs."""

import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import paths


class Failure(Exception):
    """Something that a person must know or do. Printed without a traceback."""


def say(text=""):
    print(text, flush=True)


def duration(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


@contextlib.contextmanager
def step(text):
    """Say what a long step does, and how long it took."""
    say(f"==> {text} …")
    start = time.monotonic()
    yield
    say(f"    done in {duration(time.monotonic() - start)}")


def run(command, *, what=None, env=None, cwd=None, check=True, timeout=None, **kwargs):
    """Run a program quietly; on failure say which one and show its last lines."""
    command = [str(part) for part in command]
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    try:
        result = subprocess.run(
            command,
            env=env,
            cwd=cwd,
            timeout=timeout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **kwargs,
        )
    except FileNotFoundError as error:
        raise Failure(f"{what or command[0]}: {command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{what or command[0]}: no answer in {timeout} s") from error
    if check and result.returncode:
        tail = "\n".join(result.stdout.splitlines()[-25:])
        raise Failure(
            f"{what or command[0]} failed (exit code {result.returncode}).\n"
            f"  command: {shlex.join(command)}\n{tail}"
        )
    return result


def remove(path):
    """Delete a file or folder that may not be there."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def build_into(target):
    """Build a folder under a temporary name; it takes its own name when complete.

    Interrupted at any point, the next try starts afresh and nobody meets a half.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(target.name + ".building")
    remove(building)
    building.mkdir()
    yield building
    remove(target)
    building.rename(target)


@contextlib.contextmanager
def locked(name, *, shared=False):
    """Hold a lock against other runs on the same clone. The system frees it if
    the process dies."""
    paths.STATE.mkdir(parents=True, exist_ok=True)
    with (paths.STATE / f"{name}.lock").open("a") as handle:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    waiting for another run to finish with {name} …")
            fcntl.flock(handle, kind)
        yield handle


def program(name, *more_folders):
    """The path of a program in PATH or in one of the folders, or None."""
    folders = [*map(str, more_folders), os.environ.get("PATH", os.defpath)]
    return shutil.which(name, path=os.pathsep.join(folders))


def main_guard(function, *args):
    """Run a command; turn failures into words and an exit code."""
    try:
        return function(*args) or 0
    except Failure as failure:
        sys.stdout.flush()
        print(f"\nError: {failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr, flush=True)
        return 130
