"""Why a transfer gets nothing although goods lie there: said to who asks for them."""

from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_assign(self):
        """Check availability; what is kept for promises that come first is said."""
        result = super().action_assign()
        kept = self.move_ids._promise_kept_from()
        if not kept or isinstance(result, dict):
            return result  # another addon's window goes first
        rows = [
            self.env._(
                "%(product)s: %(quantity)s %(unit)s for %(promises)s",
                product=move.product_id.display_name,
                quantity=self._promise_quantity(quantity),
                unit=move.product_id.uom_id.name,
                promises=self._promise_names(lines),
            )
            for move, quantity, lines in kept
        ]
        return self._promise_notice(
            self.env._("Kept for promises that come first"),
            self.env._(
                "%(rows)s. To give the goods to this transfer, set the date of its"
                " promise by hand.",
                rows="; ".join(rows),
            ),
        )

    def do_unreserve(self):
        """Unreserve; what stays kept for the promise of this transfer is said."""
        result = super().do_unreserve()
        # sudo: what is promised counts, whoever may read promises
        lines = (
            self.move_ids._promise_from_shelf()
            .sudo()
            .promise_line_id.filtered("promised_date")
        )
        if not lines or isinstance(result, dict):
            return result or True  # programs cannot be told of nothing
        return self._promise_notice(
            self.env._("Still promised"),
            self.env._(
                "The goods are not reserved any more, but they stay kept for"
                " %(promises)s: transfers that come after it do not get them. To give"
                " them to another one, set the date of its promise by hand.",
                promises=self._promise_names(lines),
            ),
        )

    def _promise_notice(self, title, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": title,
                "message": message,
                "sticky": True,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _promise_quantity(self, quantity):
        return self.env["delivery.promise.line"]._spare_number(quantity)

    def _promise_names(self, lines):
        """The promises of these lines, as far as whoever asks may read them."""
        # sudo: only to get to the promises, whose rights are asked
        promises = lines.sudo().promise_id.with_user(self.env.user)
        readable = promises._filtered_access("read")
        names = readable.sorted("id").mapped("name")
        if len(readable) < len(promises):
            names.append(self.env._("other promises"))
        return ", ".join(names)
