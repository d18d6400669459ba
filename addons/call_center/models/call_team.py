from odoo import api, fields, models, tools
from odoo.tools import SQL


class CallTeam(models.Model):
    """Who answers which queues, sees their calls and calls back."""

    _name = "call.team"
    _description = "Call Team"
    _inherit = ["company.guard"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Team Leader",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    member_ids = fields.Many2many(
        "res.users",
        string="Members",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    queue_ids = fields.One2many("call.team.queue", "team_id", "Queues")
    callback_user_id = fields.Many2one(
        "res.users",
        "Call-backs Go To",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: to the customer's salesperson if they are in the team, else to "
        "the member with the fewest open call-backs.",
    )
    service_threshold = fields.Integer(
        "Answer Within (s)", help="0: as the company has it."
    )
    service_share = fields.Float("Share to Reach (%)", help="0: as the company has it.")

    _threshold_positive = models.Constraint(
        "CHECK (service_threshold >= 0)", "A call cannot be answered before it came."
    )
    _share_percent = models.Constraint(
        "CHECK (service_share >= 0 AND service_share <= 100)",
        "The share to reach is between 0 and 100 percent.",
    )

    @api.model
    @tools.ormcache("company_id")
    def _queue_teams(self, company_id):
        """{queue's name in small letters: id of its team}, asked for by each call."""
        # sudo: which team a call is for does not depend on who asks
        queues = (
            self.env["call.team.queue"]
            .sudo()
            .search([("company_id", "=", company_id), ("team_id.active", "=", True)])
        )
        return {_key(queue.name): queue.team_id.id for queue in queues}

    @api.model
    def _team_of(self, call):
        """The team that a call is for: its queue's, else its line's."""
        teams = self._queue_teams(call.company_id.id)
        # sudo: agents may not read lines
        line = call.provider_id.sudo()
        return teams.get(_key(call.queue)) or line.team_id.filtered("active")

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        teams._queues_changed()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id", "queue_ids"} & vals.keys():
            self._queues_changed()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._queues_changed(companies)
        return result

    def _queues_changed(self, companies=None):
        """Hand the calls of the companies' queues to the teams that have them now."""
        self.env.registry.clear_cache()
        companies = self.company_id if companies is None else companies
        Call = self.env["phone.call"]
        Call.flush_model(["queue", "team_id", "company_id", "provider_id"])
        self.env["call.team.queue"].flush_model()
        self.flush_model(["active", "company_id"])
        self.env["call.provider"].flush_model(["team_id"])
        self.env.execute_query(
            SQL(
                """
                UPDATE phone_call call SET team_id = wanted.team_id
                  FROM (SELECT c.id, COALESCE(team.id, of_line.id) AS team_id
                          FROM phone_call c
                          LEFT JOIN call_team_queue queue
                            ON queue.company_id = c.company_id
                           AND lower(btrim(queue.name)) = lower(btrim(c.queue))
                          LEFT JOIN call_team team
                            ON team.id = queue.team_id AND team.active
                          LEFT JOIN call_provider line ON line.id = c.provider_id
                          LEFT JOIN call_team of_line
                            ON of_line.id = line.team_id AND of_line.active
                         WHERE c.company_id = ANY(%s)) wanted
                 WHERE wanted.id = call.id
                   AND wanted.team_id IS DISTINCT FROM call.team_id
             RETURNING call.id
                """,
                companies.ids,
            )
        )
        Call.invalidate_model(["team_id"])

    def _goal(self, company=None):
        """(seconds, percent) that the team's calls are measured by; without a team
        the company's."""
        company = self.company_id or company or self.env.company
        return (
            self.service_threshold or company.call_service_threshold,
            self.service_share or company.call_service_share,
        )


def _key(name):
    return (name or "").strip().lower()
