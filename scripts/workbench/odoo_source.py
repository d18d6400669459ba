"""Finding Odoo 19: one that is there, the official archive, or Debian's package."""

import contextlib
import os
import re
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from . import debian, paths
from .steps import Failure, build_into, remove, run, say, step

SERIES = "19.0"
ARCHIVE = "https://nightly.odoo.com/19.0/nightly/src/odoo_19.0.latest.tar.gz"
CONNECT_SECONDS = 6
DEBIAN_SOURCE = "usr/lib/python3/dist-packages"
ORIGIN_FILE = "promise-desk.origin"
# Under a licence that Debian does not take, yet listed in mail's assets: without
# a file there, every page logs an error in the browser.
STUBS = {
    "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js": (
        "// The face segmentation library is not part of this package; background\n"
        "// blur in calls is off.\n"
    )
}


@dataclass(frozen=True)
class Odoo:
    path: Path  # the folder that holds the package odoo/
    version: str
    origin: str


def version_at(folder):
    """The version of the Odoo in a folder, or None if there is none."""
    try:
        text = (Path(folder) / "odoo" / "release.py").read_text()
    except OSError:
        return None
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.MULTILINE)
    return f"{match[1]}.{match[2]}" if match else None


def importable():
    """The folder of an Odoo that the machine's python3 can import, or None."""
    interpreter = os.environ.get("PYTHON") or "python3"
    code = "import odoo.release as r; print(r.__file__)"
    try:
        result = run([interpreter, "-c", code], check=False, timeout=60)
    except Failure:
        return None
    if result.returncode:
        return None
    return Path(result.stdout.strip().splitlines()[-1]).parents[1]


def find(environ=os.environ, *, importable=importable, fetchers=None):
    """Return the Odoo to use, fetching it if need be.

    The order: ODOO_HOME, one that can be imported, what an earlier run fetched,
    the official archive, Debian unstable's package.
    """
    home = environ.get("ODOO_HOME")
    if home:
        folder = Path(home).expanduser().resolve()
        version = version_at(folder)
        if version != SERIES:
            raise Failure(
                f"ODOO_HOME={home} holds "
                + (f"Odoo {version}" if version else "no Odoo")
                + f". It must name a folder with Odoo {SERIES}'s source: the one with "
                "the sub-folder odoo/."
            )
        return Odoo(folder, version, "ODOO_HOME")
    folder = importable()
    if folder:
        version = version_at(folder)
        if version == SERIES:
            return Odoo(folder, version, "installed on this machine")
        say(f"    the Odoo at {folder} is {version}, not {SERIES}: left aside")
    origin_file = paths.ODOO_SOURCE / ORIGIN_FILE
    if origin_file.is_file():
        origin = origin_file.read_text().strip()
        return Odoo(source_in(paths.ODOO_SOURCE), SERIES, origin)
    return _fetch(environ, fetchers or (official_archive, debian_package))


def _fetch(environ, fetchers):
    problems = []
    for fetcher in fetchers:
        try:
            with build_into(paths.ODOO_SOURCE) as folder:
                origin = fetcher(folder, environ)
                complete(folder)
                (folder / ORIGIN_FILE).write_text(origin + "\n")
        except Failure as failure:
            problems.append(str(failure))
            say(f"    not from there: {failure}")
        else:
            return Odoo(source_in(paths.ODOO_SOURCE), SERIES, origin)
    raise Failure(
        "Odoo 19.0 could not be had:\n  - "
        + "\n  - ".join(problems)
        + "\nUnpack its source yourself and name the folder: make ODOO_HOME=/path …"
    )


def source_in(folder):
    """The folder that holds the package odoo/, within a fetched tree.

    Debian's tree stays as it is, because its links are relative within it.
    """
    return folder if (folder / "odoo").is_dir() else folder / DEBIAN_SOURCE


def complete(folder):
    """Check a fetched source, and put in what it lacks."""
    source = source_in(folder)
    if version_at(source) != SERIES:
        raise Failure(f"what was fetched is not Odoo {SERIES}")
    for name, text in STUBS.items():
        stub = source / name
        if not stub.exists():
            stub.parent.mkdir(parents=True, exist_ok=True)
            stub.write_text(text)
    dangling = [
        path for path in folder.rglob("*") if path.is_symlink() and not path.exists()
    ]
    if dangling:
        names = ", ".join(str(path.relative_to(folder)) for path in dangling[:5])
        raise Failure(f"{len(dangling)} files of Odoo's link to nothing: {names}")


def official_archive(folder, environ):
    """Unpack the official source archive (or the one that ODOO_ARCHIVE names)."""
    url = environ.get("ODOO_ARCHIVE") or ARCHIVE
    with step(f"Trying the official archive of Odoo {SERIES}"), _no_proxy_hang():
        archive = folder / "odoo.tar.gz"
        if "://" in url:
            _download(url, archive)
        else:
            shutil.copy(url, archive)
        try:
            with tarfile.open(archive) as tar:
                _unpack(tar, folder)
        except tarfile.TarError as error:
            raise Failure(f"the archive at {url} cannot be unpacked: {error}") from None
        archive.unlink()
    return f"archive {url}"


def _download(url, target):
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as answer:
            with target.open("wb") as handle:
                shutil.copyfileobj(answer, handle, 1 << 20)
    except (OSError, urllib.error.URLError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failure(f"{url} cannot be reached ({reason})") from None


@contextlib.contextmanager
def _no_proxy_hang():
    # A name server that does not answer can hold urlopen longer than its time-out.
    old = os.environ.get("RES_OPTIONS")
    os.environ["RES_OPTIONS"] = "timeout:3 attempts:1"
    try:
        yield
    finally:
        if old is None:
            del os.environ["RES_OPTIONS"]
        else:
            os.environ["RES_OPTIONS"] = old


def _unpack(tar, folder):
    # The archive has one folder on top; its content is what is wanted.
    members = []
    for member in tar.getmembers():
        _top, _slash, rest = member.name.partition("/")
        inside = rest and not rest.startswith("/") and ".." not in rest.split("/")
        if inside and (member.isfile() or member.isdir()):
            member.name = rest
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            members.append(member)
    tar.extractall(folder, members=members)  # noqa: S202 - chosen just above


def debian_package(folder, environ):
    """Unpack Debian unstable's package and what it links to, touching no apt."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="apt.") as work:
        unpacked = debian.unpack_odoo(Path(work))
        for path in unpacked.iterdir():
            path.rename(folder / path.name)
    # The package holds most addons twice; Odoo reads the one inside its package.
    if (folder / DEBIAN_SOURCE / "odoo" / "addons" / "web").is_dir():
        remove(folder / DEBIAN_SOURCE / "addons")
    return "Debian's package odoo-19"
