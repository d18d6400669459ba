from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client whether phone numbers are to get a call button."""
        info = super().session_info()
        user = self.env.user
        info["call_center_dial"] = bool(
            user._is_internal()
            and user.phone_extension
            and user.has_group("call_center.group_call_center_agent")
            and self.env["call.provider"]._dialling_lines(self.env.company)
        )
        return info
