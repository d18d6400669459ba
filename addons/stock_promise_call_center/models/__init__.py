from . import delivery_promise_line
from . import phone_caller
