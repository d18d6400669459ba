"""Who is told: the dealer by mail, everybody in the lead's chatter, its owner by an
activity where a person has to act."""

from markupsafe import Markup

from odoo.tools import format_datetime

ASKED = "crm_dealer_locator.mail_template_handover_asked"
ENDED = "crm_dealer_locator.mail_template_handover_ended"


def moment(env, value):
    return format_datetime(env, value, dt_format="short")


def asked(handovers):
    for handover in handovers:
        env = _env(handover)
        if handover.attempt > 1:
            text = env._(
                "Asked dealer %(number)s: %(dealer)s, to answer by %(until)s.",
                number=handover.attempt,
                dealer=handover.dealer_id.name,
                until=moment(env, handover.until),
            )
        else:
            text = env._(
                "Handed over to %(dealer)s, to answer by %(until)s.",
                dealer=handover.dealer_id.name,
                until=moment(env, handover.until),
            )
        lines = [text]
        if handover.message:
            lines.append(handover.message)
        if not handover.recipients:
            lines.append(
                env._("The dealer has no email address: tell them by telephone.")
            )
        _note(handover, *lines)
    _mail(ASKED, handovers)


def accepted(handover):
    env = _env(handover)
    _note(handover, env._("%(dealer)s accepted.", dealer=handover.dealer_id.name))
    if handover.consent_missing:
        _activity(
            handover,
            env._("Tell the customer"),
            env._(
                "%(dealer)s accepted, and sees who the customer is as soon as it is"
                " recorded that the customer was told, or has consented.",
                dealer=handover.dealer_id.name,
            ),
        )


def declined(handover):
    env = _env(handover)
    text = env._("%(dealer)s declined.", dealer=handover.dealer_id.name)
    _note(handover, text, *_why(handover))


def expired(handover):
    env = _env(handover)
    _note(
        handover,
        env._(
            "%(dealer)s did not answer by %(until)s.",
            dealer=handover.dealer_id.name,
            until=moment(env, handover.until),
        ),
    )
    _mail(ENDED, handover)


def withdrawn(handover, why=None):
    env = _env(handover)
    text = env._("Withdrawn from %(dealer)s.", dealer=handover.dealer_id.name)
    _note(handover, text, *filter(None, [why]))
    _mail(ENDED, handover)


def reported(handover):
    env = _env(handover)
    if handover.outcome == "won":
        text = env._("%(dealer)s reports: won.", dealer=handover.dealer_id.name)
    else:
        text = env._("%(dealer)s reports: lost.", dealer=handover.dealer_id.name)
    _note(handover, text, *_why(handover))
    _activity(handover, env._("Close the lead"), text)


def nobody_accepted(handover, number):
    env = _env(handover)
    _hand_back(
        handover,
        env._(
            "%(number)s dealers were asked, and nobody accepted. Choose how to go on.",
            number=number,
        ),
    )


def nobody_left(handover):
    env = _env(handover)
    _hand_back(
        handover,
        env._("No other dealer fits this lead. Choose how to go on."),
    )


def _hand_back(handover, text):
    _note(handover, text)
    _activity(handover, _env(handover)._("Find a dealer"), text)


def _why(handover):
    return [text for text in (handover.reason_id.name, handover.note) if text]


def _env(handover):
    """Written for who owns the lead, whoever has caused it."""
    lang = owner(handover).lang
    return handover.with_context(lang=lang).env if lang else handover.env


def owner(handover):
    """Who looks after the lead: its salesperson, else who handed it over."""
    # sudo: their name and language
    handover = handover.sudo()
    return handover.lead_id.user_id or handover.user_id


def _note(handover, *lines):
    # sudo: the dealer, or the job, writes to the lead's chatter
    body = Markup("<br/>").join(lines)
    handover.sudo().lead_id._message_log(body=body)


def _activity(handover, summary, note):
    # sudo: as for the chatter
    handover.sudo().lead_id.activity_schedule(
        "mail.mail_activity_data_todo",
        summary=summary,
        note=note,
        user_id=owner(handover).id,
    )


def _mail(template, handovers):
    told = handovers.filtered("recipients")
    if told:
        # sudo: who may hand over need not be allowed to write mails
        template = handovers.env.ref(template).sudo()
        template.send_mail_batch(told.ids)
