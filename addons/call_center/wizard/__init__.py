from . import call_provider_token
