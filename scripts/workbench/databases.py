"""Making, copying and dropping Odoo databases with their file stores."""

import contextlib
import os
import shutil
from pathlib import Path

from .steps import remove


class Databases:
    """Databases of one server, with Odoo's data folder beside them."""

    def __init__(self, environ, data_folder):
        self.environ = environ
        self.data_folder = Path(data_folder)

    def connect(self, name="postgres"):
        import psycopg2

        variables = {
            "host": "PGHOST",
            "port": "PGPORT",
            "user": "PGUSER",
            "password": "PGPASSWORD",
            "sslmode": "PGSSLMODE",
        }
        given = {key: self.environ.get(var) for key, var in variables.items()}
        connection = psycopg2.connect(
            dbname=name, **{key: value for key, value in given.items() if value}
        )
        connection.autocommit = True
        return connection

    def query(self, statement, parameters=(), *, database="postgres"):
        """Run one statement; return its rows, if it has any."""
        with (
            contextlib.closing(self.connect(database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def names(self):
        return [row[0] for row in self.query("SELECT datname FROM pg_database")]

    def exists(self, name):
        return name in self.names()

    def filestore(self, name):
        return self.data_folder / "filestore" / name

    def drop(self, name):
        self.query(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
        remove(self.filestore(name))

    def copy(self, template, name):
        """A new database with a template's content. Files are linked, not copied:
        Odoo never changes a stored file."""
        self.drop(name)
        self.query(f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}")
        source = self.filestore(template)
        if source.is_dir():
            shutil.copytree(source, self.filestore(name), copy_function=_link)

    def rename(self, old, new):
        """Give a finished database its name. The database itself comes last: until
        then the next run starts afresh."""
        remove(self.filestore(new))
        if self.filestore(old).is_dir():
            self.filestore(old).rename(self.filestore(new))
        self.query(f"ALTER DATABASE {_quoted(old)} RENAME TO {_quoted(new)}")

    def comment(self, name, text):
        self.query(f"COMMENT ON DATABASE {_quoted(name)} IS %s", [text])

    @contextlib.contextmanager
    def build(self, name, template=None):
        """Build a database under a temporary name; it takes its own when done."""
        building = f"{name}__building"
        if template:
            self.copy(template, building)
        else:
            self.drop(building)
        yield building
        self.drop(name)
        self.rename(building, name)


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'
