from . import delivery_promise
from . import phone_call
from . import promise_desk_overview
from . import phone_call_lead
