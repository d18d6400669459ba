"""Addresses that take delivery at certain times only."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import models

from odoo.addons.stock_promise.promising.schedule import Windows, WorkingTime
from odoo.addons.stock_promise.promising.words import Terms

_lt = Terms(__name__)
#: the whole of a day, in hours
ALL_DAY = (0.0, 24.0)


class DeliveryPromiseEngine(models.AbstractModel):
    _inherit = "delivery.promise.engine"

    def _delivered_by(self, carrier, partner):
        carrier = super()._delivered_by(carrier, partner)
        hours = self._delivery_hours(partner)
        if not hours:
            return carrier
        # sudo: the time zone decides the date whoever asks for it
        address = partner.sudo()
        zone = ZoneInfo(address.tz or self.env.company.sudo().partner_id.tz or "UTC")
        return Windows(WorkingTime(_windows(hours, zone)), carrier or None)

    def _delivery_hours(self, partner):
        """{weekday: [(from, to)]} in hours of the address; nothing for any time."""
        # sudo: when the customer takes delivery decides the date whoever asks for it
        address = partner.sudo()
        if address.delivery_time_preference == "workdays":
            return {day: [ALL_DAY] for day in range(5)}
        if address.delivery_time_preference != "time_windows":
            return {}
        hours = {}
        for window in address.delivery_time_window_ids:
            for weekday in window.time_window_weekday_ids:
                hours.setdefault(int(weekday.name), []).append(
                    (window.time_window_start, window.time_window_end)
                )
        return {day: sorted(pairs) for day, pairs in hours.items()}

    # -- in words ----------------------------------------------------------------------

    def _transit_message(self, days, carrier):
        if isinstance(carrier, Windows):
            carrier = carrier.carrier
        return super()._transit_message(days, carrier)

    def _reasons(self, checked, line, confirmation, *args):
        yield from super()._reasons(checked, line, confirmation, *args)
        if isinstance(line.carrier, Windows) and confirmation.pieces:
            yield (
                "delivery_window",
                self._say(_lt("when the customer takes delivery")),
            )


def _windows(hours, zone):
    """callable(start, end) giving the windows that begin in between, in naive UTC."""

    def load(start, end):
        first = start.replace(tzinfo=timezone.utc).astimezone(zone).date()
        last = end.replace(tzinfo=timezone.utc).astimezone(zone).date()
        pairs = []
        for number in range(-1, (last - first).days + 1):
            day = first + timedelta(days=number)
            for opens, closes in hours.get(day.weekday(), ()):
                pair = _moment(day, opens, zone), _moment(day, closes, zone)
                # what begins before is cut off: each window stands in one stride
                pair = max(pair[0], start), min(pair[1], end)
                if pair[0] < pair[1]:
                    pairs.append(pair)
        return pairs

    return load


def _moment(day, hour, zone):
    minutes = round(hour * 60)
    if minutes >= 24 * 60:
        day, minutes = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    return local.astimezone(timezone.utc).replace(tzinfo=None)
