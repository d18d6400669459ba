"""Where a call is to go, in the words of each provider.

Plain Python. A writer takes the generic contract's answer (``{}``, ``{"action":
"dial", "number"}`` or ``{"action": "reject", "reason"}``), the event and the webhook's
address, and returns XML.
"""

from xml.sax.saxutils import escape, quoteattr

from . import target


def sipgate_xml(answer, event, url):
    """sipgate tells of answer and hangup only where it is asked to."""
    asks = ""
    if event and event["event"] == "newCall":
        asks = f" onAnswer={quoteattr(url)} onHangup={quoteattr(url)}"
    inner = ""
    if answer.get("action") == "dial":
        number = answer["number"].removeprefix("+")
        inner = f"<Dial><Number>{escape(number)}</Number></Dial>"
    elif answer.get("action") == "reject":
        inner = f"<Reject reason={quoteattr(answer.get('reason') or 'busy')}/>"
    return f"<Response{asks}>{inner}</Response>" if inner else f"<Response{asks}/>"


def twilio_xml(answer, _event, url):
    """TwiML. A number or SIP address is dialled, a queue joined; anything else names
    one of Twilio's own clients."""
    if answer.get("action") == "dial":
        inner = _twilio_target(answer["number"], url)
    elif answer.get("action") == "reject":
        inner = f"<Reject reason={quoteattr(answer.get('reason') or 'busy')}/>"
    else:
        return "<Response/>"
    return f"<Response>{inner}</Response>"


def _twilio_target(number, url):
    if target.is_queue(number):
        return f"<Enqueue>{escape(number.removeprefix(target.QUEUE))}</Enqueue>"
    noun = "Client"
    if target.is_sip(number):
        noun = "Sip"
    elif number.startswith("+"):
        noun = "Number"
    asks = (
        f' statusCallback={quoteattr(url)} statusCallbackMethod="POST"'
        ' statusCallbackEvent="initiated ringing answered completed"'
    )
    return f"<Dial><{noun}{asks}>{escape(number)}</{noun}></Dial>"


WRITERS = {"sipgate": sipgate_xml, "twilio": twilio_xml}
