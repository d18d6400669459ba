# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each rule of promising by an example as small as it can be. The random models find
what nobody thought of; these say at once which rule is broken (see mutations.py)."""

import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# By path: importing the addons' packages would ask for a whole Odoo.
sys.path[:0] = [
    str(ROOT / "addons" / "stock_promise"),
    str(ROOT / "addons" / "mrp_promise" / "models"),
]

from promising.allocation import allocate  # noqa: E402
from promising.ledger import Ledger  # noqa: E402
from promising.replenish import Option, Planner  # noqa: E402
from promising.schedule import Carrier, Schedule, Windows, WorkingTime  # noqa: E402
from promising.timeline import Timeline  # noqa: E402
from promising.values import Component, Line  # noqa: E402
from work_load import WorkLoad, serve  # noqa: E402

#: a Tuesday
NOW = datetime(2026, 11, 24, 9)
TODAY = NOW.toordinal()
UTC = timezone.utc


def weekdays(first, last):
    """Monday to Friday, 8 to 16."""
    day, pairs = first.date(), []
    while day <= last.date():
        if day.weekday() < 5:
            opens = datetime(day.year, day.month, day.day, 8)
            pairs.append((opens, opens + timedelta(hours=8)))
        day += timedelta(days=1)
    return [pair for pair in pairs if first <= pair[0] and pair[1] <= last]


def timeline(on_hand=0, supplies=(), demands=()):
    result = Timeline(on_hand, TODAY)
    for day, quantity in supplies:
        result.add_supply(TODAY + day, quantity, NOW + timedelta(days=day))
    for day, quantity in demands:
        result.add_demand(TODAY + day, quantity)
    return result


def line(quantity, product=1, days=None, **values):
    values.setdefault("components", (Component(product, 1.0),))
    wanted = None if days is None else NOW + timedelta(days=days)
    return Line(1, quantity=quantity, requested=wanted, **values)


def schedule(**values):
    return Schedule(NOW, UTC, **values)


def promise(lines, timelines, plan=None, options=None, **values):
    keyed = {
        key if isinstance(key, tuple) else (key, 1): value
        for key, value in timelines.items()
    }
    schedules = {1: plan or schedule(), 2: schedule()}
    planner = options and Planner(keyed, schedules, options)
    return allocate(lines, keyed, schedules, planner=planner, **values)


def days(confirmations):
    return [
        confirmation.promised and (confirmation.promised - NOW).days
        for confirmation in confirmations
    ]


def takes(number, kind="purchase", parts=(), **values):
    def ready(start, __):
        return start + timedelta(days=number)

    return Option(kind, ready, tuple(parts), **values)


# -- available to promise --------------------------------------------------------------


def test_an_order_for_a_later_day_is_protected():
    assert timeline(10, demands=[(20, 10)]).available(TODAY + 5) == 0


def test_what_arrives_later_does_not_help_before():
    assert timeline(10, supplies=[(20, 10)]).available(TODAY + 19) == 10


def test_demand_and_supply_of_a_day_both_count_at_its_end():
    day = timeline(10, supplies=[(3, 4)], demands=[(3, 6)])
    assert [day.projected(TODAY + n) for n in (2, 3)] == [10, 8]
    assert [day.available(TODAY + n) for n in (2, 3)] == [8, 8]


def test_overdue_demand_counts_today():
    late = timeline(10, demands=[(-5, 6)])
    assert late.projected(TODAY) == 4
    assert late.projected(TODAY - 1) == 10


def test_the_first_day_is_the_one_on_which_enough_is_there():
    stock = timeline(5, supplies=[(3, 5), (6, 5)])
    assert stock.earliest(5) == TODAY - 1
    assert stock.earliest(6) == stock.earliest(10) == TODAY + 3
    assert stock.earliest(11) == TODAY + 6
    assert stock.earliest(16) is None


def test_what_is_taken_back_is_there_again():
    stock = timeline(5)
    stock.add_supply(TODAY + 2, 7)
    stock.drop_supply(TODAY + 2)
    assert stock.final() == 5


# -- lines -----------------------------------------------------------------------------


def test_two_lines_never_get_the_same_unit():
    assert days(promise([line(6), line(6)], {1: timeline(10)})) == [0, None]


def test_a_kit_needs_each_part_in_its_quantity():
    kit = (Component(1, 2.0), Component(2, 1.0))
    parts = {1: timeline(6), 2: timeline(10)}
    assert days(promise([line(3, components=kit)], parts)) == [0]
    parts = {1: timeline(6), 2: timeline(10)}
    assert days(promise([line(4, components=kit)], parts)) == [None]


def test_a_part_that_stands_twice_is_needed_twice():
    kit = (Component(1, 1.0), Component(1, 1.0))
    assert days(promise([line(4, components=kit)], {1: timeline(6)})) == [None]


def test_parts_go_out_as_they_come():
    stock = {1: timeline(10, supplies=[(3, 4), (5, 6)])}
    (confirmation,) = promise([line(18, split=True)], stock)
    assert [(piece.quantity, (piece.ship - NOW).days) for piece in confirmation.pieces]
    assert [piece.quantity for piece in confirmation.pieces] == [10, 4, 4]
    assert [(piece.ship - NOW).days for piece in confirmation.pieces] == [0, 3, 5]


def test_only_whole_units_of_what_was_ordered_are_sent():
    stock = {1: timeline(20, supplies=[(3, 10)])}
    (confirmation,) = promise([line(24, split=True, step=12.0)], stock)
    assert [piece.quantity for piece in confirmation.pieces] == [12, 12]


def test_without_splitting_all_waits_for_the_last_unit():
    stock = {1: timeline(10, supplies=[(3, 4)])}
    (confirmation,) = promise([line(12)], stock)
    assert days([confirmation]) == [3]
    assert [piece.quantity for piece in confirmation.pieces] == [12]


def test_all_at_once_is_the_date_of_the_slowest():
    stock = {1: timeline(5), 2: timeline(0, supplies=[(4, 5)])}
    lines = [line(5), line(5, product=2)]
    assert days(promise(lines, stock, one_delivery=True)) == [4, 4]
    stock = {1: timeline(5), 2: timeline()}
    assert days(promise(lines, stock, one_delivery=True)) == [None, None]


def test_a_requested_date_leaves_the_goods_to_others_until_then():
    stock = {1: timeline(5)}
    (confirmation,) = promise([line(5, days=7)], stock)
    assert days([confirmation]) == [7]
    assert stock[1].projected(TODAY + 6) == 5
    assert stock[1].projected(TODAY + 7) == 0


# -- calendars -------------------------------------------------------------------------


def test_the_cut_off_counts_from_its_very_minute():
    assert schedule(cutoff=9.0).start == datetime(2026, 11, 25)
    assert schedule(cutoff=9.5).start == NOW


def test_nothing_ships_outside_working_hours():
    closed = schedule(working=WorkingTime(weekdays))
    stock = {1: timeline(0, supplies=[(4, 5)])}  # a Saturday
    assert promise([line(5)], stock, closed)[0].promised == datetime(2026, 11, 30, 8)


def test_lead_time_counts_in_working_days():
    closed = schedule(working=WorkingTime(weekdays))
    (confirmation,) = promise([line(5, lead_days=4)], {1: timeline(5)}, closed)
    assert confirmation.promised == datetime(2026, 11, 30, 9)


def test_goods_lie_ready_for_the_security_days():
    (confirmation,) = promise(
        [line(5)], {1: timeline(0, supplies=[(3, 5)])}, schedule(security_days=2)
    )
    assert days([confirmation]) == [5]
    assert confirmation.material == NOW + timedelta(days=3)


def test_received_goods_ship_the_next_day_where_the_company_says_so():
    stock = {1: timeline(0, supplies=[(3, 5)])}
    (confirmation,) = promise([line(5)], stock, schedule(next_day=True))
    assert confirmation.promised == datetime(2026, 11, 28)


def test_days_on_the_way_come_after_the_shipment():
    assert days(promise([line(5, transit_days=2)], {1: timeline(5)})) == [2]


def test_days_on_the_way_are_the_carriers():
    carrier = Carrier(UTC, WorkingTime(weekdays))
    way = {"transit_days": 4, "carrier": carrier}
    (confirmation,) = promise([line(5, **way)], {1: timeline(5)})
    assert confirmation.promised == datetime(2026, 11, 30, 9)
    ship = carrier.latest_ship(datetime(2026, 11, 30, 9), 4)
    assert ship == NOW


def test_customers_take_delivery_in_their_windows():
    windows = {"carrier": Windows(WorkingTime(weekdays)), "transit_days": 4}
    (confirmation,) = promise([line(5, **windows)], {1: timeline(5)})
    assert confirmation.promised == datetime(2026, 11, 30, 8)  # not on Saturday
    (confirmation,) = promise([line(5, days=12, **windows)], {1: timeline(5)})
    assert confirmation.promised == datetime(2026, 12, 4, 16)  # not on Sunday
    assert confirmation.ship == datetime(2026, 11, 30, 16)


def test_a_kit_is_complete_when_the_vendors_part_is_there():
    """Ours leave so as to arrive with it, or later if they have to."""
    there = NOW + timedelta(days=5)
    (kit,) = promise([line(4, beside=there, transit_days=2)], {1: timeline(4)})
    assert (kit.ship, kit.promised) == (NOW + timedelta(days=3), there)
    (kit,) = promise([line(4, beside=NOW, transit_days=2)], {1: timeline(4)})
    assert (kit.ship, kit.promised) == (NOW, NOW + timedelta(days=2))
    coming = timeline(1, supplies=[(9, 3)])
    (kit,) = promise([line(4, beside=there, split=True)], {1: coming})
    assert [(piece.quantity, piece.arrival) for piece in kit.pieces] == [
        (1, there),
        (3, NOW + timedelta(days=9)),
    ]


def test_a_kit_is_not_complete_before_the_vendors_part():
    """Nobody of ours works on a Sunday, when it arrives: ours are there on Friday."""
    sunday = NOW + timedelta(days=5)
    plan = schedule(working=WorkingTime(weekdays))
    (kit,) = promise([line(4, beside=sunday)], {1: timeline(4)}, plan)
    assert (kit.ship.weekday(), kit.promised) == (4, sunday)


# -- goods that expire -----------------------------------------------------------------


def perishable(on_hand, *expiries, reserved=0.0, **known):
    """expiries: (day, quantity, reserved part)"""
    stock = timeline(on_hand, **known)
    stock.reserved = reserved
    for day, quantity, kept in expiries:
        stock.add_expiry(TODAY + day, quantity, kept)
    return stock


def test_goods_can_be_promised_until_they_are_removed():
    stock = perishable(10, (5, 10, 0))
    assert [stock.available(TODAY + day) for day in (0, 4, 5)] == [10, 10, 0]
    assert [stock.projected(TODAY + day) for day in (0, 4, 5)] == [10, 10, 0]
    assert days(promise([line(10, days=4)], {1: stock})) == [4]
    assert days(promise([line(1, days=5)], {1: perishable(10, (5, 10, 0))})) == [None]


def test_what_is_removed_already_is_not_there():
    assert perishable(10, (-3, 4, 0)).available(TODAY - 1) == 6


def test_what_is_delivered_before_is_not_removed():
    stock = perishable(10, (5, 10, 0), demands=[(3, 6)])
    assert stock.projected(TODAY + 5) == 0
    assert stock.available(TODAY) == 4
    stock = perishable(10, (5, 4, 0), demands=[(3, 6)])
    assert stock.available(TODAY + 5) == 4


def test_what_is_reserved_is_not_removed():
    stock = perishable(10, (5, 10, 6), reserved=6, demands=[(9, 6)])
    assert stock.projected(TODAY + 5) == 6
    assert stock.available(TODAY + 5) == 0
    assert stock.available(TODAY) == 4


def test_a_delivery_that_reserved_other_goods_saves_none_that_expire():
    stock = perishable(10, (5, 4, 0), reserved=6, demands=[(3, 6)])
    assert stock.available(TODAY) == 4
    assert stock.available(TODAY + 5) == 0


def test_what_expires_first_leaves_first():
    stock = perishable(10, (3, 5, 0), (6, 5, 0))
    promise([line(5)], {1: stock})
    assert [stock.available(TODAY + day) for day in (2, 3, 5, 6)] == [5, 5, 5, 0]


def test_fresh_goods_are_waited_for():
    stock = perishable(10, (5, 10, 0), supplies=[(7, 4)])
    assert days(promise([line(4, days=6)], {1: stock})) == [7]


def test_a_line_does_not_wait_until_its_goods_are_gone():
    """2 of 12 arrive after the other 10 have been removed."""
    stock = perishable(10, (5, 10, 0), supplies=[(7, 2)])
    assert days(promise([line(12)], {1: stock})) == [None]


def test_all_at_once_is_not_after_goods_are_gone():
    lines = [line(5), line(5, product=2)]
    stock = {1: perishable(5, (3, 5, 0)), 2: timeline(0, supplies=[(4, 5)])}
    assert days(promise(lines, stock, one_delivery=True)) == [None, None]


# -- replenishing ----------------------------------------------------------------------


def test_only_what_is_short_is_replenished():
    (confirmation,) = promise([line(10)], {1: timeline(6)}, options={(1, 1): takes(4)})
    assert days([confirmation]) == [4]
    assert [claim.quantity for claim in confirmation.planned] == [-4]


def test_known_supply_is_taken_where_it_is_as_soon():
    stock = {1: timeline(0, supplies=[(3, 5)])}
    (confirmation,) = promise([line(5)], stock, options={(1, 1): takes(4)})
    assert days([confirmation]) == [3]
    assert not confirmation.planned


def test_production_waits_for_its_last_component():
    options = {(1, 1): takes(2, "manufacture", [(2, 1, 1.0), (3, 1, 4.0)])}
    parts = {1: timeline(), 2: timeline(1), 3: timeline(3, supplies=[(5, 1)])}
    assert days(promise([line(1)], parts, options=options)) == [7]


def test_components_are_needed_in_their_quantity():
    options = {(1, 1): takes(2, "manufacture", [(2, 1, 4.0)])}
    parts = {1: timeline(), 2: timeline(7)}
    assert days(promise([line(2)], parts, options=options)) == [None]


def test_components_of_two_lines_are_taken_once():
    options = {(1, 1): takes(2, "manufacture", [(2, 1, 1.0)])}
    parts = {1: timeline(), 2: timeline(3)}
    assert days(promise([line(2), line(2)], parts, options=options)) == [2, None]


def test_a_line_without_a_date_leaves_its_components_to_others():
    options = {(1, 1): takes(2, "manufacture", [(2, 1, 1.0), (3, 1, 1.0)])}
    parts = {1: timeline(), 2: timeline(3), 3: timeline(2)}
    assert days(promise([line(3), line(2)], parts, options=options)) == [None, 2]


def test_components_stay_free_until_production_has_to_begin():
    options = {(1, 1): takes(2, "manufacture", [(2, 1, 1.0)])}
    parts = {1: timeline(), 2: timeline(2)}
    promise([line(2, days=9)], parts, options=options)
    assert [parts[2].projected(TODAY + day) for day in (6, 7)] == [2, 0]


def test_what_orders_taken_before_are_short_of_is_not_taken_from_the_promise():
    stock = {1: timeline(0, demands=[(1, 5)])}
    (confirmation,) = promise([line(4)], stock, options={(1, 1): takes(3)})
    assert days([confirmation]) == [3]


def test_nobody_lends_from_the_shelf_what_is_only_to_be_ordered():
    stock = {1: timeline(8, demands=[(1, 8)])}
    (confirmation,) = promise([line(3)], stock, options={(1, 1): takes(1)})
    assert days([confirmation]) == [1]
    assert [source.kind for source in confirmation.pieces[0].sources] == ["purchase"]
    assert [stock[1].available(TODAY + day) for day in (0, 1, 2)] == [0, 0, 0]


def test_what_is_free_goes_at_once_and_the_rest_when_it_is_there():
    stock = {1: timeline(8, demands=[(1, 6)])}
    (confirmation,) = promise([line(3, split=True)], stock, options={(1, 1): takes(1)})
    pieces = [
        (piece.quantity, (piece.ship - NOW).days) for piece in confirmation.pieces
    ]
    assert pieces == [(2, 0), (1, 1)]


def test_what_is_ordered_for_one_line_lends_nothing_to_another():
    stock = {1: timeline(5)}
    lines = [line(5, days=10), line(3), line(2)]
    found = promise(lines, stock, options={(1, 1): takes(1)})
    assert days(found) == [10, 1, 1]
    ordered = [sum(claim.quantity for claim in each.planned) for each in found]
    assert ordered == [0, -3, -2]
    assert stock[1].available(TODAY) == 0


def test_components_are_not_lent_either():
    options = {(1, 1): takes(2, "manufacture", [(2, 1, 1.0)]), (2, 1): takes(4)}
    parts = {1: timeline(), 2: timeline(3, demands=[(5, 3)])}
    assert days(promise([line(2)], parts, options=options)) == [6]


def test_goods_of_another_warehouse_are_not_lent_either():
    options = {(1, 1): takes(2, "transfer", [(1, 2, 1.0)]), (1, 2): takes(3)}
    stock = {(1, 1): timeline(), (1, 2): timeline(4, demands=[(9, 4)])}
    assert days(promise([line(4)], stock, options=options)) == [5]


def test_what_is_planned_is_given_back_with_what_took_it():
    stock = timeline(5, demands=[(9, 5)])
    stock.add_supply(TODAY + 2, 4, planned=True)
    assert [stock.available(TODAY + day) for day in (1, 2)] == [0, 4]
    stock.take(TODAY + 3, 4)
    assert [stock.available(TODAY + day) for day in (1, 2, 9)] == [0, 0, 0]
    stock.give_back(TODAY + 3, 4)
    assert stock.available(TODAY + 2) == 4
    stock.drop_supply(TODAY + 2)
    assert stock.available(TODAY + 2) == 0


def test_the_other_warehouse_gives_only_what_it_can_promise_away():
    options = {(1, 1): takes(2, "transfer", [(1, 2, 1.0)])}
    stock = {(1, 1): timeline(), (1, 2): timeline(10, demands=[(9, 6)])}
    assert days(promise([line(4)], stock, options=options)) == [2]
    stock = {(1, 1): timeline(), (1, 2): timeline(10, demands=[(9, 6)])}
    assert days(promise([line(5)], stock, options=options)) == [None]


def test_the_usual_way_is_taken_unless_another_is_sooner():
    sooner = takes(3, "manufacture", origin="sooner")
    usual = takes(5, "manufacture", origin="usual", others=(sooner,))

    def origin(days):
        (confirmation,) = promise(
            [line(1, days=days)], {1: timeline()}, options={(1, 1): usual}
        )
        return confirmation.pieces[0].sources[0].origin

    assert origin(None) == "sooner"
    assert origin(4) == "sooner"
    assert origin(5) == "usual"


def test_the_latest_start_is_that_of_the_longest_chain():
    options = {
        (1, 1): takes(2, "manufacture", [(2, 1, 1.0)]),
        (2, 1): takes(4),
    }
    (confirmation,) = promise(
        [line(1, days=20)], {1: timeline(), 2: timeline()}, options=options
    )
    # begun on day 18, for which the part is ordered on day 14 at the latest
    assert confirmation.latest_start.date() == (NOW + timedelta(days=14)).date()
    (confirmation,) = promise([line(1)], {1: timeline(1)}, options=options)
    assert confirmation.latest_start is None


def test_hours_of_a_work_centre_are_taken_and_given_back():
    load = WorkLoad()
    give_back = load.take("first", [("saw", 1, 2)])
    state = load.state
    load.take("second", [("saw", 2, 3), ("press", 1, 2)])()
    assert load.state == state
    assert load.taken() == {"saw": [(1, 2)], "press": []}
    load.take("third", [("saw", 2, 4)])()
    assert load.taken()["saw"] == [(1, 2)]
    give_back()
    assert load.taken()["saw"] == []
    assert load.state == 0


def test_hours_that_others_were_promised_are_not_free():
    asked = []

    def read(centres):
        asked.append(tuple(centres))
        return {"saw": [(1, 2)]}

    load = WorkLoad(read)
    load.expect(["saw", "press"])
    load.expect(["saw"])
    assert load.taken() == {"saw": [(1, 2)], "press": []}
    load.take("first", [("saw", 2, 3)])()
    assert load.taken()["saw"] == [(1, 2)]
    assert asked == [("saw", "press")]


def test_a_production_stands_for_nothing_that_was_ordered_later():
    assert serve([(5, "order", 2)], [(4, 2)]) == {"order": 2}
    assert serve([(5, "order", 2)], [(5, 2)]) == {}


def test_a_production_stands_for_its_quantity_once():
    assert serve([(1, "first", 2), (2, "second", 2)], [(3, 3)]) == {"second": 1}


# -- what counts -----------------------------------------------------------------------


def ledger(*rows, returns=()):
    """Of the warehouses 1 (locations 10 and 11, a view) and 2 (location 20)."""
    places = {1: (5, {10: True, 11: False}), 2: (5, {20: True})}
    counted = Ledger({(7, 1), (7, 2)}, places, {1: "UTC", 2: "Asia/Tokyo"}, returns)
    counted.add(rows)
    return counted.flows


def move(source, target, quantity, day=3, tz=None):
    return "move", 7, source, target, tz, day, NOW, quantity, False


def test_goods_are_on_hand_where_they_can_lie():
    flows = ledger(
        ("quant", 7, 10, None, None, None, None, 5.0, False),
        ("quant", 7, 11, None, None, None, None, 3.0, False),
        ("quant", 7, 99, None, None, None, None, 2.0, False),
    )
    assert flows[7, 1].on_hand == 5


def test_a_move_is_demand_here_and_supply_there():
    flows = ledger(move(10, 20, 4.0))
    assert flows[7, 1].demand == {3: 4}
    assert flows[7, 2].supply == {3: 4}
    assert not flows[7, 1].supply


def test_a_move_inside_a_warehouse_counts_for_nothing():
    flows = ledger(move(10, 11, 4.0))
    assert not flows[7, 1].demand
    assert not flows[7, 1].supply


def test_returns_count_only_where_they_are_to():
    assert not ledger(move(99, 10, 4.0), returns={99})[7, 1].supply
    assert ledger(move(99, 10, 4.0))[7, 1].supply == {3: 4}


def test_the_day_is_that_of_the_warehouses_zone():
    flows = ledger(move(99, 10, 4.0, 3, "UTC"), move(99, 10, 4.0, 4, "Asia/Tokyo"))
    assert flows[7, 1].supply == {3: 4}
