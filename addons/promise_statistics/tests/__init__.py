from . import test_payments_installed
