from . import test_bus_bus
