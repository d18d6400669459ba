from . import test_kit_promise
