import logging
import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..asking import places
from ..geocoding import nominatim
from ..ranking.geo import is_position, unit_vector

_logger = logging.getLogger(__name__)

SERVICE_LEVELS = [
    ("0", "Standard"),
    ("1", "Plus"),
    ("2", "Premium"),
    ("3", "Key accounts"),
]
#: a position that a town or a zip code stands for
APPROXIMATE = ("place", "zip")
ADDRESS_FIELDS = ("street", "zip", "city", "state_id", "country_id")
#: addresses that one run of the job asks for; a provider's usage policy is the reason
GEOCODED_AT_ONCE = 50
FAILURES_IN_A_ROW = 3
MAP_POINTS = 5000
#: how many of the last answers the average of response times follows, about
ANSWERS_AVERAGED = 20


class DealerProfile(models.Model):
    """What makes a contact a dealer. A model of its own: nobody needs more rights on
    contacts for it."""

    _name = "dealer.profile"
    _inherit = "company.guard"
    _description = "Dealer"
    _order = "name, id"
    _rec_names_search = ["name", "partner_id.ref"]
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    name = fields.Char(
        related="partner_id.complete_name", store=True, string="Name", index=True
    )
    active = fields.Boolean(default=True)
    status = fields.Selection(
        [("active", "Active"), ("paused", "Paused"), ("ended", "Ended")],
        default="active",
        required=True,
        help="Only active dealers are named to customers.",
    )
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    main_id = fields.Many2one(
        "dealer.profile",
        "Site Of",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('main_id', '=', False), ('id', '!=', id)]",
    )
    site_ids = fields.One2many("dealer.profile", "main_id", "Sites")
    note = fields.Text()

    # -- where they are ------------------------------------------------------------
    latitude = fields.Float(digits=(10, 7))
    longitude = fields.Float(digits=(10, 7))
    position_source = fields.Selection(
        [
            ("pinned", "Set by hand"),
            ("contact", "From the contact"),
            ("address", "Address found"),
            ("zip", "Zip code (approximate)"),
            ("place", "Town (approximate)"),
        ],
        "Position From",
        readonly=True,
        help="A position that was set by hand stays when the address changes.",
    )
    has_position = fields.Boolean(compute="_compute_unit", store=True)
    approximate = fields.Boolean(
        compute="_compute_approximate",
        store=True,
        help="The position is that of a town or a zip code, or of an earlier address.",
    )
    unit_x = fields.Float(compute="_compute_unit", store=True)
    unit_y = fields.Float(compute="_compute_unit", store=True)
    unit_z = fields.Float(compute="_compute_unit", store=True)
    address_key = fields.Char(compute="_compute_address_key", store=True)
    #: the address that the position is of, and the one that was last asked for
    located_key = fields.Char(readonly=True, copy=False)
    geocoded_key = fields.Char(readonly=True, copy=False)
    position_due = fields.Boolean(
        "Position to Be Found", compute="_compute_position_due", store=True
    )
    geocode_due = fields.Boolean(compute="_compute_position_due", store=True)
    geocode_state = fields.Selection(
        [("found", "Found"), ("not_found", "Not found"), ("failed", "Failed")],
        "Address Search",
        readonly=True,
        copy=False,
    )
    geocode_attempts = fields.Integer(readonly=True, copy=False)
    geocode_after = fields.Datetime("Ask Again After", readonly=True, copy=False)

    # -- what they do --------------------------------------------------------------
    territory_ids = fields.One2many("dealer.territory", "dealer_id")
    has_territory = fields.Boolean(compute="_compute_has_territory", store=True)
    skill_line_ids = fields.One2many("dealer.skill.line", "dealer_id", "Skills")
    service_level = fields.Selection(
        SERVICE_LEVELS,
        default="0",
        required=True,
        help="Contracted: dealers below the level that is asked for are not named."
        " Has nothing to do with prices.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Opening Hours",
        check_company=True,
        index="btree_not_null",
        domain="[('schedule_type', '!=', 'flexible')]",
        help="With holidays and the time zone.",
    )
    lang_ids = fields.Many2many("res.lang", string="Languages")
    person_ids = fields.One2many("dealer.person", "dealer_id", "People")
    customer_ids = fields.One2many("dealer.customer", "dealer_id", "Customers")

    # -- how much they have --------------------------------------------------------
    capacity = fields.Integer(
        help="So many requests may be open at the same time. 0: no limit."
    )
    open_count = fields.Integer("Open Requests", readonly=True, copy=False)
    last_given_at = fields.Datetime("Last Request", readonly=True, copy=False)
    asked_count = fields.Integer("Asked", readonly=True, copy=False)
    accepted_count = fields.Integer("Accepted", readonly=True, copy=False)
    response_hours = fields.Float(
        "Answers Within",
        readonly=True,
        copy=False,
        help="Hours of opening time from request to answer, on average. 0: not known.",
    )

    _partner_unique = models.UniqueIndex(
        "(partner_id, COALESCE(company_id, 0))",
        "This contact is a dealer of this company already.",
    )
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0)", "The capacity must be 0 (no limit) or more."
    )
    _counts_positive = models.Constraint(
        "CHECK (open_count >= 0 AND asked_count >= 0 AND accepted_count >= 0)",
        "Counts of requests cannot be less than 0.",
    )
    # Order by chord is order by great circle, also at the poles and the date line.
    _position_index = models.Index(
        "USING gist (cube(ARRAY[unit_x, unit_y, unit_z])) WHERE has_position"
    )

    @api.depends("latitude", "longitude")
    def _compute_unit(self):
        for profile in self:
            point = profile.latitude, profile.longitude
            profile.has_position = is_position(*point)
            vector = unit_vector(*point) if profile.has_position else (0.0, 0.0, 0.0)
            profile.unit_x, profile.unit_y, profile.unit_z = vector

    @api.depends(*(f"partner_id.{name}" for name in ADDRESS_FIELDS))
    def _compute_address_key(self):
        for profile in self:
            # sudo: the address is compared, and told to nobody
            profile.address_key = places.address_key(profile.partner_id.sudo())

    @api.depends("position_source", "address_key", "located_key", "has_position")
    def _compute_approximate(self):
        for profile in self:
            source = profile.position_source
            moved = source != "pinned" and profile.address_key != profile.located_key
            profile.approximate = profile.has_position and (
                source in APPROXIMATE or moved
            )

    @api.depends(
        "position_source",
        "address_key",
        "located_key",
        "geocoded_key",
        "geocode_state",
        "has_position",
    )
    def _compute_position_due(self):
        for profile in self:
            free = profile.position_source != "pinned" and bool(profile.address_key)
            moved = profile.address_key != profile.located_key
            asked = profile.geocoded_key == profile.address_key
            exact = profile.position_source in ("contact", "address") and not moved
            profile.position_due = free and (moved or not profile.has_position)
            profile.geocode_due = (
                free
                and not exact
                and not (asked and profile.geocode_state in ("found", "not_found"))
            )

    @api.depends("territory_ids")
    def _compute_has_territory(self):
        for profile in self:
            profile.has_territory = bool(profile.territory_ids)

    @api.constrains("latitude", "longitude")
    def _check_position(self):
        for profile in self:
            point = profile.latitude, profile.longitude
            if any(point) and not is_position(*point):
                raise ValidationError(
                    self.env._(
                        "%(dealer)s: the latitude must be from -90 to 90 and the"
                        " longitude from -180 to 180.",
                        dealer=profile.name,
                    )
                )

    @api.constrains("main_id")
    def _check_main(self):
        for profile in self:
            if profile.main_id and (
                profile.main_id == profile or profile.main_id.main_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(dealer)s: a site belongs to a dealer who is not a site.",
                        dealer=profile.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        profiles = super().create([self._with_source(vals) for vals in vals_list])
        profiles._take_over_positions()
        return profiles

    def write(self, vals):
        return super().write(self._with_source(vals))

    @api.model
    def _with_source(self, vals):
        """A position that comes without its source was set by a person."""
        if "position_source" in vals or not {"latitude", "longitude"} & vals.keys():
            return vals
        for name in ("latitude", "longitude"):
            value = vals.get(name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValidationError(
                    self.env._(
                        "%(field)s must be a number of degrees.",
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        pinned = bool(vals.get("latitude") or vals.get("longitude"))
        return {**vals, "position_source": "pinned" if pinned else False}

    def _take_over_positions(self):
        """What is known already: the contact's position, or its town's."""
        due = self.filtered("position_due")
        for profile in due:
            partner = profile.partner_id
            point = partner.partner_latitude, partner.partner_longitude
            if is_position(*point):
                profile._locate("contact", *point)
        due.filtered("position_due")._locate_by_places()

    def _locate(self, source, latitude, longitude):
        self.ensure_one()
        self.write(
            {
                "latitude": latitude,
                "longitude": longitude,
                "position_source": source,
                "located_key": self.address_key,
            }
        )

    def _locate_by_places(self):
        """Give dealers the position of their zip code or town, where it is certain
        which one that is. Asks nobody outside."""
        for profile in self:
            # sudo: the address is looked up, and told to nobody
            found = places.of_partner(self.env, profile.partner_id.sudo())
            if found.place:
                place = found.place
                profile._locate(place.source, place.latitude, place.longitude)

    def action_find_position(self):
        """Forget the position, pinned or not, and look for the address again."""
        self.check_access("write")
        self.write(
            {
                "latitude": 0.0,
                "longitude": 0.0,
                "position_source": False,
                "located_key": False,
                "geocoded_key": False,
                "geocode_state": False,
                "geocode_attempts": 0,
                "geocode_after": False,
            }
        )
        self._take_over_positions()
        return True

    def action_open_customers(self):
        """The customers that the dealer knows."""
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers of %(dealer)s", dealer=self.name),
            "res_model": "dealer.customer",
            "view_mode": "list,form",
            "domain": [("dealer_id", "=", self.id)],
            "context": {"default_dealer_id": self.id},
        }

    # -- jobs ------------------------------------------------------------------------

    @api.model
    def _cron_locate(self):
        """Positions from the table of places, for addresses that are new or changed."""
        due = self.search([("position_due", "=", True)], limit=2000)
        due._locate_by_places()

    @api.model
    def _cron_geocode(self, ask=nominatim.ask):
        """Ask Odoo's provider of positions for addresses: one after the other, so many
        in a run, and again later where the provider failed."""
        now = fields.Datetime.now()
        due = self.search(
            [
                ("geocode_due", "=", True),
                "|",
                ("geocode_after", "=", False),
                ("geocode_after", "<=", now),
            ],
            order="geocode_after, id",
            limit=GEOCODED_AT_ONCE,
        )
        failures = 0
        for number, profile in enumerate(due):
            if number:
                nominatim.pause()
            failed = profile._geocode(ask)
            failures = failures + 1 if failed else 0
            self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number - 1)
            if failures == FAILURES_IN_A_ROW:
                _logger.info("The provider of positions fails; asked again later.")
                break

    def _geocode(self, ask):
        """Ask for one address. Returns whether the provider failed."""
        self.ensure_one()
        partner = self.partner_id.with_context(lang="en_US")
        geocoder = self.env["base.geocoder"]
        provider = geocoder._get_provider().tech_name
        text = geocoder.geo_query_address(
            street=partner.street,
            zip=partner.zip,
            city=partner.city,
            state=partner.state_id.name,
            country=partner.country_id.name,
        )
        key = self.address_key
        try:
            if provider == "openstreetmap":
                point = ask(text)
            else:
                point = geocoder.geo_find(text, force_country=partner.country_id.name)
        except (UserError, nominatim.Failed) as error:
            _logger.info("No position of dealer %s: %s", self.id, error)
            attempts = self.geocode_attempts + 1
            wait = timedelta(hours=min(2**attempts, 168))
            self.write(
                {
                    "geocode_state": "failed",
                    "geocode_attempts": attempts,
                    "geocode_after": fields.Datetime.now() + wait,
                }
            )
            return True
        found = bool(point) and is_position(*point)
        self.write(
            {
                "geocode_state": "found" if found else "not_found",
                "geocoded_key": key,
                "geocode_attempts": 0,
                "geocode_after": False,
            }
        )
        if found:
            self._locate("address", *point)
        return False

    # -- load ------------------------------------------------------------------------

    def _take(self):
        """Count one more open request, if the dealer has room for it. Two at the same
        moment wait for one another: a capacity is never exceeded.

        :returns: whether there was room
        """
        self.ensure_one()
        self.flush_recordset(["open_count", "capacity", "last_given_at"])
        rows = self.env.execute_query(
            SQL(
                """UPDATE dealer_profile
                      SET open_count = COALESCE(open_count, 0) + 1,
                          last_given_at = %s
                    WHERE id = %s
                      AND (COALESCE(capacity, 0) = 0
                           OR COALESCE(open_count, 0) < capacity)
                RETURNING id""",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["open_count", "last_given_at"], flush=False)
        return bool(rows)

    def _give_back(self):
        """One open request less."""
        self.ensure_one()
        self.flush_recordset(["open_count"])
        self.env.cr.execute(
            SQL(
                """UPDATE dealer_profile
                      SET open_count = GREATEST(COALESCE(open_count, 0) - 1, 0)
                    WHERE id = %s""",
                self.id,
            )
        )
        self.invalidate_recordset(["open_count"], flush=False)

    def _note_answer(self, accepted, hours):
        """Count an answer to a request, also one that did not come in time.

        :param hours: of opening time between request and answer
        """
        self.ensure_one()
        self.flush_recordset(["asked_count", "accepted_count", "response_hours"])
        self.env.cr.execute(
            SQL(
                """UPDATE dealer_profile
                      SET asked_count = COALESCE(asked_count, 0) + 1,
                          accepted_count = COALESCE(accepted_count, 0) + %(accepted)s,
                          response_hours = COALESCE(response_hours, 0)
                              + (%(hours)s - COALESCE(response_hours, 0))
                              / LEAST(COALESCE(asked_count, 0) + 1, %(most)s)
                    WHERE id = %(id)s""",
                accepted=int(accepted),
                # 0 would say that nothing is known
                hours=max(hours, 0.01),
                most=ANSWERS_AVERAGED,
                id=self.id,
            )
        )
        self.invalidate_recordset(
            ["asked_count", "accepted_count", "response_hours"], flush=False
        )

    # -- what other addons add to the ranking -------------------------------------

    @api.model
    def _of_companies(self):
        """What the record rules would say, where the system ranks without them."""
        if not self.env.su:
            return []
        return [("company_id", "in", [False, *self.env.companies.ids])]

    @api.model
    def _rank_request_keys(self):
        """Keys of a request beyond the root's own."""
        return set()

    @api.model
    def _rank_extra_bonus(self, request):
        """What the shares of :meth:`_rank_extra` can be worth at most, in km."""
        return 0.0

    @api.model
    def _rank_extra(self, request, dealer_ids):
        """{dealer id: [Share]} of criteria beyond the root's own; the values of each
        have its sentence under ``message``."""
        return {}

    @api.model
    def _rank_known(self, request, partner):
        """{dealer id: Known}: what dealers have had to do with a customer."""
        return self.env["dealer.customer"]._known(partner)

    # -- screens ---------------------------------------------------------------------

    @api.model
    def map_points(self, domain=None):
        """Dealers with a position, for the map: ``[{"id", "name", "latitude",
        "longitude", "approximate", "status"}]``, at most 5,000."""
        self.check_access("read")
        domain = [*(domain or []), ("has_position", "=", True)]
        names = ["name", "latitude", "longitude", "approximate", "status"]
        return self.search_read(domain, names, limit=MAP_POINTS)

    @api.model
    def get_import_templates(self):
        """The file that an import begins with."""
        self.check_access("create")
        return [
            {
                "label": self.env._("Template for dealers"),
                "template": "/dealer_locator/static/csv/dealers.csv",
            }
        ]
