"""Tell Odoo of Asterisk's calls, and place calls that Odoo's users want.

    cd connectors && python3 -m asterisk

Settings come from the environment: CALL_CENTER_URL (the line's address), AMI_USER,
AMI_SECRET, and, where they differ:

AMI_HOST      127.0.0.1
AMI_PORT      5038
SPOOL         asterisk-events.sqlite; events that wait for Odoo, at most SPOOL_EVENTS
SPOOL_EVENTS  100000
DIAL_CHANNEL  PJSIP/{extension}; an agent's telephone. Empty: no calls are placed
DIAL_CONTEXT  from-internal; where the dial plan takes numbers
DIAL_SECONDS  25; how long the agent's telephone rings
DIAL_PLUS     +; what a number's plus becomes, 00 for instance
"""

import contextlib
import logging
import os
import signal
import socket
import sys
import urllib.parse

from .connector import Connector, Dialling
from .spool import MAX_EVENTS, Spool

WATCHDOG_EVERY = 10


def main():
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    missing = [
        name
        for name in ("CALL_CENTER_URL", "AMI_USER", "AMI_SECRET")
        if not os.environ.get(name)
    ]
    if missing:
        sys.stderr.write(f"{__doc__}\nMissing: {', '.join(missing)}\n")
        return 2
    url = os.environ["CALL_CENTER_URL"]
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        sys.stderr.write("CALL_CENTER_URL: an http or https address is expected\n")
        return 2
    spool = Spool(
        os.environ.get("SPOOL", "asterisk-events.sqlite"),
        int(os.environ.get("SPOOL_EVENTS", MAX_EVENTS)),
    )
    channel = os.environ.get("DIAL_CHANNEL", "PJSIP/{extension}")
    dialling = channel and Dialling(
        channel,
        os.environ.get("DIAL_CONTEXT", "from-internal"),
        os.environ.get("DIAL_PLUS", "+"),
        int(os.environ.get("DIAL_SECONDS", "25")),
    )
    connector = Connector(
        spool,
        url,
        {
            "host": os.environ.get("AMI_HOST", "127.0.0.1"),
            "port": int(os.environ.get("AMI_PORT", "5038")),
            "user": os.environ["AMI_USER"],
            "secret": os.environ["AMI_SECRET"],
        },
        dialling=dialling or None,
    )
    signal.signal(signal.SIGTERM, lambda *_: connector.stop())
    threads = connector.start()
    notify("READY=1")
    try:
        while not connector.stopping.wait(WATCHDOG_EVERY):
            if not connector.is_alive():
                # what hangs cannot be ended: who started the process starts it again
                logging.getLogger("asterisk").error("a loop hangs: the process ends")
                os._exit(1)
            notify("WATCHDOG=1")
    except KeyboardInterrupt:
        connector.stop()
    for thread in threads:
        thread.join(20)
    spool.close()
    return 1 if connector.failed.is_set() else 0


def notify(text):
    """Tell systemd how it goes, if it wants to know."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.connect(address)
            connection.sendall(text.encode())


if __name__ == "__main__":
    sys.exit(main())
