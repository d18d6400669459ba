"""Telephones that do what people do with them: several calls at once, sending a caller
on, connecting two, codes on the keypad. SIP over UDP on loopback, without sound.

sipp plays one call from beginning to end; who transfers has two, and each says what the
other is to do.
"""

import contextlib
import re
import socket
import threading
import time
import urllib.parse
import uuid

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
_TAG = re.compile(r";tag=([^;>\s]+)")
_CONTACT = re.compile(r"<([^>]+)>")


class Message:
    """A SIP request or answer."""

    def __init__(self, text):
        head, _gap, self.body = text.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        self.headers = []
        for line in lines:
            name, _colon, value = line.partition(":")
            self.headers.append((name.strip().lower(), value.strip()))
        words = first.split(" ", 2)
        self.is_request = not first.startswith("SIP/2.0")
        self.method = words[0] if self.is_request else ""
        self.status = 0 if self.is_request else int(words[1])

    def all(self, name):
        return [value for header, value in self.headers if header == name]

    def get(self, name):
        return next(iter(self.all(name)), "")

    @property
    def sequence(self):
        number, _space, method = self.get("cseq").partition(" ")
        return int(number), method


class Dialog:
    """One call of a telephone.

    ``state``: calling, ringing, talking, refused, ended
    """

    def __init__(self, phone, call_id, target):
        self.phone, self.call_id, self.target = phone, call_id, target
        self.tag, self.other_tag = uuid.uuid4().hex[:8], ""
        self.local = self.remote = ""  # without tags
        self.state, self.number = "calling", 1
        self.invite = None
        self.branch = ""
        self.notes = []
        self.answers = {}
        self.caller = ""

    # -- what a person does --------------------------------------------------

    def answer(self):
        self.state = "talking"
        self.phone.reply(self.invite, "200 OK", self, body=self.phone.sdp)
        return self

    def refuse(self, status="486 Busy Here"):
        self.state = "refused"
        self.phone.reply(self.invite, status, self)

    def hang_up(self):
        if self.state == "talking":
            self.state = "ended"
            self.request("BYE")
        elif self.state in ("calling", "ringing"):
            self.phone.send_request("CANCEL", self, branch=self.branch, number=1)

    def send_on(self, exten):
        """Blind transfer."""
        self.request("REFER", f"Refer-To: <{self.phone.address_of(exten)}>\r\n")

    def connect(self, other):
        """Connect whom one talks to with whom one asked: attended transfer."""
        replaces = urllib.parse.quote(
            f"{other.call_id};to-tag={other.other_tag};from-tag={other.tag}"
        )
        target = f"{other.target}?Replaces={replaces}"
        self.request("REFER", f"Refer-To: <{target}>\r\nSupported: replaces\r\n")

    def press(self, keys, pause=0.15):
        for key in keys:
            body = f"Signal={key}\r\nDuration=100\r\n"
            self.request("INFO", "Content-Type: application/dtmf-relay\r\n", body)
            time.sleep(pause)

    def request(self, method, more="", body=""):
        self.number += 1
        self.phone.send_request(method, self, more=more, body=body)

    def wait(self, state, seconds=8):
        self.phone.until(
            lambda: self.state == state, f"{self.phone.name} to be {state}", seconds
        )
        return self


class Phone:
    """A telephone with a name, at an address of its own; a context manager.

    :param rings: what is done with a call that comes: None: it rings until somebody
        does something; a number: it is answered after so many seconds; "busy"
    """

    def __init__(self, name, address, port, exchange_port, rings=None):
        self.name, self.ip, self.exchange_port = name, address, exchange_port
        self.rings = rings
        self.dialogs = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.socket.settimeout(0.2)
        self.is_closed = False
        self.port = self.socket.getsockname()[1]
        self.sdp = _SDP.format(ip=address)
        self.lock = threading.RLock()
        self.trace = []
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    def close(self):
        for dialog in self.dialogs:
            with contextlib.suppress(OSError):
                dialog.hang_up()
        self.is_closed = True
        self.thread.join(2)
        self.socket.close()

    # -- calls -------------------------------------------------------------

    def call(self, exten, name=None):
        """Call somebody; returns the dialog at once."""
        dialog = Dialog(self, f"{uuid.uuid4().hex}@{self.ip}", self.address_of(exten))
        dialog.local = f"<sip:{name or self.name}@{self.ip}:{self.port}>"
        dialog.remote = f"<{self.address_of(exten)}>"
        dialog.branch = _branch()
        self.dialogs.append(dialog)
        self.send_request("INVITE", dialog, body=self.sdp, branch=dialog.branch)
        return dialog

    def ringing(self, seconds=8):
        """The call that rings here; waits for it."""
        return self.until(
            lambda: next((d for d in self.dialogs if d.state == "ringing"), None),
            f"{self.name} to ring",
            seconds,
        )

    def talks(self):
        return [dialog for dialog in self.dialogs if dialog.state == "talking"]

    def address_of(self, exten):
        return f"sip:{exten}@127.0.0.1:{self.exchange_port}"

    def until(self, condition, what, seconds=8):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.02)
        raise AssertionError(f"{what}: not in {seconds} s\n" + self.tail())

    def tail(self):
        return "\n".join(self.trace[-20:])

    # -- SIP ---------------------------------------------------------------

    def send_request(self, method, dialog, more="", body="", branch="", number=None):
        if body and "Content-Type" not in more:
            more += "Content-Type: application/sdp\r\n"
        remote = dialog.remote
        if dialog.other_tag and method != "CANCEL":
            remote += f";tag={dialog.other_tag}"
        text = (
            f"{method} {dialog.target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.ip}:{self.port};branch={branch or _branch()}\r\n"
            f"From: {dialog.local};tag={dialog.tag}\r\nTo: {remote}\r\n"
            f"Call-ID: {dialog.call_id}\r\nMax-Forwards: 70\r\n"
            f"CSeq: {number or dialog.number} {method}\r\n"
            f"Contact: <sip:{self.name}@{self.ip}:{self.port}>\r\n"
            f"{more}Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self._send(text)

    def reply(self, request, status, dialog=None, body=""):
        to = request.get("to")
        if dialog and not _TAG.search(to):
            to += f";tag={dialog.tag}"
        lines = [f"SIP/2.0 {status}"]
        lines += [f"Via: {via}" for via in request.all("via")]
        lines += [f"Record-Route: {route}" for route in request.all("record-route")]
        lines += [f"From: {request.get('from')}", f"To: {to}"]
        lines += [f"Call-ID: {request.get('call-id')}", f"CSeq: {request.get('cseq')}"]
        lines.append(f"Contact: <sip:{self.name}@{self.ip}:{self.port}>")
        if body:
            lines.append("Content-Type: application/sdp")
        lines += [f"Content-Length: {len(body)}", "", body]
        text = "\r\n".join(lines)
        if dialog:
            dialog.answers[request.get("via"), request.sequence] = text
        self._send(text)

    def _send(self, text):
        self.trace.append("> " + text.split("\r\n", 1)[0])
        with contextlib.suppress(OSError):
            self.socket.sendto(text.encode(), ("127.0.0.1", self.exchange_port))

    def _listen(self):
        while not self.is_closed:
            try:
                data = self.socket.recv(65535)
            except TimeoutError:
                continue
            text = data.decode(errors="replace")
            self.trace.append("< " + text.split("\r\n", 1)[0])
            message = Message(text)
            with self.lock:
                if message.is_request:
                    self._take_request(message)
                else:
                    self._take_answer(message)

    def _dialog(self, message):
        call_id = message.get("call-id")
        return next((d for d in self.dialogs if d.call_id == call_id), None)

    def _take_request(self, message):
        dialog = self._dialog(message)
        if dialog and (
            said := dialog.answers.get((message.get("via"), message.sequence))
        ):
            return self._send(said)  # a repeat
        if message.method == "ACK":
            return None
        if message.method == "INVITE" and not dialog:
            return self._rung(message)
        if not dialog:
            return self.reply(message, "481 Unknown")
        if message.method == "BYE":
            dialog.state = "ended"
        if message.method == "NOTIFY":
            dialog.notes.append(message.body.strip())
        if message.method == "CANCEL":
            self.reply(message, "200 OK", dialog)
            dialog.state = "ended"
            return self.reply(dialog.invite, "487 Request Terminated", dialog)
        body = self.sdp if message.method in ("INVITE", "UPDATE") else ""
        return self.reply(message, "200 OK", dialog, body=body)

    def _rung(self, message):
        (target,) = _CONTACT.findall(message.get("contact"))[:1] or [""]
        dialog = Dialog(self, message.get("call-id"), target)
        dialog.local = _without_tag(message.get("to"))
        dialog.remote = _without_tag(message.get("from"))
        dialog.other_tag = _TAG.search(message.get("from")).group(1)
        dialog.caller = message.get("from")
        dialog.invite = message
        self.dialogs.append(dialog)
        if self.rings == "busy":
            return dialog.refuse()
        dialog.state = "ringing"
        self.reply(message, "180 Ringing", dialog)
        if self.rings is not None:
            threading.Timer(self.rings, self._answer_now, [dialog]).start()
        return None

    def _answer_now(self, dialog):
        with self.lock:
            if dialog.state == "ringing":
                dialog.answer()

    def _take_answer(self, message):
        dialog = self._dialog(message)
        number, method = message.sequence
        if not dialog or method != "INVITE":
            return
        if tag := _TAG.search(message.get("to")):
            dialog.other_tag = tag.group(1)
        if message.status < 200:
            if message.status in (180, 183):
                dialog.state = "ringing"
        elif message.status < 300:
            if contact := _CONTACT.findall(message.get("contact")):
                dialog.target = contact[0]
            self.send_request("ACK", dialog, number=number)
            if dialog.state != "ended":
                dialog.state = "talking"
        else:
            self.send_request("ACK", dialog, branch=dialog.branch, number=number)
            dialog.state = "refused"


def _branch():
    return f"z9hG4bK{uuid.uuid4().hex[:12]}"


def _without_tag(address):
    return _TAG.sub("", address)
