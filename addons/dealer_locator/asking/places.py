"""Where an address is, from the table of places alone."""

from typing import NamedTuple

from odoo.tools import SQL

from ..gazetteer.names import name_key
from ..ranking.geo import distance_km
from ..ranking.rules import plain_zip

#: rows of one name this close to one another are one place
ONE_PLACE_KM = 10.0
MOST_CHOICES = 12


class Located(NamedTuple):
    name: str
    country_code: str
    region: str
    zip: str
    latitude: float
    longitude: float
    #: "zip" or "place"
    source: str


class Found(NamedTuple):
    #: None: nothing fits, or it is not certain which
    place: Located | None = None
    #: what it may be; a person has to say
    choices: tuple[Located, ...] = ()


def address_key(partner):
    """An address as one text, to see whether it changed; empty without a place."""
    if not (partner.street or partner.zip or partner.city):
        return False
    parts = (
        name_key(partner.street),
        plain_zip(partner.zip),
        name_key(partner.city),
        str(partner.state_id.id or ""),
        partner.country_id.code or "",
    )
    return "|".join(parts)


def of_partner(env, partner):
    return find(
        env,
        partner.country_id.code,
        partner.zip,
        partner.city,
        partner.state_id.code,
    )


def find(env, country_code, zip_code, city, region=None):
    """The place of a zip code or a town. Nothing is guessed by size or nearness."""
    by_zip = plain_zip(zip_code)
    by_name = name_key(city)
    if by_zip:
        rows = _rows(env, SQL("zip_key = %s", by_zip), country_code)
        same = [row for row in rows if by_name and name_key(row.name) == by_name]
        found = _one_of(same or rows)
        if found.place or found.choices:
            return found
    if by_name:
        for alternative in (False, True):
            condition = SQL(
                "zip_key IS NULL AND key = %s AND COALESCE(alternative, FALSE) = %s",
                by_name,
                alternative,
            )
            rows = _rows(env, condition, country_code)
            same = [row for row in rows if region and row.region == region]
            found = _one_of(same or rows)
            if found.place or found.choices:
                return found
    return Found()


def _rows(env, condition, country_code):
    env["dealer.place"].flush_model()
    country = SQL("AND country_code = %s", country_code) if country_code else SQL()
    rows = env.execute_query(
        SQL(
            """SELECT name, country_code, COALESCE(admin1, ''), COALESCE(zip, ''),
                      latitude::float8, longitude::float8,
                      CASE WHEN zip_key IS NULL THEN 'place' ELSE 'zip' END
                 FROM dealer_place
                WHERE %s %s
             ORDER BY population DESC NULLS LAST, id
                LIMIT 100""",
            condition,
            country,
        )
    )
    return [Located(*row) for row in rows]


def _one_of(rows):
    """The one place that rows are of, or what there is to choose from."""
    apart = []
    for row in rows:
        point = row.latitude, row.longitude
        if all(
            distance_km(point, (other.latitude, other.longitude)) > ONE_PLACE_KM
            for other in apart
        ):
            apart.append(row)
    if len(apart) == 1:
        return Found(apart[0])
    return Found(choices=tuple(apart[:MOST_CHOICES]))
