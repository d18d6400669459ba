"""A call that a telephone system gives several ids."""

from odoo import Command
from odoo.tools import SQL

from ..tools import phone_number
from . import facts, joining, panel, parts, wrap_up


def lock_ids(env, provider, event):
    """The ids whose events must not be taken in at the same moment."""
    ids = [id_ for id_ in (event["call_id"], event["other"]) if id_]
    # past the ORM: what it remembers may be old once there is a lock
    rows = env.execute_query(
        SQL(
            """
            SELECT other.external_id FROM phone_call_strand strand
              JOIN phone_call_strand other ON other.call_id = strand.call_id
             WHERE strand.provider_id = %s AND strand.external_id = ANY(%s)
            """,
            provider.id,
            ids,
        )
    )
    return {*ids, *(id_ for (id_,) in rows)}


def join(env, provider, event, now):
    """The call that two ids are one of, and whether it is new: what is known under
    either, together."""
    Strand = env["phone.call.strand"]
    ids = [event["call_id"], event["other"]]
    known = env["phone.call"].browse()
    for id_ in ids:
        known |= env["phone.call"].search(
            [("provider_id", "=", provider.id), ("external_id", "=", id_)]
        ) or Strand._call_of(provider, id_)
    for call in known:
        Strand._of_call(call)
    is_new = not known
    if is_new:
        vals = facts.call_vals(env, provider, event, now)
        known = env["phone.call"].create(vals)
    first = joining.lead(known.strand_ids._facts())
    keep = known[:1]
    for call in known:
        if first and first.id in call.strand_ids.mapped("external_id"):
            keep = call
    keep.is_joined = True
    for gone in known - keep:
        take_over(keep, gone)
    for id_ in ids:
        strand = Strand._ensure(keep, id_)
    if not strand.is_continued:
        strand.is_continued = True
    return keep, is_new


def tell(call, event, at):
    """What a call of several ids is, with what an event adds to one of them."""
    strand = call.env["phone.call.strand"]._ensure(call, event["call_id"])
    vals = facts.told_vals(call, strand, event, at)
    if vals:
        strand.write(vals)
    return joining.joined(call.strand_ids._facts())


def is_outside(call, direction, from_number, to_number):
    """Whether the other side is somebody outside, and not a colleague, a parking
    place or a code of the exchange."""
    number = from_number if direction == "in" else to_number
    if not number:
        return direction == "in"
    parsed = phone_number.parse(number, call._region())
    return parsed.kind in ("external", "anonymous")


def take_over(call, gone):
    """Take in a call that is part of this one, and take its cards away."""
    panel.tell_gone(gone)
    wrap_up.keep(gone)
    for leg in gone.leg_ids:
        parts.take_part(call, leg)
    gone.strand_ids.call_id = call
    call.env["phone.call.order"].search([("call_id", "=", gone.id)]).call_id = call
    call.env["phone.call.back"].search(
        [("reached_call_id", "=", gone.id)]
    ).reached_call_id = call
    vals = taken_over_vals(call, gone)
    gone.unlink()
    call.invalidate_recordset(["leg_ids", "strand_ids"])
    wrap_up.sum_parts(call)
    if vals:
        call.write(vals)


def taken_over_vals(call, gone):
    """What was entered for a call that is part of this one now."""
    names = ("callback_id", "outcome_id", "subject_id", "recording_url")
    vals = {
        name: gone._fields[name].convert_to_write(gone[name], gone)
        for name in names
        if gone[name] and not call[name]
    }
    if gone.tag_ids - call.tag_ids:
        vals["tag_ids"] = [Command.link(tag.id) for tag in gone.tag_ids]
    if gone.summary and gone.summary != call.summary:
        notes = [note for note in (call.summary, gone.summary) if note]
        vals["summary"] = "\n".join(notes)
    if told := set(gone.told_ids or ()) - set(call.told_ids or ()):
        vals["told_ids"] = [*(call.told_ids or ()), *sorted(told)]
    return vals
