from . import promise_cash_report
