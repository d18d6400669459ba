from . import phone_call
from . import phone_caller
