from . import controllers
from . import models
from . import report
from . import telephony
from . import tools
from . import wizard
from .hooks import fill_phone_directory
