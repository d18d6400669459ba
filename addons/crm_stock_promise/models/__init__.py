from . import crm_lead_promise_line
from . import crm_lead
from . import delivery_promise
from . import sale_order
