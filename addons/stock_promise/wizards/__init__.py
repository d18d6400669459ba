from . import delivery_promise_manual
from . import delivery_promise_again
