"""OpenStreetMap's Nominatim, with time-outs, and "not found" told from "failed".

Odoo's own call has no time-out and takes every error for "not found".
"""

import time

import requests

URL = "https://nominatim.openstreetmap.org/search"
#: the usage policy asks for a name by which whoever asks can be reached
USER_AGENT = "Promise Desk (https://github.com/promise-desk/promise-desk)"
#: to connect, and to read
TIMEOUT = (5, 10)
#: the usage policy allows one request a second
PAUSE = 1.1


class Failed(Exception):
    """The provider did not answer, or refused; the address may well be known."""


def pause():
    time.sleep(PAUSE)


def ask(text, get=requests.get):
    """(latitude, longitude) of an address, or None if the provider does not know it.

    :raises Failed: the provider could not be asked
    """
    if not text:
        return None
    try:
        answer = get(
            URL,
            params={"format": "json", "limit": 1, "q": text},
            headers={"User-Agent": USER_AGENT},
            timeout=TIMEOUT,
        )
        if answer.status_code != 200:
            raise Failed(f"status {answer.status_code}")
        found = answer.json()
        if not found:
            return None
        return float(found[0]["lat"]), float(found[0]["lon"])
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise Failed(str(error)) from error
