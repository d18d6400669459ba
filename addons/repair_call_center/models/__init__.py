from . import phone_call
