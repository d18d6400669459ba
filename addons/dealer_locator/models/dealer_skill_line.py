from odoo import fields, models


class DealerSkillLine(models.Model):
    _name = "dealer.skill.line"
    _inherit = "company.guard"
    _description = "Skill of a Dealer"
    _order = "dealer_id, skill_id, id"
    _rec_name = "skill_id"
    _check_company_auto = True

    dealer_id = fields.Many2one(
        "dealer.profile",
        required=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="dealer_id.company_id", store=True)
    skill_id = fields.Many2one("dealer.skill", required=True, ondelete="restrict")
    level = fields.Selection(
        [("1", "Basic"), ("2", "Trained"), ("3", "Expert")],
        default="1",
        required=True,
    )
    expires_on = fields.Date(help="The last day on which the certificate is valid.")

    _dealer_skill_unique = models.UniqueIndex(
        "(dealer_id, skill_id)", "This dealer has this skill already."
    )
    _skill_index = models.Index("(skill_id, dealer_id)")
