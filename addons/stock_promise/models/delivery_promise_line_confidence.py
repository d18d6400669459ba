"""How sure a date is: whether to tell, and what a promise was told."""

from odoo import api, fields, models


class DeliveryPromiseLine(models.Model):
    _inherit = "delivery.promise.line"

    date_50 = fields.Datetime(
        string="Half Have Come By",
        readonly=True,
        copy=False,
        help="Half of such deliveries have come by then, as the company's own history "
        "tells. Empty where there is too little of it.",
    )
    date_90 = fields.Datetime(
        string="Nine in Ten Have Come By",
        readonly=True,
        copy=False,
        help="Nine in ten of such deliveries have come by then, as the company's own "
        "history tells. Empty where there is too little of it.",
    )

    def _engine_fields(self):
        return super()._engine_fields() | {"date_50", "date_90"}

    @api.model
    def _no_answer(self):
        return super()._no_answer() | {"date_50": False, "date_90": False}

    @api.model
    def _prepare_answer_vals(self, answer, confirmation=None):
        return super()._prepare_answer_vals(answer, confirmation) | {
            name: fields.Datetime.to_datetime(answer[name])
            for name in ("date_50", "date_90")
        }


class DeliveryPromise(models.Model):
    _inherit = "delivery.promise"

    def _recorded_answer(self, request):
        answer = super()._recorded_answer(request)
        for recorded, line in zip(answer["lines"], self.line_ids, strict=True):
            for name in ("date_50", "date_90"):
                recorded[name] = fields.Datetime.to_string(line[name]) or False
        return answer
