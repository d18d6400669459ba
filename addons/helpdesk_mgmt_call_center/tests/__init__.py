from . import test_helpdesk_mgmt_call_center
