from . import call_provider_token
from . import call_rule_test
