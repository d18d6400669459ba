from werkzeug.exceptions import NotFound

from odoo.http import Controller, Response, request, route


class CallCenterStandby(Controller):
    """Without its database Odoo serves the addresses of server-wide modules alone. A
    telephone system that is told 404 then thinks that its address is wrong."""

    @route(
        "/call_center/<path:address>",
        type="http",
        auth="none",
        csrf=False,
        save_session=False,
    )
    def try_again(self, address, **_values):
        if request.db:
            # the database is there, and no line has this address
            raise NotFound
        return Response(status=503, headers={"Retry-After": "5"})
