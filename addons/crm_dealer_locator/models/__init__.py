from . import dealer_handover_reason
from . import dealer_handover
from . import dealer_profile
from . import dealer_weight
from . import crm_lead
from . import res_company
from . import res_config_settings
