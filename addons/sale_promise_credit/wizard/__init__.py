from . import partner_risk_exceeded_wiz
from . import sale_credit_decision
