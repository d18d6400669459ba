from . import test_privacy_call_center
