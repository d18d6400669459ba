# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deliberate small faults of the engine. Each of them has to be noticed by the test
that is named beside it: `make mutate` puts them in one by one and looks.

A test that passes without its rule proves nothing; that is how it would show.
"""

from typing import NamedTuple

PROMISING = "stock_promise/promising/"
STATISTICS = "promise_statistics/punctuality/"
MODELS = "stock_promise/models/delivery_promise_"
RULES = "tests/test_promising_rules.py::test_"
PEGGING = "tests/test_pegging.py::test_"
SHARES = "tests/test_allocation_model.py::test_"
OFFERS = "tests/test_alternatives_model.py::test_"
LATENESS = "tests/test_lateness.py::test_"
LEVEL = "tests/test_lateness_level.py::test_"
BACKTEST = "tests/test_lateness_backtest.py::test_"


class Mutation(NamedTuple):
    """A fault: ``old``, which stands once in ``file`` (below addons/), becomes
    ``new``.

    ``caught_by`` is a test in plain Python (a pytest node) or inside Odoo (a test tag
    that begins with a slash).
    """

    name: str
    file: str
    old: str
    new: str
    caught_by: str

    @property
    def plain(self):
        return not self.caught_by.startswith("/")


def plain(name, file, old, new, test):
    return Mutation(name, PROMISING + file, old, new, RULES + test)


MUTATIONS = [
    # -- available to promise ----------------------------------------------------------
    plain(
        "no look ahead",
        "timeline.py",
        "available = list(accumulate(reversed(projected), min))",
        "available = list(reversed(projected))",
        "an_order_for_a_later_day_is_protected",
    ),
    plain(
        "look ahead to the best of days",
        "timeline.py",
        "available = list(accumulate(reversed(projected), min))",
        "available = list(accumulate(reversed(projected), max))",
        "what_arrives_later_does_not_help_before",
    ),
    plain(
        "demand of a day counts from the day after",
        "timeline.py",
        "self._demand[max(day, self.today)] += quantity",
        "self._demand[max(day, self.today) + 1] += quantity",
        "demand_and_supply_of_a_day_both_count_at_its_end",
    ),
    plain(
        "overdue demand counts in the past",
        "timeline.py",
        "self._demand[max(day, self.today)] += quantity",
        "self._demand[day] += quantity",
        "overdue_demand_counts_today",
    ),
    plain(
        "a day early",
        "timeline.py",
        "return days[index] if index < len(days) else None",
        "return days[index] - 1 if index < len(days) else None",
        "the_first_day_is_the_one_on_which_enough_is_there",
    ),
    plain(
        "supply taken back stays",
        "timeline.py",
        "            self._supply[day] -= supply.quantity\n",
        "            pass\n",
        "what_is_taken_back_is_there_again",
    ),
    Mutation(
        "the last demand is served first",
        PROMISING + "pegging.py",
        "    for demand in demands:\n",
        "    for demand in reversed(list(demands)):\n",
        PEGGING + "demand_is_served_in_its_order",
    ),
    Mutation(
        "what can still be ordered takes from others",
        PROMISING + "pegging.py",
        "            to_order += missing\n",
        "            to_order += 0.0\n",
        PEGGING + "what_can_still_be_ordered_is_in_time_and_takes_nothing_from_others",
    ),
    # -- lines -------------------------------------------------------------------------
    plain(
        "lines take nothing from one another",
        "allocation.py",
        "timelines[key].take(claim.day, claim.quantity)",
        "pass",
        "two_lines_never_get_the_same_unit",
    ),
    plain(
        "a kit needs one of each part",
        "allocation.py",
        "needs[component.product_id] += component.ratio",
        "needs[component.product_id] += 1.0",
        "a_kit_needs_each_part_in_its_quantity",
    ),
    plain(
        "a part that stands twice is needed once",
        "allocation.py",
        "needs[component.product_id] += component.ratio",
        "needs[component.product_id] = component.ratio",
        "a_part_that_stands_twice_is_needed_twice",
    ),
    plain(
        "parts of units are sent",
        "allocation.py",
        "units = floor(units / line.step + 1e-9) * line.step",
        "pass",
        "only_whole_units_of_what_was_ordered_are_sent",
    ),
    plain(
        "always split",
        "allocation.py",
        "    if not line.split:\n",
        "    if False:\n",
        "without_splitting_all_waits_for_the_last_unit",
    ),
    plain(
        "a requested date changes nothing",
        "allocation.py",
        "            target = max(target, wished)\n",
        "            pass\n",
        "a_requested_date_leaves_the_goods_to_others_until_then",
    ),
    plain(
        "all at once is the date of the fastest",
        "allocation.py",
        "common = max(confirmation.promised for confirmation in confirmations)",
        "common = min(confirmation.promised for confirmation in confirmations)",
        "all_at_once_is_the_date_of_the_slowest",
    ),
    # -- calendars ---------------------------------------------------------------------
    plain(
        "cut-off a moment late",
        "schedule.py",
        "local.second / 3600 >= self.cutoff",
        "local.second / 3600 > self.cutoff",
        "the_cut_off_counts_from_its_very_minute",
    ),
    plain(
        "ships when nobody works",
        "schedule.py",
        "return self.working.next(moment) if self.working else moment",
        "return moment",
        "nothing_ships_outside_working_hours",
    ),
    plain(
        "lead time counts every day",
        "schedule.py",
        "        if not self.working:\n            return moment",
        "        if True:\n            return moment",
        "lead_time_counts_in_working_days",
    ),
    plain(
        "no security days",
        "schedule.py",
        "(material or self.start) + self.security)",
        "(material or self.start))",
        "goods_lie_ready_for_the_security_days",
    ),
    plain(
        "received goods ship the same day",
        "schedule.py",
        "        if self.next_day:\n",
        "        if False:\n",
        "received_goods_ship_the_next_day_where_the_company_says_so",
    ),
    plain(
        "no days on the way",
        "schedule.py",
        "return ship + timedelta(days=transit_days)",
        "return ship",
        "days_on_the_way_come_after_the_shipment",
    ),
    plain(
        "the carrier's calendar skipped",
        "schedule.py",
        "            return carrier.arrival(ship, transit_days)\n",
        "            return ship + timedelta(days=transit_days)\n",
        "days_on_the_way_are_the_carriers",
    ),
    plain(
        "delivered between two windows",
        "schedule.py",
        "return moment and self.working.next(moment)",
        "return moment",
        "customers_take_delivery_in_their_windows",
    ),
    # -- goods that expire -------------------------------------------------------------
    plain(
        "nothing expires",
        "timeline.py",
        "                    available[index] -= gone\n",
        "                    pass\n",
        "goods_can_be_promised_until_they_are_removed",
    ),
    plain(
        "what is delivered before is removed all the same",
        "timeline.py",
        "taken = max(taken - (self.reserved - reserved), reserved)",
        "taken = reserved",
        "what_is_delivered_before_is_not_removed",
    ),
    plain(
        "what is reserved is removed",
        "timeline.py",
        "taken = max(taken - (self.reserved - reserved), reserved)",
        "taken = max(taken - (self.reserved - reserved), 0.0)",
        "what_is_reserved_is_not_removed",
    ),
    # -- replenishing ------------------------------------------------------------------
    plain(
        "all is replenished",
        "replenish.py",
        "(max(found[1], wanted_day), quantity - steps[index][1])",
        "(max(found[1], wanted_day), quantity)",
        "only_what_is_short_is_replenished",
    ),
    plain(
        "known supply is not waited for",
        "replenish.py",
        "(known is not None and known <= best[0])",
        "False",
        "known_supply_is_taken_where_it_is_as_soon",
    ),
    plain(
        "production begins before its components are there",
        "replenish.py",
        "moment = max(moment, schedule.material(first, timeline.arrival(first)))",
        "pass",
        "production_waits_for_its_last_component",
    ),
    plain(
        "one of each component",
        "replenish.py",
        "(product, warehouse, quantity * ratio)",
        "(product, warehouse, quantity)",
        "components_are_needed_in_their_quantity",
    ),
    plain(
        "components are not taken",
        "replenish.py",
        "            self._take(timeline, day, needed)\n            taken.append",
        "            taken.append",
        "components_of_two_lines_are_taken_once",
    ),
    plain(
        "a plan given up keeps its components",
        "replenish.py",
        "            self._undo.pop()()\n",
        "            self._undo.pop()\n",
        "a_line_without_a_date_leaves_its_components_to_others",
    ),
    plain(
        "production begins at once, whenever it is wanted",
        "replenish.py",
        "        if late <= 0:\n            return found\n",
        "        if True:\n            return found\n",
        "components_stay_free_until_production_has_to_begin",
    ),
    plain(
        "orders that were short take what is replenished",
        "replenish.py",
        "            self._shift(timeline, other, -gap)\n",
        "            pass\n",
        "what_orders_taken_before_are_short_of_is_not_taken_from_the_promise",
    ),
    plain(
        "the shelf is emptied for what is still to be ordered",
        "timeline.py",
        "        if planned:\n            self._planned[day] += quantity\n",
        "        if planned and False:\n            self._planned[day] += quantity\n",
        "nobody_lends_from_the_shelf_what_is_only_to_be_ordered",
    ),
    plain(
        "one line lives on what is ordered for another",
        "timeline.py",
        "                self._unused[on] -= part\n",
        "                self._unused[on] -= 0.0\n",
        "what_is_ordered_for_one_line_lends_nothing_to_another",
    ),
    plain(
        "the usual way, however long it takes",
        "replenish.py",
        "        if not option.others:\n",
        "        if True:\n",
        "the_usual_way_is_taken_unless_another_is_sooner",
    ),
    plain(
        "the latest start of the last step only",
        "values.py",
        "return min(starts, default=None)",
        "return max(starts, default=None)",
        "the_latest_start_is_that_of_the_longest_chain",
    ),
    plain(
        "a kit is complete without the vendor's part",
        "allocation.py",
        "        arrival = max(arrival, line.beside or arrival)\n",
        "",
        "a_kit_is_not_complete_before_the_vendors_part",
    ),
    plain(
        "our parts of a kit do not wait for the vendor's",
        "allocation.py",
        "filter(None, (line.requested, line.beside))",
        "filter(None, (line.requested,))",
        "a_kit_is_complete_when_the_vendors_part_is_there",
    ),
    Mutation(
        "hours of a work centre are taken for good",
        "mrp_promise/models/work_load.py",
        "                self._slots[centre].pop()\n",
        "                pass\n",
        RULES + "hours_of_a_work_centre_are_taken_and_given_back",
    ),
    Mutation(
        "hours that others were promised are free",
        "mrp_promise/models/work_load.py",
        "                self._slots[centre][:0] = promised.get(centre, ())\n",
        "                self._slots[centre][:0] = ()\n",
        RULES + "hours_that_others_were_promised_are_not_free",
    ),
    Mutation(
        "productions stand for what is ordered later",
        "mrp_promise/models/work_load.py",
        "if lot[0] >= since and quantity > EPSILON:",
        "if quantity > EPSILON:",
        RULES + "a_production_stands_for_nothing_that_was_ordered_later",
    ),
    Mutation(
        "one production stands for all orders",
        "mrp_promise/models/work_load.py",
        "                lot[1] -= part\n",
        "                pass\n",
        RULES + "a_production_stands_for_its_quantity_once",
    ),
    Mutation(
        "an order gives the hours of its hold back",
        "mrp_promise/models/delivery_promise_workcenter_claim.py",
        " OR promise.state = 'confirmed' AND %(open)s)",
        ")",
        "/mrp_promise:TestWorkCentreHours",
    ),
    Mutation(
        "hours are kept when the hold is over",
        "mrp_promise/models/delivery_promise_workcenter_claim.py",
        " AND promise.hold_until > %(now)s",
        "",
        "/mrp_promise:TestWorkCentreHours",
    ),
    Mutation(
        "work centres are not locked",
        "mrp_promise/models/delivery_promise_engine.py",
        "                SELECT -id FROM centre\n",
        "                SELECT id FROM centre WHERE false\n",
        "/mrp_promise:TestWorkCentreHours",
    ),
    Mutation(
        "parts that the customer has are needed again",
        "stock_promise/models/delivery_promise_engine.py",
        "less = min(ahead.get(part.product_id, 0.0), needed)",
        "less = 0.0",
        "/mrp_promise:TestKitParts",
    ),
    Mutation(
        "kits count by what they are now",
        "mrp_promise/models/delivery_promise_line.py",
        "        if not moves.bom_line_id:\n",
        "        if needs:\n",
        "/mrp_promise:TestKitParts",
    ),
    # -- what counts -------------------------------------------------------------------
    plain(
        "what is in transit is on hand",
        "ledger.py",
        "if on_hand and (flow := self._flow(product, warehouse)):",
        "if flow := self._flow(product, warehouse):",
        "goods_are_on_hand_where_they_can_lie",
    ),
    plain(
        "a move inside a warehouse is supply and demand",
        "ledger.py",
        "                if source == final:\n                    continue\n",
        "",
        "a_move_inside_a_warehouse_counts_for_nothing",
    ),
    plain(
        "returns always count",
        "ledger.py",
        "bool(final) and place not in self.returns",
        "bool(final)",
        "returns_count_only_where_they_are_to",
    ),
    plain(
        "days of another time zone",
        "ledger.py",
        "if tz is None or tz == self.zones.get(warehouse):",
        "if True:",
        "the_day_is_that_of_the_warehouses_zone",
    ),
    # -- inside Odoo -------------------------------------------------------------------
    Mutation(
        "a hold whose time is over counts",
        MODELS + "engine_load.py",
        "AND promise.state = 'held' AND promise.hold_until > %(now)s\n"
        "                   AND promise.id <> ALL(%(ignored)s)",
        "AND promise.state = 'held' AND %(now)s IS NOT NULL\n"
        "                   AND promise.id <> ALL(%(ignored)s)",
        "/stock_promise:TestHold",
    ),
    Mutation(
        "a hold stands in its own way",
        MODELS + "engine_load.py",
        "AND promise.id <> ALL(%(ignored)s)",
        "AND (promise.id <> ALL(%(ignored)s) OR true)",
        "/stock_promise:TestHold",
    ),
    Mutation(
        "a hold is counted twice",
        MODELS + "engine_load.py",
        "SUM(claim.quantity)::float8, false",
        "2 * SUM(claim.quantity)::float8, false",
        "/stock_promise:TestHold",
    ),
    Mutation(
        "overdue supply counts today",
        MODELS + "engine.py",
        "return today + company.promise_overdue_days\n        return None",
        "return today + company.promise_overdue_days\n        return today",
        "/stock_promise:TestWhatCounts",
    ),
    Mutation(
        "what was made to order is everybody's",
        MODELS + "engine_load.py",
        "            supply[supply_day] -= common\n",
        "            pass\n",
        "/stock_promise:TestRoutes",
    ),
    Mutation(
        "goods of other owners always count",
        MODELS + "engine_load.py",
        '"AND (quant.owner_id IS NULL OR quant.owner_id = %s)"',
        '"AND (quant.owner_id IS NULL OR quant.owner_id = %s OR true)"',
        "/stock_promise:TestWhatCounts",
    ),
    Mutation(
        "no days to purchase",
        "purchase_stock_promise/models/delivery_promise_engine.py",
        "ordered = here.after(start, company.days_to_purchase)",
        "ordered = here.after(start, 0.0)",
        "/purchase_stock_promise",
    ),
    Mutation(
        "who sells no less is no vendor",
        "purchase_stock_promise/models/delivery_promise_engine.py",
        "        if not seller:\n",
        "        if False:\n",
        "/purchase_stock_promise",
    ),
    Mutation(
        "no days to prepare production",
        "mrp_promise/models/delivery_promise_engine.py",
        "here.after(here.start, bill.days_to_prepare_mo)",
        "here.after(here.start, 0.0)",
        "/mrp_promise",
    ),
    Mutation(
        "lines share the hours of a work centre",
        "mrp_promise/models/delivery_promise_engine.py",
        "reserve if bill.operation_ids else None",
        "None",
        "/mrp_promise",
    ),
    Mutation(
        "bills in a circle go unnoticed",
        MODELS + "engine_replenish.py",
        "        if product_id in path:\n",
        "        if False:\n",
        "/mrp_promise",
    ),
    Mutation(
        "drop-shipped goods are claimed",
        MODELS + "hold.py",
        "                if claim.warehouse_id > 0\n",
        "                if claim.warehouse_id\n",
        "/stock_dropshipping_promise",
    ),
    # -- shares of customer classes ----------------------------------------------------
    Mutation(
        "nothing is kept for a class",
        PROMISING + "allocation_rules.py",
        "timeline.add_demand(rule.first, rest)",
        "timeline.add_demand(rule.first, 0.0)",
        SHARES + "the_worked_example",
    ),
    Mutation(
        "what a class has taken is kept once more",
        PROMISING + "allocation_rules.py",
        "rest = rule.quantity - taken.get(name, 0.0)",
        "rest = rule.quantity",
        SHARES + "the_worked_example",
    ),
    Mutation(
        "a share is never over",
        PROMISING + "allocation_rules.py",
        " and timeline.today < rule.ends:",
        ":",
        SHARES + "the_worked_example",
    ),
    Mutation(
        "a quota forgets what was taken",
        PROMISING + "allocation_rules.py",
        "self.left = rule.quantity - taken",
        "self.left = rule.quantity",
        SHARES + "the_worked_example",
    ),
    Mutation(
        "each line has the whole quota",
        PROMISING + "allocation_rules.py",
        "quota.left -= sign * claim.quantity",
        "quota.left -= 0.0",
        SHARES + "lines_of_a_request_share_a_quota",
    ),
    Mutation(
        "each part has the whole quota",
        PROMISING + "allocation_rules.py",
        "used[quota] += part * ratio",
        "used[quota] += 0.0",
        SHARES + "parts_of_a_line_share_a_quota",
    ),
    Mutation(
        "holds do not count against a quota",
        MODELS + "engine_allocation.py",
        "AND promise.state = 'held' AND promise.hold_until > %(now)s",
        "AND promise.state = 'held' AND promise.hold_until < %(now)s",
        "/stock_promise:TestQuota",
    ),
    # -- alternatives ------------------------------------------------------------------
    Mutation(
        "later alternatives are offered, too",
        PROMISING + "alternatives.py",
        "or arrival < own.promised:",
        "or arrival:",
        OFFERS + "only_what_is_sooner_is_offered",
    ),
    Mutation(
        "a line stands in its own alternative's way",
        PROMISING + "alternatives.py",
        "claims = () if own.planned else own.claims",
        "claims = ()",
        OFFERS + "what_the_line_itself_was_given_is_free_for_its_alternative",
    ),
    # -- how sure a date is ------------------------------------------------------------
    Mutation(
        "a day's arrivals are known that morning",
        STATISTICS + "history.py",
        "events[self._next][0] < day",
        "events[self._next][0] <= day",
        LATENESS + "an_arrival_of_the_day_itself_is_not_known_that_morning",
    ),
    Mutation(
        "what is overdue is forgotten",
        STATISTICS + "pool.py",
        "overdue[passed] = overdue.get(passed, 0.0) + scale * weight",
        "overdue[passed] = 0.0",
        LATENESS + "what_is_overdue_counts_as_later_than_the_days_passed",
    ),
    Mutation(
        "old cases count as much as new ones",
        STATISTICS + "pool.py",
        "doublings = (day - self._base) / self._half_life",
        "doublings = 0.0",
        LATENESS + "recent_cases_count_more_than_old_ones",
    ),
    Mutation(
        "the level learns nothing",
        STATISTICS + "level.py",
        "moved = self.used + gain * surplus",
        "moved = self.used",
        LEVEL + "the_correction_keeps_the_promised_share_where_the_data_drifts",
    ),
    Mutation(
        "on time may become early at will",
        STATISTICS + "level.py",
        "bound = min(days, 0, mixture.days(self._early))",
        "bound = mixture.days(self._lowest)",
        LEVEL + "the_correction_never_turns_on_time_into_early",
    ),
    Mutation(
        "a part of a shipment gives the others away",
        STATISTICS + "history.py",
        "for position in self._batches.get(batch, ())",
        "for position in ()",
        BACKTEST + "a_row_is_answered_without_what_moved_with_it",
    ),
    # -- orders ------------------------------------------------------------------------
    Mutation(
        "another moment of the day is another promise",
        MODELS + "line.py",
        "        if not self.promised_date or not self.first_promised_date:\n",
        "        if True:\n",
        "/sale_stock_promise:TestSameDay.test_more_for_the_same_day_is_no_news",
    ),
    Mutation(
        "a late line is kept by its next promise",
        MODELS + "line.py",
        "line._is_kept(line.missed_date or line.promised_date)",
        "line._is_kept(line.promised_date)",
        "/stock_promise:TestDue.test_promised_again_after_its_day_it_stays_due",
    ),
    Mutation(
        "a kit without the parts that were chosen",
        "mrp_promise/models/delivery_promise_engine.py",
        "product, times, never_attribute_values=options.browse(option_ids)",
        "product, times, never_attribute_values=options",
        "/mrp_promise:TestOptions.test_a_kit_needs_the_part_that_was_chosen",
    ),
    Mutation(
        "a customer's hold follows not at all",
        "sale_stock_promise/orders/customer_change.py",
        "            quantities[line] = low\n",
        "            quantities[line] = kept[line]\n",
        "/sale_stock_promise:TestCustomerChange"
        ".test_a_million_takes_nothing_from_others",
    ),
]
