from . import company_guard
from . import res_users
from . import wizard_guard
