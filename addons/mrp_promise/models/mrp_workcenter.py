from odoo import fields, models


class MrpWorkcenter(models.Model):
    _name = "mrp.workcenter"
    _inherit = ["mrp.workcenter", "delivery.promise.fact"]

    #: remembered is whether there is any
    _promise_facts = frozenset({"active"})

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self._promise_plans_changed()
        return result

    def _promise_plans_changed(self):
        """Look again at what is still to be made here."""
        for centre in self:
            self.env["delivery.promise"]._plans_changed(
                centre._promise_planned_lines(), centre
            )

    def _promise_planned_lines(self):
        """Promise lines that count on hours of these work centres."""
        # sudo: a date is looked at whoever changes what it rests on
        claims = (
            self.env["delivery.promise.workcenter.claim"]
            .sudo()
            .search(
                [
                    ("workcenter_id", "in", self.ids),
                    ("date_to", ">", fields.Datetime.now()),
                ]
            )
        )
        open_lines = self.env["delivery.promise.line"]._to_be_ordered(claims.company_id)
        return claims.filtered("is_kept").line_id & open_lines
