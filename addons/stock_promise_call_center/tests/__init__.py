from . import test_stock_promise_call_center
