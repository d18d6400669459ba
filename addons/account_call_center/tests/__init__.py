from . import test_account_call_center
