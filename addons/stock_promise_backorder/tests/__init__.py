from . import test_strategies
