"""How names of places are compared."""

import re
import unicodedata


def name_key(text):
    """A name without accents, capitals and signs: "saint etienne"."""
    text = unicodedata.normalize("NFKD", (text or "").casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", text.replace("_", " ")))
