from . import crm_lead_promise_paste
