from . import test_delivery_window
