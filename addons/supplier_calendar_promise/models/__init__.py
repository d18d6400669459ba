from . import delivery_promise_engine
from . import resource_calendar
