from . import crm_promise_need_report
