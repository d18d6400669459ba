from . import test_financial_risk_call_center
