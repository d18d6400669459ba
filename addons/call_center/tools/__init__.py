from . import phone_number
