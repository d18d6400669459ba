"""Merging leads merges what they ask for.

Of several holds the one with the most time left survives. It takes over what the
others held, in one transaction, so that nobody else can have it in between, and is
held again as one request: one warehouse, one way of shipping, one consent. Products
that were not held stay so: merging claims nothing new. What another company holds
is given back: its goods cannot be delivered by this one.
"""

from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from odoo.addons.promise_desk_base.tools.waiting import WaitedTooLong
from odoo.addons.stock_promise.models.own_context import own

from ..models.marks import GATHERING
from . import following, holding


def merge(lead, opportunities):
    """Have a lead ask for what these others asked for, and hold what they held."""
    lead.ensure_one()
    leads = lead | opportunities
    if not leads.promise_line_ids and not leads.promise_id:
        return
    held = lead.env["delivery.promise"].union(*(each._live_promise() for each in leads))
    # the company that the merged lead gets, else that of its own goods
    company = leads.company_id[:1] or held[:1].company_id
    foreign = held.filtered(lambda promise: promise.company_id != company)
    held -= foreign
    covered = leads.promise_line_ids.filtered(
        lambda line: line.promise_line_id.promise_id in held
    )
    own_hold = lead._live_promise() & held
    gathering = {GATHERING: own(True)}
    if leads.partner_id[:1] != lead.partner_id:
        # what Odoo merges next; known before the goods are held again
        lead.with_context(**gathering).partner_id = leads.partner_id[:1]
    drop_foreign_lines(lead, leads, company)
    covered = covered.exists()
    last = max(lead.promise_line_ids.mapped("sequence"), default=0)
    moved = opportunities.promise_line_ids.with_context(**gathering)
    for number, line in enumerate(moved, last + 1):
        line.write({"lead_id": lead.id, "sequence": number})
    leads.filtered(
        lambda each: each != lead or each.promise_id in foreign
    )._rest_on_promise(False)
    if foreign:
        foreign._release(lead.env._("Merged into an opportunity of another company."))
        lead.message_post(
            body=lead.env._(
                "Goods that another company held are released: hold the products again."
            )
        )
    if held:
        merge_holds(lead, held, own_hold, covered)
    if moved or foreign:
        # the dates of what is not held were given without the other lead's need
        following.forget_dates(lead, lead.promise_line_ids._to_promise() - covered)


def drop_foreign_lines(lead, leads, company):
    """What belongs to another company than the merged lead cannot be asked of it,
    and its people could not read it."""
    foreign = leads.promise_line_ids.filtered(
        lambda line: company and (line.product_id.company_id or company) != company
    )
    if foreign:
        lead.message_post(
            body=lead.env._(
                "%s product(s) that belong to another company are left out.",
                len(foreign),
            )
        )
        foreign.with_context(**{GATHERING: own(True)}).unlink()


def merge_holds(lead, held, own_hold, covered):
    """Hold again as one what these promises hold.

    What the lead itself says of warehouse, shipping and consent counts where it
    holds goods, else what the surviving hold was made for. If the goods are not
    there that way, the other is tried; else the survivor stays as it is, and so
    says the lead.
    """
    lead.ensure_one()
    survivor = held.sorted("hold_until", reverse=True)[:1]
    others = held - survivor
    before = {line: line.promised_date for line in covered}
    said = promise_terms(lead)
    asked = terms_of_hold(lead, survivor)
    lead._rest_on_promise(survivor)
    survivor.write(
        {
            "lead_id": lead.id,
            "user_id": (lead.user_id or survivor.user_id).id,
            "partner_id": (lead.partner_id or survivor.partner_id).id,
        }
    )
    if not others:
        take_terms(lead, asked)
        return
    lead.env["sale.order"].search(
        [("promise_id", "in", others.ids), ("state", "in", ("draft", "sent"))]
    ).promise_id = survivor
    others._release(lead.env._("Merged into %s.", survivor.name))
    problem = False
    for terms in [said, asked] if own_hold else [asked]:
        try:
            with lead.env.cr.savepoint():
                take_terms(lead, terms)
                rehold_covered(lead, survivor, covered)
        except WaitedTooLong:
            raise
        except UserError as error:
            problem = problem or str(error)
        else:
            say_later_dates(lead, before)
            return
    take_terms(lead, asked)
    lead.message_post(
        body=lead.env._(
            "%(promise)s could not take over what %(others)s held, which is"
            " released: %(problem)s",
            promise=survivor.name,
            others=", ".join(others.mapped("name")),
            problem=problem,
        )
    )


def promise_terms(lead):
    """Warehouse, shipping and consent as the lead has them, its warehouse as its
    quotations would choose it."""
    return {
        "promise_warehouse_id": lead._promise_warehouse().id,
        "promise_shipping_policy": lead.promise_shipping_policy,
        "promise_allow_split": lead.promise_allow_split,
        "promise_partial": lead.promise_partial,
    }


def terms_of_hold(lead, promise):
    """The same, as a hold was made for them."""
    terms = {
        "promise_warehouse_id": promise.warehouse_id.id,
        "promise_shipping_policy": promise.shipping_policy,
    }
    if promise.shipping_policy == "direct":
        # delivered at once, whatever was agreed to is not asked
        terms["promise_allow_split"] = promise.allow_split
        terms["promise_partial"] = promise.partial
    return terms


def take_terms(lead, terms):
    """Have the lead say what its hold is made for."""
    said = promise_terms(lead)
    changed = {name: terms[name] for name in terms if terms[name] != said[name]}
    if changed:
        lead.with_context(**{GATHERING: own(True)}).write(changed)


def rehold_covered(lead, survivor, covered):
    """Hold these lines in the surviving hold, for what the lead says now."""
    request = lead._prepare_promise_request(covered)
    request["partner_id"] = survivor.partner_id.id
    answer = survivor._rehold(request, covered._prepare_promise_line_vals())
    survivor.write(
        {
            "shipping_policy": request["shipping_policy"],
            **lead._promise_consent(),
            "warehouse_id": request["warehouse_id"] or survivor.warehouse_id.id,
        }
    )
    holding.note_answer(lead, covered, answer)


def say_later_dates(lead, before):
    """Note the products that come later than they were held for, by the day."""
    later = [
        line
        for line, date in before.items()
        if date
        and line.promised_date
        and line.promised_date > date
        and local_day(lead, line.promised_date) != local_day(lead, date)
    ]
    if later:
        lead.message_post(
            body=lead.env._(
                "Held together, these products come later than they did: %s",
                ", ".join(
                    lead.env._(
                        "%(product)s (%(day)s)",
                        product=line.product_id.display_name,
                        day=format_date(lead.env, local_day(lead, line.promised_date)),
                    )
                    for line in later
                ),
            )
        )


def local_day(lead, date):
    """The day of the warehouse on which a moment lies."""
    return lead._promise_warehouse()._promise_day(date)
