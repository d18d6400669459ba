from . import helpdesk_ticket_category
from . import phone_caller
