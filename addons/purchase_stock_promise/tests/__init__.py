from . import test_purchase_promise
