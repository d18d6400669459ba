"""The hold of a lead: made, made again for what is asked for now, taken by an order.

Nothing here asks with more rights than the user has: who may change a lead may change
its promise by the record rules of this addon.
"""

from odoo import fields
from odoo.tools import SQL


def hold(lead):
    """Hold the products of a lead, or let its hold cover what it does not yet.

    :raises UserError: naming the product that has no date
    """
    lead.ensure_one()
    lock(lead)
    lines = lead._lines_to_promise()
    if lead._live_promise():
        rehold(lead)
        return
    promise, answer = lead.env["delivery.promise"]._hold(
        lead._prepare_promise_request(lines),
        vals=lead._prepare_promise_vals(),
        line_vals=lines._prepare_promise_line_vals(),
    )
    lead._rest_on_promise(promise)
    note_answer(lead, lines, answer)
    # quotations that were made before the hold rest on it from now on
    lead.sudo().order_ids._join_lead_hold()  # sudo: a colleague's as well


def rehold(lead):
    """Let the hold cover what the lead asks for now.

    :raises UserError: when a product has no date; the hold stays as it was
    """
    lead.ensure_one()
    promise = lead._live_promise()
    lines = lead.promise_line_ids._to_promise()
    if not lines:
        lead._release_promise(lead.env._("All products were removed."))
        return
    request = lead._prepare_promise_request(lines)
    before = lead.promised_date
    answer = promise._rehold(request, lines._prepare_promise_line_vals())
    promise.write(
        {
            "partner_id": lead.partner_id.id,
            "shipping_policy": request["shipping_policy"],
            **lead._promise_consent(),
            "warehouse_id": request["warehouse_id"] or promise.warehouse_id.id,
        }
    )
    note_answer(lead, lines, answer)
    # sudo: a colleague's quotations rest on the hold as well
    lead.sudo().order_ids._follow_lead_date(promise, before, lead.promised_date)


def note_answer(lead, lines, answer):
    """Write what the engine answered for a hold on the lead and its lines."""
    by_reference = {
        line.reference: line for line in lead.promise_id.line_ids if line.reference
    }
    for line, found in zip(lines, answer["lines"], strict=True):
        promise_line = by_reference.get(line._promise_reference())
        line._write_checked(found, promise_line)
    lead.write(
        {"promise_checked_date": fields.Datetime.now(), "promise_is_stale": False}
    )


def lock(lead):
    """Let one transaction at a time hold for a lead; the others wait, and then see
    the hold that was made."""
    lead.flush_recordset()
    lead.env.cr.execute(
        SQL(
            "SELECT id FROM crm_lead WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            lead.ids,
        )
    )
    lead.invalidate_recordset(["promise_id", "promise_state"], flush=False)


def take_ordered(lead, promise):
    """Tie the products to an order's promise: its own lines first, then lines of
    the same product, in the same quantity if there is one."""
    lead.ensure_one()
    mine = promise.line_ids
    lines = lead.promise_line_ids._to_promise()
    free = mine - lead.promise_line_ids.promise_line_id
    for same_quantity in (True, False):
        for line in lines.filtered(lambda line: line.promise_line_id not in mine):
            same = free.filtered(
                lambda ordered, line=line: ordered.product_id == line.product_id
            )
            if same_quantity:
                same = same.filtered(
                    lambda ordered, line=line: (
                        ordered.quantity == line.quantity
                        and ordered.product_uom_id == line.product_uom_id
                    )
                )
            found = same[:1]
            if found:
                line._linking().promise_line_id = found
                free -= found
    if mine & lead.promise_line_ids.promise_line_id and not lead._live_promise():
        lead._rest_on_promise(promise)
        promise.lead_id = lead
