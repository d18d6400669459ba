from . import crm_lead
from . import phone_call
from . import crm_lead_calls
