from . import promise_cash_fact
from . import promise_cash_pending
from . import promise_cash_renewal
