from odoo import api, fields, models


class CallAgent(models.Model):
    """Whether an agent takes calls. A record of its own, because users' records are
    read by everybody and written by few; whether they talk or wrap up is told by their
    calls and kept nowhere else."""

    _name = "call.agent"
    _description = "Agent of the Call Center"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    away_since = fields.Datetime()

    _user_unique = models.UniqueIndex("(user_id)", "This agent is known already.")

    @api.model
    def _set_away(self, away):
        """The user steps away from the telephone, or is back."""
        # sudo: agents change their own record by this method alone
        agent = self.sudo().search([("user_id", "=", self.env.uid)])
        since = fields.Datetime.now() if away else False
        if agent:
            if bool(agent.away_since) != away:
                agent.away_since = since
        else:
            self.sudo().create({"user_id": self.env.uid, "away_since": since})
