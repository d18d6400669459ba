from . import phone_caller
