from odoo import models

from ..telephony.panel import BOARD


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """A board asks for the news of the user's companies; nobody else gets any."""
        channels = list(channels)
        if BOARD in channels:
            channels.remove(BOARD)
            user = self.env.user
            if user.has_group("call_center.group_call_center_agent"):
                channels.extend((company, BOARD) for company in user.company_ids)
        return super()._build_bus_channel_list(channels)
