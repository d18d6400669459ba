from . import test_demo_company
from . import test_kit_in_parts
