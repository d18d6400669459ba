from . import crm_lead
from . import phone_caller
