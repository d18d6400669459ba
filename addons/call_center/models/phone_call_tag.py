from odoo import fields, models


class PhoneCallTag(models.Model):
    _name = "phone.call.tag"
    _description = "Tag of a Phone Call"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
    active = fields.Boolean(default=True)
