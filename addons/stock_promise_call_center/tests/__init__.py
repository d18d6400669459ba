from . import test_stock_promise_call_center
from . import test_what_to_say
