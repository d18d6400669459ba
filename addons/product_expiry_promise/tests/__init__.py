from . import test_expiry_promise
