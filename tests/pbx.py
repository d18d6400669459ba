"""A real telephone exchange on the loopback interface, and people who phone.

Asterisk is the exchange; sipp is the trunk to the outside (127.0.0.2) and the agents'
telephones (127.0.0.3). Nothing listens beyond loopback, everything has a time limit,
and whoever opens it gets it closed.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from workbench import asterisk, odoo_process, paths
from workbench.steps import Failure, program

TRUNK, DESKS = "127.0.0.2", "127.0.0.3"
USER, WATCHER, SECRET = "odoo", "watcher", "loopback"
OUR_NUMBER = "4930555000"
QUEUE_NUMBER = "4930555900"
TEAM_NUMBER = "4930555901"
PARK, PARKED_SECONDS = "700", 4
RTP_PORTS = (21000, 21400)
SECONDS = 25

MODULES = """
res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject
res_timing_timerfd res_geolocation res_pjsip res_pjsip_pubsub res_pjsip_session
res_pjsip_authenticator_digest res_pjsip_endpoint_identifier_ip
res_pjsip_endpoint_identifier_user res_pjsip_caller_id res_pjsip_sdp_rtp
res_rtp_asterisk chan_pjsip res_musiconhold codec_ulaw func_callerid pbx_config
app_dial app_queue app_verbose bridge_simple bridge_builtin_features bridge_native_rtp
res_pjsip_refer res_pjsip_dtmf_info res_parking app_directed_pickup bridge_holding
bridge_softmix format_pcm
""".split()
SOUNDS = ("pbx-transfer", "pbx-invalid", "beep", "beeperr", "pbx-parkingfailed")

_HEADERS = """[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
"""
_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""
_CALL = """{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}
From: <sip:{caller}@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>{tag}
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:{caller}@[local_ip]:[local_port]>
Max-Forwards: 70
"""
_EMPTY = "Content-Length: 0\n\n"


def _send(text, **attributes):
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<send{more}><![CDATA[\n{text}\n]]></send>"


def _recv(**what):
    optional = ' optional="true"' if what.pop("optional", False) else ""
    ((name, value),) = what.items()
    return f'<recv {name}="{value}"{optional}/>'


def _pause(milliseconds):
    return f'<pause milliseconds="{milliseconds}"/>'


def _scenario(*steps):
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="call">\n'
        + "\n".join(steps)
        + "\n</scenario>\n"
    )


def caller(number, *, ends, after):
    """Somebody outside who calls.

    :param ends: "bye" (after so many ms of talk), "cancel" (after so many ms of
        ringing) or "busy" (is told that nobody is free)
    """
    again = "[branch-{}]"

    def say(method, sequence=1, tag="", branch="[branch]", body=_EMPTY):
        head = _CALL.format(
            method=method, caller=number, number=sequence, tag=tag, branch=branch
        )
        return _send(head + body, **({"retrans": 500} if method != "ACK" else {}))

    steps = [say("INVITE", body=_SDP), _recv(response=100, optional=True)]
    if ends == "cancel":
        steps += [
            _recv(response=180),
            _pause(after),
            say("CANCEL", branch=again.format("4")),
            _recv(response=200),
            _recv(response=487),
            say("ACK", tag="[peer_tag_param]", branch=again.format("7")),
        ]
    elif ends == "busy":
        steps += [
            _recv(response=180, optional=True),
            _recv(response=486),
            say("ACK", tag="[peer_tag_param]", branch=again.format("4")),
        ]
    else:
        steps += [
            _recv(response=180, optional=True),
            _recv(response=183, optional=True),
            _recv(response=200),
            say("ACK", tag="[peer_tag_param]"),
            _pause(after),
            say("BYE", 2, tag="[peer_tag_param]"),
            _recv(response=200),
        ]
    return _scenario(*steps)


def telephone(*, rings=500, does="answer"):
    """A telephone that rings for so many ms and is then answered, is busy at once,
    or rings until the caller gives up."""

    def reply(status, body=_EMPTY, tagged=True):
        head = f"SIP/2.0 {status}\n" + _HEADERS.format(
            tag=";tag=[call_number]" if tagged else ""
        )
        contact = "Contact: <sip:[local_ip]:[local_port]>\n"
        return _send(head + contact + body)

    steps = [_recv(request="INVITE")]
    if does == "busy":
        steps += [reply("486 Busy Here"), _recv(request="ACK")]
    elif does == "ring":
        # the reply to INVITE needs its own headers back, not those of CANCEL
        steps[0] = (
            '<recv request="INVITE"><action>'
            '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>'
            '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>'
            "</action></recv>"
        )
        refusal = (
            "SIP/2.0 487 Request Terminated\nVia:[$via]\n[last_From:]\n"
            "[last_To:];tag=[call_number]\n[last_Call-ID:]\nCSeq:[$cseq]\n"
        )
        steps += [
            reply("180 Ringing"),
            _recv(request="CANCEL"),
            reply("200 OK"),
            _send(refusal + _EMPTY),
            _recv(request="ACK"),
        ]
    else:
        steps += [
            reply("180 Ringing"),
            _pause(rings),
            reply("200 OK", _SDP),
            _recv(request="ACK"),
            _recv(request="BYE"),
            reply("200 OK", tagged=False),
        ]
    return _scenario(*steps)


def missing():
    """Why there can be no exchange on this machine, or an empty text."""
    if not program("sipp"):
        return "sipp is not installed (Debian: apt-get install sip-tester)"
    try:
        asterisk.folder()
    except Failure as failure:
        return str(failure)
    return ""


class Sipp:
    """One sipp: a caller or a telephone, of one call."""

    def __init__(self, folder, name, scenario, address, port, *arguments):
        self.name, self.port = name, port
        self.file = folder / f"{name}.xml"
        self.file.write_text(scenario)
        self.log = folder / f"{name}.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [
                    *(program("sipp"), *arguments, "-sf", self.file),
                    *("-i", address, "-p", str(port), "-mi", address),
                    *("-ci", "127.0.0.1", "-m", "1", "-nostdin"),
                    *("-timeout", str(SECONDS), "-timeout_error", "-trace_err"),
                    *("-error_file", folder / f"{name}.err"),
                ],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
            )

    def result(self):
        """Wait for its end; an empty text if the call went as the scenario says."""
        try:
            code = self.process.wait(SECONDS + 5)
        except subprocess.TimeoutExpired:
            return f"{self.name}: sipp does not end"
        if not code:
            return ""
        errors = self.file.with_suffix(".err")
        text = errors.read_text(errors="replace") if errors.exists() else ""
        return f"{self.name}: sipp ended with {code}\n{text[-1500:]}"

    def stop(self):
        end_group(self.process)


class Pbx:
    """Asterisk with a trunk, a queue and agents' extensions; a context manager.

    :param folder: for its configuration and logs
    :param extensions: names of the agents' telephones
    """

    def __init__(self, folder, extensions):
        self.folder = Path(folder)
        self.extensions = list(extensions)
        ports = _free_udp_ports(2 + len(self.extensions))
        self.sip_port, self.trunk_port, *desks = ports
        self.desk_ports = dict(zip(self.extensions, desks, strict=True))
        self.manager_port = odoo_process.free_port()
        self.boots = 0
        self.process = None
        self.people = []

    # -- its life ----------------------------------------------------------

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exception):
        self.stop()

    def start(self):
        self.boots += 1
        self._configure(asterisk.folder())
        self.log = self.folder / f"asterisk-{self.boots}.log"
        with self.log.open("w") as output:
            self.process = asterisk.start(
                asterisk.folder(), self.folder / "asterisk.conf", output
            )
        end = time.monotonic() + 30
        while True:
            try:
                events = self.manager(["FullyBooted"], seconds=2)
            except OSError as error:
                events = error
            if isinstance(events, list):
                break
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure(f"Asterisk does not start: {self.tail()} {events}")
            time.sleep(0.1)
        text = self.log.read_text(errors="replace")
        if "declined to load" in text or "Address already in use" in text:
            raise Failure(f"Asterisk starts in part only: {self.tail()}")

    def stop(self):
        for person in self.people:
            person.stop()
        self.people.clear()
        if self.process:
            end_group(self.process)

    def restart(self):
        self.stop()
        self.start()

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def manager(self, wanted, *, seconds):
        """Log in to the manager and read until each of the events was seen."""
        address = ("127.0.0.1", self.manager_port)
        with socket.create_connection(address, timeout=seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(
                f"Action: Login\r\nUsername: {WATCHER}\r\n"
                f"Secret: {SECRET}\r\n\r\n".encode()
            )
            seen = set()
            for line in connection.makefile("rb"):
                name, _colon, value = line.decode().strip().partition(": ")
                if name == "Event":
                    seen.add(value)
                if seen.issuperset(wanted):
                    return sorted(seen)
        raise OSError("the manager closed the connection")

    # -- people ------------------------------------------------------------

    def outside_call(self, name, number, exten, *, ends="bye", after=1000):
        """Somebody outside calls one of our numbers."""
        (port,) = _free_udp_ports(1, TRUNK)
        remote = f"127.0.0.1:{self.sip_port}"
        scenario = caller(number, ends=ends, after=after)
        return self._person(f"{name}-caller", scenario, TRUNK, port, remote, exten)

    def desk(self, name, extension, **behaviour):
        """An agent's telephone for one call."""
        scenario = telephone(**behaviour)
        port = self.desk_ports[extension]
        remote = f"127.0.0.1:{self.sip_port}"
        return self._person(f"{name}-desk", scenario, DESKS, port, remote)

    def inside_call(self, name, extension, other):
        """An agent calls another one."""
        remote = f"127.0.0.1:{self.sip_port}"
        scenario = caller(extension, ends="bye", after=1000)
        port = self.desk_ports[extension]
        return self._person(f"{name}-caller", scenario, DESKS, port, remote, other)

    def outside_telephone(self, name, **behaviour):
        """Somebody outside who is called."""
        remote = f"127.0.0.1:{self.sip_port}"
        scenario = telephone(**behaviour)
        return self._person(f"{name}-outside", scenario, TRUNK, self.trunk_port, remote)

    def _person(self, name, scenario, address, port, remote, exten=None):
        arguments = [remote, *(("-s", exten) if exten else ())]
        name = f"{self.boots}-{name}"
        person = Sipp(self.folder, name, scenario, address, port, *arguments)
        self.people.append(person)
        return person

    # -- configuration -----------------------------------------------------

    def _configure(self, root):
        folder = self.folder
        for name in ("run", "spool", "db", "keys", "var-log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._write(
            "asterisk.conf",
            "[directories]",
            f"astetcdir => {folder}",
            f"astmoddir => {root / asterisk.MODULES}",
            f"astvarlibdir => {root / 'var/lib/asterisk'}",
            f"astdatadir => {self._data(root)}",
            *(f"{name} => {folder / 'run'}" for name in ("astrundir", "astagidir")),
            f"astdbdir => {folder / 'db'}",
            f"astkeydir => {folder / 'keys'}",
            f"astspooldir => {folder / 'spool'}",
            f"astlogdir => {folder / 'var-log'}",
            "[options]",
            # a name of its own in each life: call ids begin with it
            f"systemname = desk{self.boots}",
            "defaultlanguage = en",
        )
        self._write(
            "modules.conf",
            "[modules]",
            "autoload=no",
            *(f"load={name}.so" for name in MODULES),
        )
        self._write("logger.conf", "[logfiles]", "console => notice,warning,error")
        first, last = RTP_PORTS
        self._write("rtp.conf", "[general]", f"rtpstart={first}", f"rtpend={last}")
        self._write("cdr.conf", "[general]", "enable=yes")
        self._write(
            "manager.conf",
            "[general]",
            "enabled=yes",
            "bindaddr=127.0.0.1",
            f"port={self.manager_port}",
            "timestampevents=yes",
            f"[{USER}]",
            f"secret={SECRET}",
            "deny=0.0.0.0/0.0.0.0",
            "permit=127.0.0.1/255.255.255.255",
            # as the administrators' documentation asks for
            "read=call,agent",
            "write=system,reporting,originate",
            f"[{WATCHER}]",
            f"secret={SECRET}",
            "read=system",
        )
        self._write("pjsip.conf", *self._endpoints())
        self._write(
            "queues.conf",
            "[general]",
            "[support]",
            "strategy=ringall",
            "timeout=15",
            f"member => PJSIP/{self.extensions[0]},0,Agent",
            # as exchanges do whose members are numbers of the dial plan
            "[team]",
            "strategy=ringall",
            "timeout=15",
            *(f"member => Local/{name}@ring/n,0" for name in self.extensions[:3]),
        )
        self._write(
            "features.conf",
            "[general]",
            "transferdigittimeout => 2",
            "[featuremap]",
            "blindxfer => #1",
            "atxfer => *2",
        )
        self._write(
            "res_parking.conf",
            "[general]",
            "[default]",
            f"parkext => {PARK}",
            "parkpos => 701-720",
            "context => parkedcalls",
            f"parkingtime => {PARKED_SECONDS}",
            "comebacktoorigin = yes",
            "comebackdialtime = 10",
        )
        self._write("extensions.conf", *self._dialplan())

    def _data(self, root):
        """Asterisk's data, with the sounds that a transfer by keypad plays: silence."""
        data = self.folder / "data"
        if not data.exists():
            data.mkdir()
            for entry in (root / "usr/share/asterisk").iterdir():
                if entry.name != "sounds":
                    (data / entry.name).symlink_to(entry)
            sounds = data / "sounds/en"
            sounds.mkdir(parents=True)
            for name in SOUNDS:
                (sounds / f"{name}.ulaw").write_bytes(b"\xff" * 160)
        return data

    def _endpoints(self):
        common = (
            "type=endpoint",
            "disallow=all",
            "allow=ulaw",
            "direct_media=no",
            "media_address=127.0.0.1",
            "bind_rtp_to_media_address=yes",
            "transport=loopback",
            "dtmf_mode=info",
        )
        yield from (
            "[loopback]",
            "type=transport",
            "protocol=udp",
            f"bind=127.0.0.1:{self.sip_port}",
        )
        yield from ("[trunk]", *common, "context=from-trunk", "aors=trunk")
        yield from ("[trunk]", "type=aor")
        yield f"contact=sip:{TRUNK}:{self.trunk_port}"
        yield from ("[trunk]", "type=identify", "endpoint=trunk", f"match={TRUNK}")
        for name, port in self.desk_ports.items():
            yield from (f"[{name}]", *common, "context=from-internal")
            yield from (f"aors={name}", f'callerid="Agent {name}" <{name}>')
            yield from (f"[{name}]", "type=aor", f"contact=sip:{name}@{DESKS}:{port}")

    def _dialplan(self):
        yield "[from-trunk]"
        for name in self.extensions:
            yield f"exten => {OUR_NUMBER}{name},1,Dial(PJSIP/{name},20,t)"
            yield " same => n,Hangup()"
        for name, number in zip(self.extensions, self.extensions[1:], strict=False):
            # two telephones at once, and two by way of the dial plan
            both = f"{OUR_NUMBER}8{name}"
            yield f"exten => {both},1,Dial(Local/{name}@ring&Local/{number}@ring,20,t)"
            yield " same => n,Hangup()"
        yield f"exten => {TEAM_NUMBER},1,Answer()"
        yield " same => n,Queue(team,t,,,20)"
        yield " same => n,Hangup()"
        yield f"exten => {QUEUE_NUMBER},1,Answer()"
        yield " same => n,Queue(support,,,,20)"
        yield " same => n,Hangup()"
        yield "[ring]"
        for name in self.extensions:
            yield f"exten => {name},1,Dial(PJSIP/{name},20)"
        yield "[from-internal]"
        yield "include => parkedcalls"
        for name in self.extensions:
            yield f"exten => {name},1,Dial(PJSIP/{name},20,tT)"
            yield f"exten => *8{name},1,PickupChan(PJSIP/{name},p)"
        yield "exten => _00X.,1,Dial(PJSIP/+${EXTEN:2}@trunk,20,tT)"
        yield " same => n,Hangup(${HANGUPCAUSE})"
        yield f"exten => _+X.,1,Set(CALLERID(num)={OUR_NUMBER})"
        # hung up a second after the customer has answered
        yield " same => n,Dial(PJSIP/${EXTEN}@trunk,20,S(1))"
        yield " same => n,Hangup(${HANGUPCAUSE})"

    def _write(self, name, *lines):
        (self.folder / name).write_text("\n".join(map(str, lines)) + "\n")


class Connector:
    """The process beside the exchange, as an administrator starts it; a context
    manager. It may be started again: what it keeps on disk stays."""

    def __init__(self, exchange, url, folder):
        self.log = folder / "log"
        self.environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "CALL_CENTER_URL": url,
            "AMI_USER": USER,
            "AMI_SECRET": SECRET,
            "AMI_PORT": str(exchange.manager_port),
            "SPOOL": str(folder / "events.sqlite"),
            "DIAL_SECONDS": "4",
        }

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exception):
        self.kill()
        print(self.log.read_text())

    def start(self):
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-B", "-m", "asterisk"],
                cwd=paths.ROOT / "connectors",
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=odoo_process.die_with_parent,  # noqa: PLW1509
            )

    def kill(self):
        """As a machine that fails: nothing is said good-bye to."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(5)

    def connections(self):
        """How often it got its connection to the exchange."""
        return self.log.read_text().count("connected to the PBX")


def end_group(process):
    """End a process and what it started, gently at first."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)


def _free_udp_ports(count, address="127.0.0.1"):
    """Ports that are free at this moment, all different."""
    with contextlib.ExitStack() as stack:
        probes = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            for _ in range(count)
        ]
        for probe in probes:
            probe.bind((address, 0))
        return [probe.getsockname()[1] for probe in probes]
