from . import crm_lead_promise_line
from . import crm_lead
from . import crm_lead_promise
from . import crm_lead_quotation
from . import crm_lead_merge
from . import crm_lead_catalog
from . import delivery_promise
from . import sale_order
