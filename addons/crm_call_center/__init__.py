from . import models
from .hooks import fill_phone_directory
