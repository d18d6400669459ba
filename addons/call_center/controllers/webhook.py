import json
from contextlib import nullcontext
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from odoo import SUPERUSER_ID
from odoo.http import Controller, HttpDispatcher, Response, request, route
from odoo.tools import SQL

from odoo.addons.promise_desk_base.tools import waiting

from ..telephony import strands
from ..tools import answers, contract, signature

MAX_BODY = 64 * 1024
XML = "application/xml"
UNSIGNED = "the signature is missing or wrong"


class WebhookDispatcher(HttpDispatcher):
    """Leaves the body as it came: signatures are made over its bytes."""

    routing_type = "call_center"

    def pre_dispatch(self, rule, args):
        result = super().pre_dispatch(rule, args)
        self.request.httprequest.max_content_length = MAX_BODY
        return result

    def dispatch(self, endpoint, args):
        self.request.params = args
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def handle_error(self, exc):
        """A fault of ours is told as one that passes: providers then try again."""
        return exc if isinstance(exc, HTTPException) else _away()


def _away():
    """Providers, and the process beside a PBX, try again."""
    return Response(status=503, headers={"Retry-After": "5"})


class CallLock:
    """Takes one event of a call after the other, over all processes.

    It is a lock of the database session, held around a transaction of its own: a lock
    within the transaction would be no help, since that has begun before it gets the
    lock and does not see the row that another one made meanwhile. Without any, events
    that come at the same moment would fail and be tried again, seconds later.

    :param keys: what to lock: a text, or a function that returns several, since a call
        may get more ids while somebody waits for one of them
    :param env: of the request, whose budget for waiting bounds it
    """

    def __init__(self, cr, keys, env=None):
        self.cr = cr
        self.env = env
        self.find_keys = keys if callable(keys) else lambda: {keys}
        self.keys = set()

    def __enter__(self):
        try:
            self._lock()
        except BaseException:
            self.cr.rollback()
            self._unlock()
            raise

    def _lock(self):
        wanted = self.find_keys()
        while not wanted <= self.keys:
            self._unlock()
            # in the same order by everybody: nobody waits for whom waits for them
            for key in sorted(wanted | self.keys):
                with waiting.for_locks(self.env) if self.env else nullcontext():
                    self._run("pg_advisory_lock", key)
                self.keys.add(key)
            # what was done before (finding the line) may stay; a new view is needed
            self.cr.commit()  # pylint: disable=invalid-commit
            if self.env:
                waiting.bound(self.env)
            wanted = self.find_keys()

    def __exit__(self, kind, _error, _traceback):
        try:
            if kind is None:
                # the next event of this call must see the row
                self.cr.commit()  # pylint: disable=invalid-commit
            else:
                self.cr.rollback()
        except Exception:
            # a commit that fails leaves a transaction in which nothing can be run: the
            # lock would stay with the connection, and the call's events wait for ever
            self.cr.rollback()
            raise
        finally:
            self._unlock()

    def _unlock(self):
        while self.keys:
            self._run("pg_advisory_unlock", self.keys.pop())

    def _run(self, function, key):
        self.cr.execute(
            SQL(
                "SELECT %s(hashtextextended(%s, 0))",
                SQL.identifier(function),
                f"call_center|{key}",
            )
        )


def _lock_keys(env, provider, event):
    """Of all ids of the event's call."""
    ids = strands.lock_ids(env, provider, event)
    return {f"{provider.id}|{id_}" for id_ in ids}


class CallWebhook(Controller):
    @route(
        "/call_center/<any(generic,sipgate,twilio):kind>/<string:token>",
        type="call_center",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def receive(self, kind, token):
        """An event of a provider; see the integrators' documentation."""
        env = request.env(user=SUPERUSER_ID, su=True)
        provider = env["call.provider"]._from_token(kind, token)
        if not provider:
            return self._answer(401)
        if not env["call.provider.limit"]._admit(provider):
            return self._answer(429)
        body = self._body()
        if body is None:
            return self._refuse(provider, 413, f"more than {MAX_BODY} bytes")
        try:
            fields, pairs = self._fields(body)
        except (ValueError, RecursionError):
            if not self._is_signed(provider, kind, token, body, []):
                return self._refuse(provider, 401, UNSIGNED)
            return self._refuse(provider, 400, "the body cannot be read")
        if not self._is_signed(provider, kind, token, body, pairs):
            return self._refuse(provider, 401, UNSIGNED)
        try:
            event = contract.READERS[kind](fields)
        except contract.Unprocessable as error:
            body = json.dumps({"error": str(error)})
            return self._refuse(provider, 422, str(error), body)
        reply = {}
        if event:
            with CallLock(env.cr, lambda: _lock_keys(env, provider, event), env):
                reply = env["phone.call"]._receive(provider, event) or {}
                # in the same transaction: another would cost as much as the rest
                logged = provider._log_event(200, event)
        else:
            logged = provider._log_event(200)
        provider._trim_log(logged)
        return self._reply(kind, event, reply, token, provider)

    @route(
        "/call_center/generic/<string:token>/commands",
        type="call_center",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def commands(self, token):
        """Calls that the process beside a PBX is to place: it asks once a second, so
        that nobody has to be let in to the PBX and no worker waits for it."""
        env = request.env(user=SUPERUSER_ID, su=True)
        provider = env["call.provider"]._from_token("generic", token)
        if not provider or provider.kind != "asterisk":
            return self._answer(401)
        provider._see_connector()
        commands = env["phone.call.order"]._take(provider)
        return self._answer(200, json.dumps({"commands": commands}))

    # -- reading -----------------------------------------------------------

    def _body(self):
        """The bytes of the request, or None if they are too many."""
        length = request.httprequest.content_length
        if length is not None and length > MAX_BODY:
            return None
        try:
            body = request.httprequest.get_data(cache=True)
        except RequestEntityTooLarge:
            return None
        return body if len(body) <= MAX_BODY else None

    def _fields(self, body):
        """Name to list of values, and the (name, value) pairs of a form."""
        text = body.decode("utf-8-sig")
        if request.httprequest.mimetype == "application/json":
            data = json.loads(text)
            if not isinstance(data, dict):
                raise ValueError("an object is expected")
            return {
                name: value if isinstance(value, list) else [value]
                for name, value in data.items()
            }, []
        if text.lstrip().startswith(("{", "[")) or "=" not in text:
            raise ValueError("a form is expected")
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=1_000, errors="strict"
        )
        fields = {}
        for name, value in pairs:
            fields.setdefault(name, []).append(value)
        return fields, pairs

    # -- who sent it -------------------------------------------------------

    def _is_signed(self, provider, kind, token, body, pairs):
        headers = request.httprequest.headers
        if kind == "twilio":
            return bool(provider.auth_token_stored) and signature.check_twilio(
                provider.auth_token_stored, self._urls(provider, token), pairs, headers
            )
        if kind == "sipgate" and provider.public_key_stored:
            return signature.check_rsa(
                provider.public_key_stored, body, headers.get("X-Sipgate-Signature")
            )
        return True

    def _urls(self, provider, token):
        """Addresses under which the provider may know this webhook: the one that was
        shown, and the one that the request came by."""
        query = request.httprequest.query_string.decode("latin-1")
        query = f"?{query}" if query else ""
        came_by = request.httprequest.base_url
        shown = provider._webhook_url(token)
        return {f"{came_by}{query}", f"{shown}{query}"}

    # -- answering ---------------------------------------------------------

    def _refuse(self, provider, status, problem, body=""):
        """Refuse an event of a known line, which shows why."""
        provider._trim_log(provider._log_event(status, problem=problem))
        return self._answer(status, body)

    def _answer(self, status, body="", content_type="application/json"):
        headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
        if status == 429:
            headers["Retry-After"] = "10"
        return Response(body, status=status, headers=headers)

    def _reply(self, kind, event, reply, token, provider):
        if kind == "generic":
            return self._answer(200, json.dumps(reply))
        url = provider._webhook_url(token)
        xml = answers.WRITERS[kind](reply, event, url)
        return self._answer(200, f'<?xml version="1.0" encoding="UTF-8"?>{xml}', XML)
