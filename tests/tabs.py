"""Several tabs of one browser, each driven over its DevTools like a person's."""

import contextlib
import json
import socket
import sys
import threading
import time
import urllib.request

from workbench import paths

sys.path.append(str(paths.ROOT / "bench"))

from panels import Browser

#: counts what is heard, and what the desktop is told; the machine has no loudspeaker
RECORD = """
window.sounds = 0;
window.told = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
    window.sounds++;
    return start.apply(this, when);
};
window.Notification = class {
    static get permission() {
        return window.isAway ? "granted" : "denied";
    }
    constructor(title) {
        window.told.push(title);
    }
    close() {}
};
// whether the user is at another window, and lets the desktop be told
window.isAway = false;
const hasFocus = document.hasFocus.bind(document);
document.hasFocus = () => !window.isAway && hasFocus();
"""
#: number, state and caller of each call on the screen
CALLS = """
[...document.querySelectorAll(".o_call_card")].map((card) => [
    card.querySelector(".o_call_number").textContent.trim(),
    card.dataset.phase,
    card.querySelector(".o_call_who")?.textContent || "",
])
"""
#: what keeps the calls of a page
CALLS_SERVICE = "odoo.__WOWL_DEBUG__.root.env.services['call_center.calls']"
#: the middle of an element
WHERE = """(() => {
    const one = document.querySelector(%s);
    one.scrollIntoView({block: "nearest"});
    const {x, y, width, height} = one.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
})()"""
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
ALT, CTRL, SHIFT = 1, 2, 8


class Gate:
    """An address before a server's, on which connections can be cut."""

    def __init__(self, port):
        self.port = port
        self.sockets = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.is_open = True
        #: how often somebody knocked while it was shut
        self.refused = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self):
        """Nothing goes through any more, as when a router is switched off."""
        self.is_open = False
        for one in list(self.sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.is_open = True

    def close(self):
        self.cut()
        self.listener.close()

    def _serve(self):
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            if self.is_open:
                threading.Thread(target=self._join, args=[client], daemon=True).start()
            else:
                self.refused += 1
                client.close()

    def _join(self, client):
        with (
            contextlib.suppress(OSError),
            client,
            socket.create_connection(("127.0.0.1", self.port)) as server,
        ):
            self.sockets |= {client, server}
            back = threading.Thread(
                target=self._copy, args=[server, client], daemon=True
            )
            back.start()
            self._copy(client, server)
            back.join(5)
        self.sockets -= {client, server}

    @staticmethod
    def _copy(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


class Tab(Browser):
    """A tab of a browser that runs already.

    :param bool alone: as in a browser of its own, which shares nothing with the others
    """

    def __init__(self, browser, url, cookie, *, alone=False):
        import websocket

        self.port = browser.port
        self.number = 0
        address = f"http://127.0.0.1:{self.port}/json"
        if alone:
            with urllib.request.urlopen(f"{address}/version") as answer:
                page = json.load(answer)["webSocketDebuggerUrl"]
            self.socket = websocket.create_connection(page, timeout=60)
            context = self.command("Target.createBrowserContext")
            page = self.command(
                "Target.createTarget", url="about:blank", newWindow=True, **context
            )
            self.socket.close()
            self.target = page["targetId"]
            page = f"ws://127.0.0.1:{self.port}/devtools/page/{self.target}"
        else:
            request = urllib.request.Request(f"{address}/new?about:blank", method="PUT")
            with urllib.request.urlopen(request) as answer:
                page = json.load(answer)
            self.target, page = page["id"], page["webSocketDebuggerUrl"]
        self.socket = websocket.create_connection(page, timeout=60)
        self.command("Network.enable")
        self.command("Page.enable")
        self.command("Page.addScriptToEvaluateOnNewDocument", source=RECORD)
        self.command("Network.setCookie", name="session_id", value=cookie, url=url)
        self.command("Page.navigate", url=f"{url}/odoo/contacts")

    def look(self):
        """Turn to it: what nobody looks at is not drawn."""
        self.command("Page.bringToFront")

    def loaded(self):
        self.look()
        self.wait("document.querySelector('.o_main_navbar .o_caller_box') && true", 90)
        return self

    def reload(self):
        self.evaluate("window.isOld = true")
        self.command("Page.reload")
        self.wait("!window.isOld")
        self.loaded()

    def close(self):
        self.command("Target.closeTarget", targetId=self.target)
        self.socket.close()

    def offline(self, is_offline):
        self.command(
            "Network.emulateNetworkConditions",
            offline=is_offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def sleep(self, asleep):
        state = "frozen" if asleep else "active"
        self.command("Page.setWebLifecycleState", state=state)

    # -- what a person does and sees ----------------------------------------

    def click(self, selector):
        """Where it is on the screen, with the mouse."""
        self.look()
        box = json.dumps(selector)
        self.wait(f"document.querySelector({box}) && true")
        where = None
        while where != (where := self.evaluate(WHERE % box)):
            time.sleep(0.2)  # it moves while things are loaded
        x, y = where
        for kind in ("mousePressed", "mouseReleased"):
            self.command(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                clickCount=1,
            )

    def press(self, key, modifiers=0):
        self.look()
        letter = key.upper() if len(key) == 1 else key
        code = f"Key{letter}" if len(key) == 1 and key != " " else key
        what = {
            "key": letter if modifiers & SHIFT else key,
            "code": code,
            "windowsVirtualKeyCode": KEYS.get(key) or ord(letter),
            "modifiers": modifiers,
        }
        text = {"Enter": "\r", " ": " "}.get(key)
        down = {"text": text} if text and not modifiers else {}
        kind = "keyDown" if down else "rawKeyDown"
        self.command("Input.dispatchKeyEvent", type=kind, **what, **down)
        self.command("Input.dispatchKeyEvent", type="keyUp", **what)

    def type(self, text):
        self.command("Input.insertText", text=text)

    def calls(self):
        self.look()
        return self.evaluate(CALLS)

    def sounds(self):
        return self.evaluate("window.sounds")

    def has_asked(self, method):
        """Whether the page that is loaded now was answered this."""
        return self.evaluate(
            "performance.getEntriesByType('resource').some("
            f"({{name, responseEnd}}) => name.endsWith('/{method}') && responseEnd)"
        )

    def is_cut(self):
        """Whether the page has heard that it is cut off from the server."""
        return self.evaluate(f"{CALLS_SERVICE}.wasCut || false")

    def forget_cuts(self):
        self.evaluate(f"{CALLS_SERVICE}.wasCut = false")

    def said(self):
        """What a screen reader was told last."""
        self.look()
        return self.evaluate(
            "document.querySelector('.o_call_announcement').textContent"
        )
