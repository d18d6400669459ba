from . import test_dealers_portal
