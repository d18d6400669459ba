from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        countries = {company.id: company.country_id for company in self}
        result = super().write(vals)
        if any(company.country_id != countries[company.id] for company in self):
            # numbers without a country are read with the company's: too many to
            # do while somebody waits
            cron = self.env.ref("call_center.ir_cron_rebuild_directory", False)
            if cron:
                # sudo: whoever may change a company need not be able to read jobs
                cron.sudo()._trigger()
        return result
