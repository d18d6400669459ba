from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        backs = self.filtered(lambda act: act.res_model == "phone.call.back")
        ids = backs.mapped("res_id")
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        if ids:
            # sudo: whoever is given the activity may end it
            self.env["phone.call.back"].sudo().browse(ids).exists()._close()
        return result
