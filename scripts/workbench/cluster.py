"""A private PostgreSQL server: reachable through its socket, by its owner only."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from . import paths, postgres_binaries
from .steps import Failure, build_into, locked, remove, run, say, step

PORT = 5432
ROLE = "promise_desk"
MAXIMUM_SOCKET_PATH = 106  # the system's limit is 107 bytes
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
}
# For databases that are thrown away: no waiting for the disk.
FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """Use as a context manager: started on entry if it does not run, stopped on
    exit unless another process still uses it."""

    def __init__(self, name, binaries, *, durable=True, folder=None):
        self.name = name
        self.folder = Path(folder or paths.CLUSTERS / name)
        self.data = self.folder / "data"
        self.log = self.folder / "postgresql.log"
        self.binaries = self._matching(Path(binaries))
        self.settings = dict(SETTINGS) if durable else {**SETTINGS, **FOR_TESTS}
        self.owner = server_user()
        self.binaries = reachable(self.binaries, self.owner)
        self.socket_folder = socket_folder(self.folder)
        self._lock = None

    def environ(self):
        """What Odoo and PostgreSQL's programs read."""
        return {
            "PGHOST": str(self.socket_folder),
            "PGPORT": str(PORT),
            "PGUSER": ROLE,
            "PGPATH": str(self.binaries),
            "PATH": f"{self.binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(f"pg-{self.name}"):
            self.socket_folder = socket_folder(self.folder)
            self._lock = (self.folder / "users.lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            try:
                self._prepare()
                if not self.is_running():
                    self.start()
                self._make_role()
            except BaseException:
                self._leave()
                raise
        return self

    def __exit__(self, *_exception):
        with locked(f"pg-{self.name}"):
            self._leave()

    def _leave(self):
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # others use it; the last one stops it
        else:
            if self.is_running():
                self._server_run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
            if self.socket_folder != self.folder:
                with contextlib.suppress(OSError):
                    self.socket_folder.rmdir()
        finally:
            self._lock.close()

    def is_running(self):
        if not self.data.is_dir():
            return False
        result = self._server_run("pg_ctl", "-D", self.data, "status", check=False)
        return result.returncode == 0

    def start(self):
        options = {**self.settings, "unix_socket_directories": str(self.socket_folder)}
        text = " ".join(
            f"-c {shlex.quote(f'{name}={value}')}" for name, value in options.items()
        )
        # pg_ctl puts the server into a session of its own, so Ctrl-C at the
        # terminal reaches Odoo first and the database last.
        result = self._server_run(
            *("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", "120"),
            *("-o", f"-p {PORT} {text}", "start"),
            check=False,
        )
        if result.returncode:
            tail = ""
            if self.log.is_file():
                tail = "\n".join(self.log.read_text().splitlines()[-10:])
            raise Failure(f"PostgreSQL did not start ({self.log}):\n{tail}")

    def _matching(self, binaries):
        """The binaries of the version that made the data, if there is data."""
        try:
            version = int((self.data / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return binaries
        if postgres_binaries.major_version(binaries) == version:
            return binaries
        for other in postgres_binaries.all_installed_binaries():
            if postgres_binaries.major_version(other) == version:
                return other
        if postgres_binaries.major_version(paths.POSTGRES_BIN) == version:
            return paths.POSTGRES_BIN
        if self.name != "run":
            remove(self.data)  # test databases only: made again
            return binaries
        raise Failure(
            f"the databases in {self.data} are of PostgreSQL {version}, which is no "
            f"longer installed. Install it again, or start afresh with `make clean`."
        )

    def _prepare(self):
        """Make the folders and the data, under a temporary name until complete."""
        if self.data.is_dir():
            owner = self.data.stat().st_uid
            if owner != self.owner.pw_uid:
                raise Failure(
                    f"{self.data} belongs to user {owner}; you run as "
                    f"{os.geteuid()}. Run as the user who made it, or remove "
                    f"{paths.STATE} as that user."
                )
            self._own(self.folder, self.socket_folder)
            return
        building = self.folder / "data.building"
        remove(building)
        building.mkdir(mode=0o700)
        self._own(self.folder, self.socket_folder, building)
        with step(f"Making a private PostgreSQL ({self.folder})"):
            self._server_run(
                *("initdb", "-D", building, "-U", "postgres", "-A", "peer"),
                *("-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            )
            self._write_access_rules(building)
        building.rename(self.data)

    def _write_access_rules(self, folder):
        user = pwd.getpwuid(os.geteuid()).pw_name
        hba, ident = folder / "pg_hba.conf", folder / "pg_ident.conf"
        hba.write_text("local all all peer map=promise_desk\n")
        ident.write_text(
            f'promise_desk "{user}" {ROLE}\npromise_desk "{user}" postgres\n'
        )
        self._own(hba, ident)

    def _own(self, *files):
        for path in files:
            if os.geteuid() == 0:
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
            if path.is_dir():
                path.chmod(0o700)

    def _make_role(self):
        import psycopg2

        connection = psycopg2.connect(
            host=str(self.socket_folder), port=PORT, user="postgres", dbname="postgres"
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        connection.close()

    def _server_run(self, name, *arguments, check=True):
        """Run one of PostgreSQL's programs as the user that owns the server."""
        command = [*privileges(self.owner, self.folder), self.binaries / name]
        # The working folder must be one that the server's user may enter, and no
        # pipe of ours may stay open in the server.
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            result = subprocess.run(
                [str(part) for part in (*command, *arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
                check=False,
            )
            output.seek(0)
            text = output.read()
        if check and result.returncode:
            raise Failure(f"{name} failed (exit code {result.returncode}):\n{text}")
        return result


def server_user():
    """Who runs the server: ourselves, but never root, which PostgreSQL refuses."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure("as root, PostgreSQL needs a user to run as: postgres or nobody")


def privileges(owner, folder):
    """The command prefix that runs a program as the server's user."""
    if os.geteuid():
        return []
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise Failure(
            "as root, PostgreSQL is run as another user, with setpriv (package "
            "util-linux), which is not installed"
        )
    prefix = [setpriv, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}"]
    prefix.append("--clear-groups")
    for capabilities in ((), ("+dac_read_search",), ("+dac_override",)):
        # A clone below /root cannot be entered by others. Rather than loosening
        # its permissions, the server gets the one right to pass through.
        extra = [
            f"--{kind}-caps={name}"
            for name in capabilities
            for kind in ("inh", "ambient")
        ]
        attempt = [*prefix, *extra]
        # Not "test -x": the system answers that question without capabilities.
        try_it = [*attempt, "ls", "-d", f"{folder}/."]
        if run(try_it, check=False, cwd="/").returncode == 0:
            return attempt
    raise Failure(
        f"the user {owner.pw_name}, who runs PostgreSQL, may not enter {folder}. "
        "Clone to a folder that others may enter (/srv, say), or work as an "
        "ordinary user."
    )


def reachable(binaries, owner):
    """The binaries where the server's user can start them.

    The right to pass through closed folders is not enough for that: PostgreSQL asks
    the system whether it may, which answers by ordinary permissions. So programs of
    ours in a closed folder are copied to an open one (`make clean` removes it).
    """
    if os.geteuid() or not binaries.is_relative_to(paths.STATE):
        return binaries
    command = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}"]
    command += ["--clear-groups", "test", "-x", str(binaries / "postgres")]
    if run(command, check=False, cwd="/").returncode == 0:
        return binaries
    shelf = open_shelf()
    if not shelf.is_dir():
        with build_into(shelf) as building:
            shutil.copytree(paths.POSTGRES_BINARIES, building, dirs_exist_ok=True)
            building.chmod(0o755)
    if shelf.lstat().st_uid or shelf.is_symlink():
        raise Failure(f"{shelf} belongs to somebody else; remove it and try again")
    return shelf / binaries.relative_to(paths.POSTGRES_BINARIES)


def open_shelf():
    """Where root's copy of the programs is, if one is needed."""
    digest = hashlib.sha256(os.fsencode(str(paths.STATE))).hexdigest()[:12]
    return Path("/var/tmp") / f"promise-desk-0-{digest}"  # noqa: S108 - owner checked


def socket_folder(folder):
    """Where the socket goes: beside the data, or in a short path if that is long."""
    if len(os.fsencode(str(folder / f".s.PGSQL.{PORT}"))) <= MAXIMUM_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(str(folder))).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"promise-desk-{os.geteuid()}-{digest}"
    if len(os.fsencode(str(short / f".s.PGSQL.{PORT}"))) > MAXIMUM_SOCKET_PATH:
        short = Path("/tmp") / short.name  # noqa: S108 - owner and mode are checked
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    mine = {os.geteuid(), server_user().pw_uid}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
        raise Failure(f"{short} belongs to somebody else; remove it and try again")
    return short


def stop_all():
    """Stop private servers that nobody uses any more (before deleting them)."""
    for data in sorted(paths.CLUSTERS.glob("*/data")):
        pid_file = data / "postmaster.pid"
        if not pid_file.is_file():
            continue
        binaries = (
            postgres_binaries.installed_binaries()
            or postgres_binaries.embedded_binaries()
        )
        with Cluster(data.parent.name, binaries):
            say(f"    stopping PostgreSQL in {data.parent}")
