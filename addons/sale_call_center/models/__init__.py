from . import phone_caller
from . import sale_order
