from . import phone_number
from . import signature
from . import contract
