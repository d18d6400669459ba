from . import test_crm_call_center
from . import test_unknown_caller
