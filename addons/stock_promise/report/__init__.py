from . import delivery_promise_report
from . import delivery_promise_report_query
