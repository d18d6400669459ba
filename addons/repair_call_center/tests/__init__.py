from . import test_repair_call_center
