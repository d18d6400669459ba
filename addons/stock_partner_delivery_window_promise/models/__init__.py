from . import delivery_promise_engine
