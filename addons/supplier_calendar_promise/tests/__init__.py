from . import test_supplier_calendar
