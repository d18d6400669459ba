from . import delivery_promise
from . import phone_call
from . import phone_caller
from . import promise_desk_overview
