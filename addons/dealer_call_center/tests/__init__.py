from . import test_dealers_of_callers
