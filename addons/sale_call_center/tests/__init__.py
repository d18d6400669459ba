from . import test_sale_call_center
