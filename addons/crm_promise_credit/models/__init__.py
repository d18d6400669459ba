from . import crm_lead
from . import crm_lead_promise_line
from . import delivery_promise
