"""What has to travel through methods of Odoo, as marks in the context; each is taken
only from our own code."""

#: changes of lines that the lead itself follows, all at once
GATHERING = "crm_promise_gathering"
#: the hold that a lead rests on is being set by this addon
LINKING = "crm_promise_linking"
#: a new quotation takes over what this lead asks for
CARRY = "quote_promise_lines"
