"""docker-compose.yml, as far as it can be judged without an engine to start it."""

import json
import os
import re
import shutil
import subprocess

import pytest
from packaging.requirements import Requirement

from workbench import paths

COMPOSE_FILE = paths.ROOT / "docker-compose.yml"
UNITS = (
    paths.ROOT / "config" / "promise-desk.service",
    paths.ROOT / "connectors/asterisk/call-center-asterisk.service",
)


def _client():
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            version = subprocess.run([*command, "version"], capture_output=True)
            if version.returncode == 0:
                return command
    return None


@pytest.fixture(scope="module")
def compose():
    """A function that asks a compose client for the resolved file."""
    client = _client()
    if not client:
        pytest.skip(
            "no compose client on this machine (Debian: apt-get install docker-compose)"
        )

    def run(*arguments, password="secret"):
        environ = {k: v for k, v in os.environ.items() if k != "POSTGRES_PASSWORD"}
        if password:
            environ["POSTGRES_PASSWORD"] = password
        return subprocess.run(
            [*client, "-f", COMPOSE_FILE, *arguments],
            cwd=paths.ROOT,
            env=environ,
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize(
    "profile", [(), ("--profile", "scaled"), ("--profile", "asterisk")]
)
def test_a_compose_client_accepts_it(compose, profile):
    result = compose(*profile, "config", "-q")
    assert result.returncode == 0, result.stderr


def test_without_a_password_it_refuses_and_says_where_to_write_one(compose):
    result = compose("config", "-q", password=None)
    assert result.returncode
    assert ".env" in result.stderr


def test_nothing_is_published_beyond_the_machine_itself(compose):
    result = compose("--profile", "scaled", "config")
    assert "0.0.0.0:80" not in result.stdout
    text = COMPOSE_FILE.read_text()
    published = [line for line in text.splitlines() if line.strip().startswith('- "1')]
    assert len(published) == 3
    assert all('"127.0.0.1:' in line for line in published)


def test_no_container_keeps_rights_that_it_does_not_need():
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    assert set(services) == {"db", "odoo", "odoo-scaled", "proxy", "asterisk"}
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        # by an exact version, or built here
        if "build" not in service:
            assert re.search(r":\d+\.\d+", service["image"]), name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_of_systemd_are_understood_and_confined(unit, tmp_path):
    tool = shutil.which("systemd-analyze")
    if not tool:
        pytest.skip("systemd-analyze is not installed here (Debian: systemd)")
    text = unit.read_text()
    assert "Restart=always" in text
    assert "CapabilityBoundingSet=\n" in text
    # the programs are not where they will be
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    understood = subprocess.run(
        [tool, "verify", copy], check=False, capture_output=True, text=True
    )
    assert "Unknown" not in understood.stderr, understood.stderr
    assert understood.returncode == 0, understood.stderr
    judged = subprocess.run(
        [tool, "security", "--offline=yes", "--threshold=25", copy],
        check=False,
        capture_output=True,
        text=True,
    )
    assert judged.returncode == 0, judged.stdout[-500:]


def test_what_it_mounts_and_builds_from_is_there():
    for name in (
        "addons",
        "config/odoo.conf",
        "docker/Dockerfile",
        "docker/nginx.conf",
        "docker/healthcheck.py",
        "requirements-addons.txt",
    ):
        assert (paths.ROOT / name).exists()


def test_the_addons_wheels_file_is_complete_in_itself(tmp_path):
    """The image installs it without dependencies: every Odoo addon that a wheel
    needs must be listed, in the version that our own environment runs."""
    code = (
        "import importlib.metadata as m, json\n"
        "print(json.dumps({d.metadata['Name'].lower().replace('_', '-'):"
        " [d.version, d.requires or []] for d in m.distributions()}))"
    )
    answer = subprocess.run(
        [paths.VENV_PYTHON, "-c", code], check=True, capture_output=True, text=True
    )
    installed = json.loads(answer.stdout)
    listed = _pins("requirements-addons.txt")
    in_image = set(_pins("requirements.txt")) | {"odoo"}
    for name, version in listed.items():
        assert installed[name][0] == version
        for requirement in installed[name][1]:
            wish = Requirement(requirement)
            if wish.marker and not wish.marker.evaluate({"extra": ""}):
                continue
            needed = wish.name.lower().replace("_", "-")
            assert needed in set(listed) | in_image, f"{name} needs {needed}"


def _pins(name):
    """{distribution: version} of a requirements file."""
    lines = (paths.ROOT / name).read_text().splitlines()
    pins = (line.split(";")[0].split("==") for line in lines if "==" in line)
    return {name.strip().lower().replace("_", "-"): pin.strip() for name, pin in pins}
