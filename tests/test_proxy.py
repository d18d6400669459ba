"""docker/nginx.conf before a real server: alone, and behind another proxy with TLS."""

import contextlib
import http.client
import json
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from servers import Server, copied_database, suite

from workbench import odoo_process, paths

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
CLIENT = "203.0.113.7"
PUBLIC = "desk.example.test:8443"

pytestmark = pytest.mark.skipif(
    not NGINX,
    reason="nginx is not installed here (Debian: apt-get install nginx-light)",
)

WRAPPER = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {content}
}}
"""
#: What ends TLS before it, as a balancer does.
FRONT = """
    access_log off;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $http_connection;
            proxy_set_header Host {public};
            proxy_set_header X-Forwarded-Host {public};
            proxy_set_header X-Forwarded-Proto https;
            proxy_set_header X-Forwarded-For {client};
        }}
    }}
"""


class Proxy:
    """A running nginx."""

    def __init__(self, folder, port):
        self.folder, self.port = Path(folder), port

    @property
    def logs(self):
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


@contextlib.contextmanager
def nginx(folder, port, content):
    folder.mkdir()
    conf = folder / "nginx.conf"
    conf.write_text(WRAPPER.format(folder=folder, content=content))
    process = subprocess.Popen([NGINX, "-p", folder, "-c", conf])
    try:
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.1)
        yield Proxy(folder, port)
    finally:
        process.terminate()
        process.wait(20)


def example(folder, port, http_port, websocket_port):
    """The project's example, at other addresses."""
    text = (paths.ROOT / "docker" / "nginx.conf").read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("odoo-scaled:8069", f"127.0.0.1:{http_port}"),
        ("odoo-scaled:8072", f"127.0.0.1:{websocket_port}"),
        ("/dev/stdout", f"{folder}/access.log"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def server():
    template, environ = suite()
    with copied_database(template, environ) as database:
        options = ("--proxy-mode",)
        with Server(database, environ, workers=2, options=options) as running:
            yield running


@pytest.fixture(scope="module")
def proxy(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx") / "inner"
    port = odoo_process.free_port()
    http_port = int(server.url.rsplit(":", 1)[1])
    content = example(folder, port, http_port, server.gevent_port)
    with nginx(folder, port, content) as running:
        yield running


@pytest.fixture(scope="module")
def front(proxy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx") / "front"
    port = odoo_process.free_port()
    content = FRONT.format(port=port, behind=proxy.port, public=PUBLIC, client=CLIENT)
    with nginx(folder, port, content) as running:
        yield running


def ask(port, method, path, body=None, headers=(), source=None):
    """(status, headers, text) of an answer."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=60, source_address=source and (source, 0)
    )
    headers = dict(headers)
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
        body = json.dumps(body)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text
    finally:
        connection.close()


def log_in(server, port, **options):
    """A person logs in; (headers of the answer, cookie)."""
    params = {"db": server.database, "login": "admin", "password": "admin"}
    status, headers, text = ask(
        port,
        "POST",
        "/web/session/authenticate",
        {"jsonrpc": "2.0", "method": "call", "params": params},
        **options,
    )
    assert status == 200, text
    assert '"uid"' in text, text
    return headers, re.match(r"[^;]+", headers["set-cookie"])[0]


def wait_for(condition, seconds=10):
    """A log is written a moment after the answer."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def base_url(server):
    [row] = server.client().search_read(
        "ir.config_parameter", [("key", "=", "web.base.url")], "value"
    )
    return row["value"]


def last_address(server):
    """From where somebody logged in last, as Odoo has it in its log."""
    found = re.findall(r"Login successful for .* from (\S+)", server.log.read_text())
    # programs that log in by XML-RPC have none
    return [address for address in found if address != "n/a"][-1]


def webhook_path(server):
    """(address that Odoo shows, its path) of a new line."""
    admin = server.client()
    line_id = admin.create("call.provider", name="Line", kind="generic")
    url = admin.call("call.provider", "rotate_token", [line_id])["url"]
    return url, "/" + url.split("/", 3)[3]


def upgrade(port, headers):
    """The first line of the answer to a browser that opens a websocket."""
    lines = [
        "GET /websocket?version= HTTP/1.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.settimeout(30)
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection.recv(4096).decode(errors="replace").split("\r\n")[0]


def test_alone_it_keeps_the_port_of_the_address(server, proxy):
    host = f"desk.example.test:{proxy.port}"
    headers, cookie = log_in(server, proxy.port, headers={"Host": host})
    assert "strict-transport-security" not in headers
    assert base_url(server) == f"http://{host}"
    assert webhook_path(server)[0].startswith(f"http://{host}/call_center/generic/")
    assert last_address(server) == "127.0.0.1"
    status, headers, __ = ask(proxy.port, "GET", "/odoo", headers={"Host": host})
    assert status in (302, 303)
    assert headers["location"].startswith(("/", f"http://{host}/"))
    origin = {"Host": host, "Origin": f"http://{host}", "Cookie": cookie}
    assert " 101 " in upgrade(proxy.port, origin)


def test_behind_another_proxy_it_is_what_people_see(server, front):
    headers, cookie = log_in(server, front.port)
    assert headers["strict-transport-security"].startswith("max-age=")
    assert base_url(server) == f"https://{PUBLIC}"
    assert webhook_path(server)[0].startswith(f"https://{PUBLIC}/call_center/generic/")
    assert last_address(server) == CLIENT
    origin = {"Host": PUBLIC, "Origin": f"https://{PUBLIC}", "Cookie": cookie}
    assert " 101 " in upgrade(front.port, origin)


def test_a_stranger_does_not_say_where_they_come_from(server, proxy):
    host = f"desk.example.test:{proxy.port}"
    forged = {
        "Host": host,
        "X-Forwarded-For": CLIENT,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example.test",
    }
    log_in(server, proxy.port, headers=forged, source="127.0.0.2")
    assert last_address(server) == "127.0.0.2"
    assert base_url(server) == f"http://{host}"


def test_events_come_through_and_their_address_is_in_no_log(server, proxy):
    __, path = webhook_path(server)
    token = path.rsplit("/", 1)[1]
    event = {
        "event": "newCall",
        "callId": "proxied",
        "direction": "in",
        "from": "+49301234567",
        "to": "+4989100",
    }
    status, __, text = ask(proxy.port, "POST", path, event)
    assert status == 200, text
    status, __, __ = ask(proxy.port, "POST", path, {"x": "x" * 70_000})
    assert status == 413
    ask(proxy.port, "GET", "/my/orders/1?access_token=secret-of-a-customer")
    wait_for(lambda: "/my/orders/1?***" in proxy.logs)
    assert "/call_center/generic/***" in proxy.logs
    assert token not in proxy.logs
    assert "secret-of-a-customer" not in proxy.logs


def test_nothing_is_told_while_odoo_is_away(tmp_path):
    port, nobody = odoo_process.free_port(), odoo_process.free_port()
    folder = tmp_path / "away"
    with nginx(folder, port, example(folder, port, nobody, nobody)) as proxy:
        status, __, __ = ask(port, "POST", "/call_center/generic/secret-token", {})
        assert status == 502
        wait_for(lambda: " 502 " in proxy.logs)
        assert "secret-token" not in proxy.logs


@pytest.mark.parametrize(
    "path",
    [
        "/call_center/generic/secret-token",
        "//call_center/generic/secret-token",
        "/call_center//generic/secret-token",
        "/./call_center/generic//secret-token",
        "/x/../call_center/generic/secret-token",
        "/%63all_center/generic/secret-token",
        "/call_center/generic/secret-token/commands",
        "/call_center/generic/secret-token?x=1",
        "/call_center/other/secret-token",
        "/call_center/secret-token",
    ],
)
def test_tokens_are_in_no_log_however_the_address_is_written(tmp_path, path):
    port, nobody = odoo_process.free_port(), odoo_process.free_port()
    folder = tmp_path / "written"
    with nginx(folder, port, example(folder, port, nobody, nobody)) as proxy:
        status, __, __ = ask(port, "POST", path, {})
        assert status == 502
        wait_for(lambda: " 502 " in proxy.logs)
        assert "secret-token" not in proxy.logs


@pytest.mark.parametrize("path", ["/jsonrpc", "/xmlrpc/2/object", "/json/2/a/b"])
def test_programs_do_not_try_passwords_fast_either(tmp_path, path):
    """A request there may bring a password along with each call."""
    port, nobody = odoo_process.free_port(), odoo_process.free_port()
    folder = tmp_path / "programs"
    with nginx(folder, port, example(folder, port, nobody, nobody)):
        asked = [ask(port, "POST", path, {})[0] for __ in range(400)]
        assert 429 in asked
        # as fast as programs work with it, whoever has a password
        assert asked[:20] == [502] * 20


def test_passwords_are_tried_slowly_and_databases_are_not_managed(tmp_path):
    port, nobody = odoo_process.free_port(), odoo_process.free_port()
    folder = tmp_path / "slow"
    with nginx(folder, port, example(folder, port, nobody, nobody)):
        tried = [ask(port, "GET", "/web/login")[0] for __ in range(30)]
        assert 429 in tried
        assert ask(port, "GET", "/web/database/manager")[0] == 404
