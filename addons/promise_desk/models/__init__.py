from . import delivery_promise
from . import phone_call
