from odoo import api, fields, models


class CallTeamQueue(models.Model):
    """A queue of the telephone system, by the name that its events say."""

    _name = "call.team.queue"
    _description = "Queue of a Call Team"
    _inherit = ["company.guard"]
    _order = "name, id"

    name = fields.Char(required=True, help="As the telephone system calls it.")
    team_id = fields.Many2one(
        "call.team", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="team_id.company_id", store=True, precompute=True
    )

    _name_unique = models.UniqueIndex(
        "(company_id, lower(btrim(name)))",
        "This queue belongs to a team already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        queues = super().create(vals_list)
        queues.team_id._queues_changed()
        return queues

    def write(self, vals):
        result = super().write(vals)
        self.team_id._queues_changed()
        return result

    def unlink(self):
        teams = self.team_id
        result = super().unlink()
        teams.exists()._queues_changed()
        return result
