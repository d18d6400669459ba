"""The set-up's decisions, with the machine's border replaced: which Odoo, which
PostgreSQL, which Python, and what it says when there is none."""

import io
import tarfile

import pytest

from workbench import (
    addons,
    debian,
    odoo_process,
    odoo_source,
    paths,
    postgres,
    python_env,
)
from workbench.cluster import MAXIMUM_SOCKET_PATH, socket_folder
from workbench.steps import Failure, build_into


def never(*_arguments, **_named):
    raise AssertionError("asked although an earlier choice was there")


# -- which PostgreSQL ---------------------------------------------------------------


def test_database_url_comes_before_all_else():
    environ = {"DATABASE_URL": "postgresql://a@db.example/x", "PGHOST": "other"}
    choice = postgres.choose(environ, local=never, installed=never, embedded=never)
    assert choice.kind == "DATABASE_URL"
    assert choice.environ["PGHOST"] == "db.example"


def test_pghost_comes_before_what_the_machine_has():
    environ = {"PGHOST": "db", "PGUSER": "u", "PGPORT": "5433", "HOME": "/x"}
    choice = postgres.choose(environ, local=never, installed=never, embedded=never)
    assert choice.kind == "PGHOST"
    assert choice.environ == {"PGHOST": "db", "PGUSER": "u", "PGPORT": "5433"}


def test_a_local_server_comes_before_a_private_one():
    found = {"PGHOST": "/run/postgresql", "PGPORT": "5432"}
    choice = postgres.choose({}, local=lambda: found, installed=never, embedded=never)
    assert (choice.kind, choice.environ) == ("local", found)


def test_installed_binaries_come_before_the_wheel(tmp_path):
    choice = postgres.choose(
        {}, local=lambda: None, installed=lambda: tmp_path, embedded=never
    )
    assert (choice.kind, choice.binaries) == ("private", tmp_path)


def test_the_wheel_is_the_last_resort(tmp_path):
    choice = postgres.choose(
        {}, local=lambda: None, installed=lambda: None, embedded=lambda: tmp_path
    )
    assert (choice.kind, choice.binaries) == ("private", tmp_path)


def test_a_local_server_counts_only_where_databases_may_be_made(tmp_path, monkeypatch):
    (tmp_path / ".s.PGSQL.5432").touch()
    (tmp_path / ".s.PGSQL.5433").touch()
    (tmp_path / ".s.PGSQL.5433.lock").touch()
    asked = []

    def may(variables):
        asked.append(variables["PGPORT"])
        return variables["PGPORT"] == "5433"

    monkeypatch.setattr(postgres, "may_create_databases", may)
    found = postgres.local_server([tmp_path])
    assert found == {"PGHOST": str(tmp_path), "PGPORT": "5433"}
    assert asked == ["5432", "5433"]
    monkeypatch.setattr(postgres, "may_create_databases", lambda variables: False)
    assert postgres.local_server([tmp_path]) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://joe:p%40ss@db.example:6432/desk?sslmode=require",
            {
                "PGHOST": "db.example",
                "PGPORT": "6432",
                "PGUSER": "joe",
                "PGPASSWORD": "p@ss",
                "PGDATABASE": "desk",
                "PGSSLMODE": "require",
            },
        ),
        ("postgres://db", {"PGHOST": "db"}),
        ("postgresql:///desk", {"PGHOST": "localhost", "PGDATABASE": "desk"}),
        (
            "postgresql://joe@/desk?host=/run/pg&port=5433",
            {
                "PGHOST": "/run/pg",
                "PGPORT": "5433",
                "PGUSER": "joe",
                "PGDATABASE": "desk",
            },
        ),
        ("postgresql://[::1]:5432/", {"PGHOST": "::1", "PGPORT": "5432"}),
    ],
)
def test_database_url_is_split_into_postgresqls_variables(url, expected):
    assert postgres.split_url(url) == expected


@pytest.mark.parametrize("url", ["mysql://db/x", "db.example", "postgresql://db:x/y"])
def test_a_database_url_that_cannot_be_read_is_refused_in_words(url):
    with pytest.raises(Failure, match="DATABASE_URL"):
        postgres.split_url(url)


def test_a_server_that_does_not_answer_is_said_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PGHOST", str(tmp_path))
    with pytest.raises(Failure, match="PGHOST"):
        with postgres.server(quiet=True):
            raise AssertionError("there is no server there")


def test_the_socket_stays_beside_the_data_where_its_path_is_short_enough(tmp_path):
    folder = tmp_path / "pg"
    if len(str(folder)) < MAXIMUM_SOCKET_PATH - 20:
        assert socket_folder(folder) == folder


def test_a_long_path_gets_a_short_folder_for_its_socket(tmp_path):
    folder = tmp_path / ("very-long-name-" * 10)
    short = socket_folder(folder)
    assert short != folder
    assert len(str(short / ".s.PGSQL.5432")) <= MAXIMUM_SOCKET_PATH
    assert short.stat().st_mode & 0o777 == 0o700
    assert socket_folder(folder) == short, "the next run finds the same server"
    short.rmdir()


# -- which Odoo ---------------------------------------------------------------------


@pytest.fixture
def make_odoo(tmp_path):
    """A function that makes a folder that looks like Odoo's source."""

    def make(name="odoo-source", version="19, 0"):
        folder = tmp_path / name
        (folder / "odoo").mkdir(parents=True)
        (folder / "odoo" / "release.py").write_text(
            f"version_info = ({version}, 0, 'final', 0, '')\n"
        )
        return folder

    return make


@pytest.fixture
def own_state(tmp_path, monkeypatch):
    """The set-up's folder, empty."""
    monkeypatch.setattr(paths, "STATE", tmp_path / "state")
    monkeypatch.setattr(paths, "ODOO_SOURCE", tmp_path / "state" / "odoo")
    return tmp_path / "state"


def test_odoo_home_comes_before_all_else(make_odoo):
    folder = make_odoo()
    odoo = odoo_source.find(
        {"ODOO_HOME": str(folder)}, importable=never, fetchers=[never]
    )
    assert (odoo.path, odoo.version) == (folder, "19.0")


@pytest.mark.parametrize("version", ["18, 0", None])
def test_an_odoo_home_that_is_not_odoo_19_is_refused_in_words(
    make_odoo, tmp_path, version
):
    folder = make_odoo(version=version) if version else tmp_path
    with pytest.raises(Failure, match="ODOO_HOME"):
        odoo_source.find({"ODOO_HOME": str(folder)}, importable=never)


def test_an_importable_odoo_comes_before_fetching(make_odoo):
    folder = make_odoo()
    odoo = odoo_source.find({}, importable=lambda: folder, fetchers=[never])
    assert odoo.path == folder


def test_an_importable_odoo_of_another_version_is_left_aside(make_odoo, own_state):
    old = make_odoo("old", "17, 0")

    def fetch(folder, environ):
        make_odoo("fetched").joinpath("odoo").rename(folder / "odoo")
        return "a test"

    odoo = odoo_source.find({}, importable=lambda: old, fetchers=[fetch])
    assert odoo.path == paths.ODOO_SOURCE
    assert odoo.origin == "a test"


def test_the_next_way_is_taken_when_one_fails_and_the_result_is_kept(
    make_odoo, own_state
):
    def unreachable(folder, environ):
        (folder / "half").touch()
        raise Failure("not reachable")

    def fetch(folder, environ):
        assert not (folder / "half").exists(), "what a failed try left"
        make_odoo("fetched").joinpath("odoo").rename(folder / "odoo")
        return "the second"

    first = odoo_source.find({}, importable=lambda: None, fetchers=[unreachable, fetch])
    again = odoo_source.find({}, importable=lambda: None, fetchers=[never])
    assert first.origin == again.origin == "the second"


def test_when_no_odoo_can_be_had_all_reasons_are_said(own_state):
    def fails(text):
        def fetch(folder, environ):
            raise Failure(text)

        return fetch

    with pytest.raises(Failure, match=r"(?s)no archive.*no Debian.*ODOO_HOME"):
        odoo_source.find(
            {},
            importable=lambda: None,
            fetchers=[fails("no archive"), fails("no Debian")],
        )
    assert not paths.ODOO_SOURCE.exists()


def test_a_source_with_dangling_links_is_refused(make_odoo):
    folder = make_odoo()
    (folder / "jquery.js").symlink_to("../nowhere/jquery.js")
    with pytest.raises(Failure, match=r"jquery\.js"):
        odoo_source.complete(folder)


def test_the_missing_asset_is_stubbed_and_one_that_is_there_is_kept(make_odoo):
    folder = make_odoo()
    odoo_source.complete(folder)
    (name,) = odoo_source.STUBS
    assert (folder / name).is_file()
    (folder / name).write_text("the real one")
    odoo_source.complete(folder)
    assert (folder / name).read_text() == "the real one"


def test_the_official_archive_is_unpacked_without_its_top_folder(make_odoo, tmp_path):
    archive = tmp_path / "odoo.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(make_odoo(), "odoo-19.0.post1")
        for name in ("odoo-19.0.post1/../../escape", "odoo-19.0.post1//abs"):
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
    target = tmp_path / "target"
    target.mkdir()
    odoo_source.official_archive(target, {"ODOO_ARCHIVE": str(archive)})
    assert odoo_source.version_at(target) == "19.0"
    assert sorted(path.name for path in target.iterdir()) == ["odoo"]
    assert not (tmp_path / "escape").exists()


def test_an_archive_that_cannot_be_reached_fails_soon_and_in_words(tmp_path):
    url = f"http://127.0.0.1:{odoo_process.free_port()}/odoo.tar.gz"
    with pytest.raises(Failure, match="cannot be reached"):
        odoo_source.official_archive(tmp_path, {"ODOO_ARCHIVE": url})


def test_the_mirror_is_the_machines_own_without_security_and_third_parties():
    targets = "\n".join(
        [
            "http://mirror.example/debian/|bookworm|stable|main|Debian",
            "http://mirror.example/debian/|bookworm|stable|contrib|Debian",
            "http://mirror.example/debian/|bookworm-updates|stable-updates|main|Debian",
            "http://mirror.example/debian-security/|bookworm-security|x|main|Debian",
            "http://apt.other.example/|bookworm|bookworm|main|Other",
            "http://apt.third.example/|bookworm-pgdg|bookworm-pgdg|main|",
            "http://second.example/debian/||bookworm|main|",
        ]
    )
    assert debian.mirrors(targets, "bookworm") == [
        "http://mirror.example/debian/",
        "http://second.example/debian/",
    ]


# -- which Python -------------------------------------------------------------------


def test_the_first_python_that_fits_is_taken():
    versions = {
        "a": ((3, 9), True),
        "b": ((3, 14), True),
        "c": ((3, 12), False),
        "d": (None, False),
        "e": ((3, 11), True),
    }
    assert python_env.choose("abcde", versions.get) == "e"


def test_without_a_python_that_fits_it_says_what_to_install():
    versions = {"a": ((3, 9), True), "b": ((3, 12), False)}
    with pytest.raises(Failure) as caught:
        python_env.choose("ab", versions.get)
    text = str(caught.value)
    assert "a is 3.9" in text
    assert "b lacks the venv module" in text
    assert "apt-get install python3 python3-venv" in text


def test_a_named_python_is_the_only_candidate():
    assert python_env.candidates({"PYTHON": "/opt/python"}) == ["/opt/python"]


# -- building and configuration -----------------------------------------------------


def test_an_interrupted_build_leaves_nothing_and_is_repeated(tmp_path):
    target = tmp_path / "thing"
    with pytest.raises(KeyboardInterrupt):
        with build_into(target) as folder:
            (folder / "half").touch()
            raise KeyboardInterrupt
    assert not target.exists()
    with build_into(target) as folder:
        assert not (folder / "half").exists()
        (folder / "whole").touch()
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_odoo_reads_the_projects_configuration_and_finds_the_addons(tmp_path):
    environ = odoo_process.environment({"PATH": "/bin"}, data_folder=tmp_path)
    assert environ["ODOO_RC"] == str(paths.CONFIG)
    assert environ["ODOO_ADDONS_PATH"] == str(paths.ADDONS)
    assert environ["ODOO_DATA_DIR"] == str(tmp_path)


def test_what_the_person_sets_wins_over_the_projects_settings(tmp_path):
    config = tmp_path / "own.conf"
    config.write_text("[options]\naddons_path = /srv/addons\ndata_dir = /srv/data\n")
    for arguments in (["-c", str(config)], [f"--config={config}", "-d", "x"]):
        environ = odoo_process.environment({}, arguments=arguments)
        assert environ["ODOO_RC"] == str(config)
        assert "ODOO_ADDONS_PATH" not in environ
        assert "ODOO_DATA_DIR" not in environ


def test_the_configuration_is_safe_as_it_stands():
    import configparser

    parser = configparser.RawConfigParser(inline_comment_prefixes=None)
    parser.read(paths.CONFIG)
    options = parser["options"]
    assert options["http_interface"] == "127.0.0.1"
    assert options["list_db"] == "False"
    assert options["admin_passwd"] == ""
    assert options["proxy_mode"] == "False"
    assert options["with_demo"] == "False"
    assert not {"db_password", "dev_mode", "test_enable"} & set(options)


def test_a_manifest_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "__manifest__.py").write_text("{'name': ")
    with pytest.raises(Failure, match="broken"):
        addons.discover(tmp_path)


def test_addons_are_chosen_by_name_and_an_unknown_one_is_said():
    known = {"a": 1, "b": 2}
    assert addons.choose("", known) == known
    assert addons.choose("b, a", known) == {"a": 1, "b": 2}
    with pytest.raises(Failure, match=r"no addon c\. There are: a, b"):
        addons.choose("a,c", known)
