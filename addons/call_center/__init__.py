from . import models
from . import tools
from .hooks import fill_phone_directory
