"""Calls in the chatter of the customer, where the company wants it."""

from markupsafe import Markup


def post(calls):
    """Note the call, once, on the customer and on what it was about.

    Neither number nor recording: the chatter is read by more people than calls,
    and kept longer.
    """
    for call in calls:
        in_chatter = call.company_id._call_setting("call_log_in_chatter")
        if call.in_chatter or not in_chatter:
            continue
        documents = records(call)
        author = calls.env.user
        if author._is_superuser():
            # nobody ended the wrap-up: the sweeper did
            author = call.user_id or author
        # sudo: whose note it is; agents need not read the contacts of users
        author_id = author.sudo().partner_id.id
        for record in documents:
            record.message_post(
                body=body(call),
                author_id=author_id,
                subtype_xmlid="mail.mt_note",
            )
        # sudo: agents do not say whether a call was noted
        call.sudo().in_chatter = bool(documents)


def records(call):
    """Where the call is noted, in superuser mode."""
    call.ensure_one()
    # sudo: an agent need not be allowed to edit the customer they talk to
    call = call.sudo()
    documents = [call.partner_id] if call.partner_id else []
    if call.res_model and call.res_id and call.res_model in call.env:
        record = call.env[call.res_model].sudo().browse(call.res_id).exists()
        if (
            record
            and record not in documents
            and record._name != "res.users"
            and hasattr(record, "message_post")
        ):
            documents.append(record)
    return documents


def body(call):
    """The note."""
    call.ensure_one()
    if call.direction == "in" and not call.answered_at:
        title = call.env._("Missed call")
    elif call.direction == "in":
        title = call.env._("Incoming call")
    else:
        title = call.env._("Outgoing call")
    details = [call.outcome_id.name, call.subject_id.name]
    if call.talk_seconds:
        details.append(call.env._("%s min", max(1, round(call.talk_seconds / 60))))
    head = ", ".join(detail for detail in details if detail)
    text = Markup("<b>%s</b>") % title
    if head:
        text += Markup(": %s") % head
    for line in (call.summary or "").splitlines():
        text += Markup("<br/>%s") % line
    return text
