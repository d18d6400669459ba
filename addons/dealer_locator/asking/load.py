"""Dealers, read for the ranking: in order of distance by the index, page by page."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from ..ranking import geo, score
from ..ranking.values import Area, Candidate, Question, Weights
from .opening import openings

#: the nearest without any condition: those whom a rule keeps out are told from them
FIRST_PAGE = 32
PAGE = 64
CURSOR = "dealer_ranking"
#: Skills that so few have are read as a whole, not searched for along the way.
FEW = 5000
#: added to a radius, so that rounding keeps nobody out
MARGIN = 1e-9
#: a metre more is looked at: asin is not exact to the last digit
SAME_KM = 1e-3


class Row(NamedTuple):
    id: int
    partner_id: int
    name: str
    status: str
    has_position: bool
    approximate: bool
    service_level: str
    capacity: int
    load: int
    asked: int
    accepted: int
    response_hours: float
    calendar_id: int | None
    last_given: datetime | None
    has_territory: bool
    chord: float | None
    skills: list
    expired: list
    languages: list


class Loader:
    """Reads the dealers of one question, and keeps each row for the answer."""

    def __init__(
        self,
        env,
        question: Question,
        weights: Weights,
        point,
        request,
        known,
        given=None,
    ):
        self.env = env
        self.question = question
        self.weights = weights
        self.vector = geo.unit_vector(*point) if point else None
        self.request = request
        self.known = known
        #: what was given out in the same run: {dealer id: number}
        self.given = given or Counter()
        self.rows = {}
        self._openings = {}
        self._declared = False
        #: the last score that is kept, once there are as many as asked for
        self._last = None
        Profile = env["dealer.profile"]
        Profile.flush_model()
        for name in ("dealer.skill.line", "dealer.territory", "res.partner"):
            env[name].flush_model()
        #: record rules, and not archived
        self.query = Profile._search(Profile._of_companies())

    # -- what the search is given --------------------------------------------------

    def pages(self, without=frozenset(), first=True):
        """Candidates in order of distance."""
        if self.vector is None:
            return
        chord = self._chord()
        if first:
            rows = self._read(SQL("dealer_profile.has_position"), chord, FIRST_PAGE)
            yield self._candidates(rows)
            if len(rows) < FIRST_PAGE:
                return
        conditions, ordered = self._conditions(without), chord
        few = self._few(without)
        if few is not None:
            if not few:
                return
            conditions = SQL("%s AND dealer_profile.id = ANY(%s)", conditions, few)
            # + 0: sorted, not searched for by the index
            ordered = SQL("%s + 0", chord)
        elif self.question.skills and "skill" not in without:
            conditions = SQL("%s AND %s", conditions, self._has_skills())
        rows = self._read(conditions, ordered, PAGE)
        yield self._candidates(rows)
        if len(rows) < PAGE:
            return
        if self._last is not None:
            # All others who can still be better, known from their rows alone.
            better = SQL("%s AND %s", conditions, self._can_be_better(chord))
            rows = self._read(better, SQL("%s + 0", chord))
            yield self._candidates(rows)
            return
        self._declare(self._statement(conditions, ordered))
        while True:
            rows = self._fetch()
            yield self._candidates(rows)
            if len(rows) < PAGE:
                return

    def tell_last(self, last):
        """Take note of the last score that is kept: pages to come leave out whoever
        cannot be better."""
        self._last = last

    def close(self):
        """Give the database's cursor back."""
        if self._declared:
            self.env.cr.execute(SQL("CLOSE %s", SQL.identifier(CURSOR)))
            self._declared = False

    def _declare(self, statement):
        """Read a statement as far as needed: a cursor goes on where it stopped, in one
        order, also among those at the same distance."""
        self.close()
        # The planner takes it that a tenth of all rows is read, and would sort them.
        self.env.cr.execute(
            SQL(
                "SET LOCAL cursor_tuple_fraction = 0.0001;"
                " DECLARE %s NO SCROLL CURSOR FOR %s;"
                " SET LOCAL cursor_tuple_fraction TO DEFAULT",
                SQL.identifier(CURSOR),
                statement,
            )
        )
        self._declared = True

    def _fetch(self):
        self.env.cr.execute(SQL("FETCH %s FROM %s", PAGE, SQL.identifier(CURSOR)))
        return [Row(*row) for row in self.env.cr.fetchall()]

    def by_ids(self, ids):
        if not ids:
            return []
        condition = SQL("dealer_profile.id = ANY(%s)", sorted(ids))
        return self._candidates(self._read(condition, SQL("%s + 0", self._chord())))

    # -- statements ----------------------------------------------------------------

    def _chord(self):
        if self.vector is None:
            return SQL("NULL::float8")
        return SQL(
            "(cube(ARRAY[dealer_profile.unit_x, dealer_profile.unit_y,"
            " dealer_profile.unit_z])"
            " <-> cube(ARRAY[%s, %s, %s]::float8[]))",
            *self.vector,
        )

    def _read(self, condition, chord, limit=None):
        statement = self._statement(condition, chord)
        if limit:
            statement = SQL("%s LIMIT %s", statement, limit)
        return [Row(*row) for row in self.env.execute_query(statement)]

    def _statement(self, condition, chord):
        day = self.question.at.date()
        wanted = sorted(self.question.skills)
        skills = SQL("'{}'::int[]")
        expired = skills
        if wanted:
            held = SQL(
                "SELECT line.skill_id FROM dealer_skill_line line"
                " WHERE line.dealer_id = dealer_profile.id AND line.skill_id = ANY(%s)",
                wanted,
            )
            skills = SQL(
                "ARRAY(%s AND (line.expires_on IS NULL OR line.expires_on >= %s))",
                held,
                day,
            )
            expired = SQL("ARRAY(%s AND line.expires_on < %s)", held, day)
        languages = SQL("'{}'::text[]")
        if self.question.lang:
            languages = SQL(
                "ARRAY(SELECT lang.code FROM dealer_profile_res_lang_rel rel"
                " JOIN res_lang lang ON lang.id = rel.res_lang_id"
                " WHERE rel.dealer_profile_id = dealer_profile.id)"
            )
        # By the chord alone: with another key beside it the index is not used.
        return SQL(
            """SELECT dealer_profile.id, dealer_profile.partner_id,
                          dealer_profile.name, dealer_profile.status,
                          dealer_profile.has_position, dealer_profile.approximate,
                          dealer_profile.service_level,
                          COALESCE(dealer_profile.capacity, 0),
                          COALESCE(dealer_profile.open_count, 0),
                          COALESCE(dealer_profile.asked_count, 0),
                          COALESCE(dealer_profile.accepted_count, 0),
                          COALESCE(dealer_profile.response_hours, 0)::float8,
                          dealer_profile.calendar_id, dealer_profile.last_given_at,
                          dealer_profile.has_territory,
                          CASE WHEN dealer_profile.has_position THEN %(chord)s END,
                          %(skills)s, %(expired)s, %(languages)s
                     FROM %(tables)s
                    WHERE %(condition)s AND %(rules)s
                 ORDER BY %(chord)s""",
            chord=chord,
            skills=skills,
            expired=expired,
            languages=languages,
            condition=condition,
            # in place: a join would not be read in the order of the index
            tables=self.query.from_clause,
            rules=self.query.where_clause or SQL("TRUE"),
        )

    def _conditions(self, without):
        """The rules of :mod:`..ranking.rules`, as far as the database can tell: never
        stricter than those, which are asked afterwards."""
        question = self.question
        place = question.place
        found = [
            SQL("dealer_profile.has_position"),
            SQL("dealer_profile.status = 'active'"),
        ]
        if question.exclude:
            found.append(SQL("dealer_profile.id != ALL(%s)", sorted(question.exclude)))
        if question.holders and "exclusive" not in without:
            found.append(SQL("dealer_profile.id = ANY(%s)", sorted(question.holders)))
        if place.country_id and "territory" not in without:
            found.append(
                SQL(
                    "(dealer_profile.has_territory IS NOT TRUE OR EXISTS (SELECT FROM"
                    " dealer_territory area"
                    " WHERE area.dealer_id = dealer_profile.id AND %s))",
                    area_holds(place),
                )
            )
        if question.service_level and "service_level" not in without:
            level = str(question.service_level)
            found.append(SQL("dealer_profile.service_level >= %s", level))
        if question.max_km is not None and "distance" not in without:
            found.append(
                SQL(
                    "cube(ARRAY[dealer_profile.unit_x, dealer_profile.unit_y,"
                    " dealer_profile.unit_z]) <@"
                    " cube_enlarge(cube(ARRAY[%s, %s, %s]::float8[]), %s::float8, 3)",
                    *self.vector,
                    geo.chord_of_km(question.max_km) + MARGIN,
                )
            )
        if "capacity" not in without:
            found.append(
                SQL(
                    "(COALESCE(dealer_profile.capacity, 0) = 0"
                    " OR COALESCE(dealer_profile.open_count, 0)"
                    " < dealer_profile.capacity)"
                )
            )
        return SQL(" AND ").join(found)

    def _has_skills(self):
        question = self.question
        return SQL(
            "(SELECT count(*) FROM dealer_skill_line line WHERE"
            " line.dealer_id = dealer_profile.id"
            " AND line.skill_id = ANY(%s) AND"
            " (line.expires_on IS NULL OR line.expires_on >= %s)) = %s",
            sorted(question.skills),
            question.at.date(),
            len(question.skills),
        )

    def _few(self, without):
        """Ids of all who have the asked skills, if they are few."""
        question = self.question
        if "skill" in without or not question.skills:
            return None
        rows = self.env.execute_query(
            SQL(
                """SELECT line.dealer_id FROM dealer_skill_line line
                    WHERE line.skill_id = ANY(%s)
                      AND (line.expires_on IS NULL OR line.expires_on >= %s)
                 GROUP BY line.dealer_id HAVING count(*) = %s LIMIT %s""",
                sorted(question.skills),
                question.at.date(),
                len(question.skills),
                FEW + 1,
            )
        )
        return [row[0] for row in rows] if len(rows) <= FEW else None

    def _can_be_better(self, chord):
        """Who may have a score as good as the last one kept. What a row tells counts
        as :mod:`..ranking.score` has it; what it does not tell, as the most that it can
        be worth: that is why nobody is left out who would be better."""
        question, weights = self.question, self.weights
        farthest = self._last + score.greatest_bonus(question, weights) + SAME_KM
        if farthest < 0:
            return SQL("FALSE")
        near = SQL("TRUE")
        if farthest < geo.HALF_ROUND_KM:
            near = SQL(
                "cube(ARRAY[dealer_profile.unit_x, dealer_profile.unit_y,"
                " dealer_profile.unit_z]) <@"
                " cube_enlarge(cube(ARRAY[%s, %s, %s]::float8[]), %s::float8, 3)",
                *self.vector,
                geo.chord_of_km(farthest) + MARGIN,
            )
        return SQL(
            """%(near)s AND %(round)s::float8 * asin(LEAST(%(chord)s / 2, 1))
                <= %(last)s::float8
                 + %(level)s::float8
                   * GREATEST(dealer_profile.service_level::int - %(asked)s, 0)
                 + CASE WHEN dealer_profile.asked_count > 0
                        THEN %(acceptance)s::float8 * LEAST(
                             COALESCE(dealer_profile.accepted_count, 0)::float8
                             / dealer_profile.asked_count, 1)
                        ELSE 0 END
                 + CASE WHEN dealer_profile.response_hours > 0
                        THEN %(response)s::float8 * LEAST(
                             %(within)s::float8
                             / dealer_profile.response_hours::float8, 1)
                        ELSE 0 END
                 - CASE WHEN dealer_profile.capacity > 0
                        THEN %(load)s::float8 * LEAST(
                             COALESCE(dealer_profile.open_count, 0)::float8
                             / dealer_profile.capacity, 1)
                        ELSE 0 END
                 + CASE WHEN dealer_profile.calendar_id IS NULL
                        THEN 0 ELSE %(open)s::float8 END
                 + %(others)s::float8""",
            near=near,
            round=2 * geo.EARTH_KM,
            chord=chord,
            last=self._last + SAME_KM,
            level=weights.level,
            asked=question.service_level,
            acceptance=weights.acceptance,
            response=weights.response,
            within=weights.response_hours,
            load=weights.load,
            open=weights.open,
            others=(weights.language if question.lang else 0.0) + question.extra_bonus,
        )

    # -- candidates ----------------------------------------------------------------

    def _candidates(self, rows):
        rows = [row for row in rows if row.id not in self.rows]
        areas = self._areas([row.id for row in rows if row.has_territory])
        self._read_openings({row.calendar_id for row in rows if row.calendar_id})
        extra = self.env["dealer.profile"]._rank_extra(
            self.request, [row.id for row in rows]
        )
        found = []
        for row in rows:
            self.rows[row.id] = row
            found.append(self._candidate(row, areas.get(row.id, ()), extra))
        return found

    def _candidate(self, row, areas, extra):
        given = self.given[row.id]
        return Candidate(
            id=row.id,
            km=None if row.chord is None else geo.km_of_chord(row.chord),
            status=row.status,
            has_position=bool(row.has_position),
            skills=frozenset(row.skills),
            expired=frozenset(row.expired),
            areas=areas,
            service_level=int(row.service_level),
            capacity=row.capacity,
            load=row.load + given,
            languages=frozenset(row.languages),
            asked=row.asked,
            accepted=row.accepted,
            response_hours=row.response_hours or None,
            known=self.known.get(row.id),
            opening=self._openings.get(row.calendar_id),
            last_given=self.question.at if given else row.last_given,
            extra=tuple(extra.get(row.id, ())),
        )

    def _areas(self, ids):
        if not ids:
            return {}
        found = {}
        for dealer_id, *values in self.env.execute_query(
            SQL(
                """SELECT dealer_id, country_id, state_id, COALESCE(zip_low, ''),
                          COALESCE(zip_high, ''), COALESCE(exclusive, FALSE)
                     FROM dealer_territory WHERE dealer_id = ANY(%s) ORDER BY id""",
                ids,
            )
        ):
            found.setdefault(dealer_id, []).append(Area(*values))
        return {dealer_id: tuple(areas) for dealer_id, areas in found.items()}

    def _read_openings(self, calendar_ids):
        new = calendar_ids - self._openings.keys()
        if new:
            self._openings.update(dict.fromkeys(new))
            self._openings.update(openings(self.env, new, self.question.at))


def area_holds(place, exclusive=False):
    """A condition on ``area``, as :func:`..ranking.rules.covers` has it."""
    parts = [SQL("area.country_id = %s", place.country_id)]
    if exclusive:
        parts.append(SQL("area.exclusive"))
    if place.state_id or exclusive:
        parts.append(
            SQL("(area.state_id IS NULL OR area.state_id = %s)", place.state_id)
        )
    if place.zip:
        code = SQL('%s::text COLLATE "C"', place.zip)
        low, high = (
            SQL("COALESCE(area.zip_low, '')"),
            SQL("COALESCE(area.zip_high, '')"),
        )
        parts.append(SQL("left(%s, length(%s)) >= %s", code, low, low))
        parts.append(
            SQL("(%s = '' OR left(%s, length(%s)) <= %s)", high, code, high, high)
        )
    elif exclusive:
        parts.append(
            SQL("COALESCE(area.zip_low, '') = '' AND COALESCE(area.zip_high, '') = ''")
        )
    return SQL(" AND ").join(parts)


def holders(env, place):
    """Ids of the active dealers to whom a place belongs exclusively."""
    if not place.country_id:
        return frozenset()
    env["dealer.territory"].flush_model()
    Profile = env["dealer.profile"]
    rules = Profile._search(
        [("status", "=", "active"), *Profile._of_companies()]
    ).subselect()
    rows = env.execute_query(
        SQL(
            "SELECT DISTINCT area.dealer_id FROM dealer_territory area"
            " WHERE %s AND area.dealer_id IN %s",
            area_holds(place, exclusive=True),
            rules,
        )
    )
    return frozenset(row[0] for row in rows)
