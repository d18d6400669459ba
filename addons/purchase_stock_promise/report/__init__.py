from . import delivery_promise_report
