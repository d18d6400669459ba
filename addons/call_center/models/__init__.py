from . import phone_directory
from . import phone_directory_mixin
from . import phone_call_lookup
from . import phone_call_context
from . import phone_call
from . import res_partner
from . import res_users
