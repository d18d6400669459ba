from odoo import fields, models


class DealerSkill(models.Model):
    _name = "dealer.skill"
    _description = "Skill or Brand of Dealers"
    _order = "kind, name, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("skill", "Skill"), ("brand", "Brand")], default="skill", required=True
    )
    active = fields.Boolean(default=True)
