from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

URL = "/my/handovers"
#: the states that a dealer sees, in the order of the tabs
TABS = ("asked", "accepted", "reported")


class DealerPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "handover_count" in counters:
            Handover = request.env["dealer.handover"]
            values["handover_count"] = (
                Handover.search_count([]) if Handover.has_access("read") else 0
            )
        return values

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_handovers(self, page=1, state=None, **_options):
        """The dealer's hand-overs by state, and their own figures."""
        Handover = request.env["dealer.handover"]
        if not Handover.has_access("read"):
            return request.redirect("/my")
        counts = dict(Handover._read_group([], ["state"], ["__count"]))
        if state not in TABS:
            state = next((tab for tab in TABS if counts.get(tab)), TABS[0])
        found = pager(
            url=URL,
            url_args={"state": state},
            total=counts.get(state, 0),
            page=page,
            step=self._items_per_page,
        )
        order = "until, id" if state == "asked" else "asked_at desc, id desc"
        handovers = Handover.search(
            [("state", "=", state)],
            order=order,
            limit=self._items_per_page,
            offset=found["offset"],
        )
        names = dict(Handover._fields["state"]._description_selection(request.env))
        values = self._prepare_portal_layout_values()
        values |= {
            "page_name": "handover",
            "handovers": handovers,
            "state": state,
            "tabs": [(tab, names[tab], counts.get(tab, 0)) for tab in TABS],
            "figures": Handover._portal_figures(),
            "pager": found,
            "default_url": URL,
        }
        return request.render("portal_dealer_locator.portal_handovers", values)

    @http.route(
        f"{URL}/<int:handover_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_handover(self, handover_id, **_options):
        """One hand-over. Opening it answers nothing: mail scanners open links."""
        return self._render(handover_id)

    @http.route(
        f"{URL}/<int:handover_id>/accept",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_handover_accept(self, handover_id, **_options):
        return self._answer(handover_id, lambda one: one.accept())

    @http.route(
        f"{URL}/<int:handover_id>/decline",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_handover_decline(self, handover_id, reason_id="", note="", **_options):
        return self._answer(
            handover_id, lambda one: one.decline(_number(reason_id), note.strip())
        )

    @http.route(
        f"{URL}/<int:handover_id>/report",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_handover_report(
        self, handover_id, outcome="", reason_id="", note="", **_options
    ):
        reason = _number(reason_id) if outcome == "lost" else False
        return self._answer(
            handover_id, lambda one: one.report_result(outcome, reason, note.strip())
        )

    def _answer(self, handover_id, answer):
        try:
            answer(self._own(handover_id))
            request.env.flush_all()
        except (AccessError, MissingError):
            request.env.cr.rollback()
            return request.redirect(URL)
        except UserError as error:
            request.env.cr.rollback()
            return self._render(handover_id, str(error))
        try:
            self._own(handover_id)
        except (AccessError, MissingError):  # declined: it is theirs no longer
            return request.redirect(URL)
        return request.redirect(f"{URL}/{handover_id}")

    def _render(self, handover_id, error=None):
        try:
            handover = self._own(handover_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        # sudo: reasons and countries are no secrets
        Reason = request.env["dealer.handover.reason"].sudo()
        values = self._prepare_portal_layout_values()
        values |= {
            "page_name": "handover",
            "handover": handover,
            "country": handover.sudo().country_id.name,
            "decline_reasons": Reason.search([("used_for", "=", "decline")]),
            "lost_reasons": Reason.search([("used_for", "=", "lost")]),
            "error": error,
        }
        return request.render("portal_dealer_locator.portal_handover", values)

    def _own(self, handover_id):
        handover = request.env["dealer.handover"].browse(handover_id).exists()
        if not handover:
            raise MissingError(request.env._("This request does not exist."))
        handover.check_access("read")
        return handover


def _number(text):
    return int(text) if isinstance(text, str) and text.isdecimal() else False
