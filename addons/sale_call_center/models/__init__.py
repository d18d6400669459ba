from . import phone_call
from . import phone_call_sale
from . import sale_order
