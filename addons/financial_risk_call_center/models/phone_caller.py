from odoo import api, models


class PhoneCaller(models.AbstractModel):
    _inherit = "phone.caller"

    @api.model
    def _caller_credit_alerts(self, record):
        """Also customers who have exceeded one of their risk limits."""
        alerts = super()._caller_credit_alerts(record)
        # sudo: amounts are accountants', that something is wrong is for who sells
        entity = self._caller_entity(record).sudo().with_company(self.env.company)
        if not alerts and entity.risk_exception:
            alerts.append(
                self._caller_alert(
                    self.env._(
                        "Credit hold: the customer has exceeded the risk limit. Ask "
                        "accounting before you take an order."
                    ),
                    "danger",
                )
            )
        return alerts
