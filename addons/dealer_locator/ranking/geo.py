"""Points on the globe: great circles, unit vectors and chords."""

import math

#: the Earth's mean radius (IUGG)
EARTH_KM = 6371.0088
#: no two points are further apart
HALF_ROUND_KM = math.pi * EARTH_KM


def is_position(latitude, longitude):
    """Whether two numbers are a position. (0, 0) is what a contact without one has."""
    return (
        (latitude != 0 or longitude != 0)
        and -90 <= latitude <= 90
        and -180 <= longitude <= 180
    )


def unit_vector(latitude, longitude):
    """(x, y, z) of a point given in degrees, on a globe of radius 1."""
    phi, theta = math.radians(latitude), math.radians(longitude)
    across = math.cos(phi)
    return across * math.cos(theta), across * math.sin(theta), math.sin(phi)


def chord(one, other):
    """The straight line between two unit vectors: it orders as great circles do."""
    return math.dist(one, other)


def km_of_chord(length):
    """The great-circle distance that belongs to a chord."""
    half = min(max(length / 2, 0.0), 1.0)
    # atan2, not asin: near the antipode asin loses half of its digits
    return 2 * EARTH_KM * math.atan2(half, math.sqrt(1 - half * half))


def chord_of_km(km):
    """The chord that belongs to a great-circle distance; 2 for all that is further."""
    return 2 * math.sin(min(max(km, 0.0), HALF_ROUND_KM) / (2 * EARTH_KM))


def distance_km(one, other):
    """The great-circle distance of two (latitude, longitude)."""
    return km_of_chord(chord(unit_vector(*one), unit_vector(*other)))
