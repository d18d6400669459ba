import datetime
import random
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .test_call_life import NOW, CallLifeCommon

RANK = {"ringing": 0, "answered": 1, "ended": 2}
#: days of random calls that a run plays
DAYS = 40


class Screen:
    """What an agent's browser makes of the messages: the rules of the panel, again."""

    def __init__(self):
        self.cards, self.gone = {}, {}

    def receive(self, call):
        known = self.cards.get(call["id"])
        before = known or self.gone.get(call["id"])
        if before and self._progress(call) < self._progress(before):
            return
        if not call["shown"]:
            self.cards.pop(call["id"], None)
            self.gone[call["id"]] = call
        elif known or call["state"] != "ended" or call["id"] in self.gone:
            self.cards[call["id"]] = call

    @staticmethod
    def _progress(call):
        return call["turn"], RANK[call["state"]]

    def shows(self):
        """{call's id: ringing, answered, ended or missed}"""
        return {
            id_: "missed"
            if card["state"] == "ended" and not card["answered"]
            else card["state"]
            for id_, card in self.cards.items()
        }


class Exchange:
    """A telephone system with one caller: what really happens, which telephones ring
    and who talks. It knows nothing of Odoo; what screens have to show follows."""

    def __init__(self, name, chance, agents):
        self.name, self.chance, self.agents = name, chance, agents
        self.ringing, self.rung, self.spoke = set(), set(), set()
        self.talks = None
        self.rings_at_all = self.was_for_all = self.was_named = False
        self.is_over = self.was_answered = False
        self.legs = 0

    def steps(self):
        """(event, values) of a call, one after the other; what is true after each is
        in the attributes when it is yielded."""
        chance = self.chance
        first = chance.choice(["nobody", "silent", "some", "one"])
        if first == "nobody":
            self.rings_at_all = self.was_for_all = True
            yield "newCall", {}
        elif first == "silent":
            yield "newCall", {"silent": True}
        if first in ("some", "one") or chance.random() < 0.6:
            yield from self._ring(1 if first == "one" else chance.randint(1, 3))
        if chance.random() < 0.3 and self.ringing:
            yield from self._stop(chance.choice(sorted(self.ringing)))
            yield from self._ring(1)
        if chance.random() < 0.75:
            yield from self._answer()
            for _turn in range(chance.randint(0, 3)):
                yield from self._hand_over()
        self.is_over, self.talks, self.rings_at_all = True, None, False
        self.ringing.clear()
        yield "hangup", {}

    def _leg(self, agent):
        return {"user": [agent], "legId": f"{agent}.{self.turns[agent]}"}

    turns = None

    def _ring(self, count):
        self.turns = self.turns or dict.fromkeys(self.agents, 0)
        free = [a for a in self.agents if a != self.talks and a not in self.ringing]
        for agent in self.chance.sample(free, min(count, len(free))):
            self.turns[agent] += 1
            self.ringing.add(agent)
            self.rung.add(agent)
            self.rings_at_all, self.was_named = False, True
            yield "newCall", self._leg(agent)

    def _stop(self, agent):
        self.ringing.discard(agent)
        yield "hangup", self._leg(agent)

    def _answer(self):
        if not self.ringing:
            agent = self.chance.choice([a for a in self.agents if a != self.talks])
            self.turns = self.turns or dict.fromkeys(self.agents, 0)
            self.turns[agent] += 1  # picked up elsewhere
        else:
            agent = self.chance.choice(sorted(self.ringing))
        self.ringing.clear()
        self.talks, self.was_answered = agent, True
        self.rings_at_all, self.was_named = False, True
        self.spoke.add(agent)
        yield "answer", self._leg(agent)

    def _hand_over(self):
        leaves = self.talks
        kind = self.chance.choice(["blind", "attended", "back", "connect"])
        if not leaves:
            yield from self._ring(1)
            yield from self._answer()
        elif kind == "blind":
            left = self._leg(leaves)
            self.talks = None
            yield "hangup", left
            yield from self._ring(self.chance.randint(1, 2))
            if self.chance.random() < 0.7:
                yield from self._answer()
            else:
                for agent in sorted(self.ringing):
                    yield from self._stop(agent)
        elif kind == "connect":
            yield from self._connect()
        else:
            left = self._leg(leaves)
            yield from self._ring(1)
            yield from self._answer()
            if kind == "back":
                left = self._leg(self.talks)
                self.talks = leaves
            yield "hangup", left

    def _connect(self):
        """Asked under an id of its own, then connected."""
        leaves, left = self.talks, self._leg(self.talks)
        self.asked = self.chance.choice([a for a in self.agents if a != leaves])
        self.turns[self.asked] += 1
        self.questions += 1
        other = {"callId": f"{self.name}.{self.questions}"}
        leg = self._leg(self.asked)
        self.question = "ringing"
        inside = {"direction": "out", "from": leaves, "to": self.asked}
        yield "newCall", {**other, **leg, **inside}
        self.question = "answered"
        yield "answer", {**other, **leg}
        self.spoke.add(self.asked)
        self.talks, self.asked, self.question = self.asked, None, None
        yield "merge", {"otherCallId": other["callId"]}
        yield "hangup", left
        yield "hangup", other

    asked = question = None
    questions = 0

    def cards(self):
        """{agent: cards in the order of the alphabet}, by what is true."""
        cards = {agent: [] for agent in self.agents}
        for agent, shown in cards.items():
            if card := self._card(agent):
                shown.append(card)
            if agent == self.asked:
                shown.append(self.question)
        return {agent: sorted(shown) for agent, shown in cards.items() if shown}

    def _card(self, agent):
        if self.is_over:
            if agent in self.spoke:
                return "ended"
            told = self.rung if self.was_named else self.agents
            missed = not self.was_answered and agent in told
            return "missed" if missed and (self.was_named or self.was_for_all) else None
        if agent == self.talks:
            return "answered"
        if agent in self.ringing:
            return "ringing"
        if agent in self.spoke:
            return "ended"
        return "ringing" if self.rings_at_all else None


def _is_end(step):
    kind, values = step
    return kind == "hangup" and "legId" not in values


class CallCardsCommon(CallLifeCommon):
    """Three agents, each with a screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        third = cls._new_user("third", "call_center.group_call_center_agent")
        third.phone_extension = "103"
        cls.users = {"101": cls.agent, "102": cls.manager, "103": third}

    def setUp(self):
        super().setUp()
        self.screens = {}
        by_id = {user.id: extension for extension, user in self.users.items()}

        def send(user, notification, values):
            if notification == "call_center.call" and user.id in by_id:
                self.screens.setdefault(by_id[user.id], Screen()).receive(values)

        self.startPatcher(
            patch.object(type(self.env["res.users"]), "_bus_send", send, create=True)
        )

    def _cards(self, call):
        """{agent: what the card of a call says}"""
        return {
            agent: state
            for agent, screen in self.screens.items()
            if (state := screen.shows().get(call.id))
        }

    def _all_cards(self):
        """{agent: what all cards say, in the order of the alphabet}"""
        return {
            agent: sorted(screen.shows().values())
            for agent, screen in sorted(self.screens.items())
            if screen.cards
        }

    def _shown(self):
        """{agent: how many cards there are}"""
        return {
            agent: len(screen.cards)
            for agent, screen in self.screens.items()
            if screen.cards
        }


@tagged("post_install", "-at_install")
@freeze_time(NOW + datetime.timedelta(minutes=10))
class TestCallCards(CallCardsCommon):
    """Screens show what telephones do; when all is quiet none of them rings."""

    def _deliver(self, name, number, step):
        kind, values = step
        after = self._after(3 * number)
        values = {**values, "silent": "1"} if values.get("silent") else values
        event = self._event(kind, after, **{"callId": name, **values})
        self.Call._receive(self.provider, event)

    def test_screens_follow_the_telephones_step_by_step(self):
        for day in range(DAYS):
            name, done = f"day{day}", []
            exchange = Exchange(name, random.Random(day), list(self.users))
            self.screens.clear()
            for number, step in enumerate(exchange.steps()):
                done.append(step)
                self._deliver(name, number, step)
                self.assertEqual(self._all_cards(), exchange.cards(), (day, done))
            for agent, user in self.users.items():
                self.assertFalse(
                    [
                        card
                        for card in self.Call.with_user(user).my_calls()
                        if card["state"] != "ended"
                    ],
                    (day, agent),
                )

    def test_in_any_order_with_repeats_and_gaps_no_card_rings_in_the_end(self):
        for day in range(DAYS):
            chance = random.Random(1000 + day)
            exchange = Exchange(f"day{day}", chance, list(self.users))
            self.screens.clear()
            steps = list(enumerate(exchange.steps()))
            # what is lost is no end of a call: that is swept in the end
            told = [s for s in steps if _is_end(s[1]) or chance.random() < 0.85]
            told += chance.choices(told, k=chance.randint(0, 3))
            if chance.random() < 0.7:
                chance.shuffle(told)
            name = f"day{day}"
            for number, step in told:
                self._deliver(name, number, step)
            with self.subTest(day=day, told=told):
                spoke = {step[1]["user"][0] for _n, step in told if step[0] == "answer"}
                for agent, cards in self._all_cards().items():
                    self.assertLessEqual(set(cards), {"ended", "missed"})
                    if "ended" in cards:
                        self.assertIn(agent, spoke)
                    for id_, card in self.screens[agent].shows().items():
                        call = self.Call.browse(id_).exists()
                        self.assertTrue(call, "a card of a call that is no more")
                        self.assertEqual(card == "missed", not call.answered_at)

    def test_ring_for_all_that_one_answers_is_over_for_the_others(self):
        self._deliver("c1", 0, ("newCall", {}))
        call = self._call()
        self.assertEqual(self._cards(call), dict.fromkeys(self.users, "ringing"))
        self._deliver("c1", 1, ("answer", {"user": "101"}))
        self.assertEqual(self._cards(call), {"101": "answered"})
        self._deliver("c1", 2, ("hangup", {}))
        self.assertEqual(self._cards(call), {"101": "ended"})

    def test_who_was_told_is_told_to_the_end_whoever_is_in_the_team_by_then(self):
        team = self.env["call.team"].create(
            {
                "name": "Sales",
                "company_id": self.company.id,
                "member_ids": [(6, 0, (self.agent | self.manager).ids)],
                "queue_ids": [(0, 0, {"name": "sales"})],
            }
        )
        self._deliver("c1", 0, ("newCall", {"queue": "sales"}))
        call = self._call()
        self.assertEqual(self._cards(call), {"101": "ringing", "102": "ringing"})
        team.member_ids = self.users["103"]
        self._deliver("c1", 1, ("answer", {"user": "103"}))
        self.assertEqual(self._cards(call), {"103": "answered"})

    def test_outgoing_call_is_its_agents_alone(self):
        event = self._event("newCall", callId="o1", direction="out", to="+4940555")
        self.Call._receive(self.provider, event)
        self.assertEqual(self._cards(self._call("o1")), {})
        event = self._event("answer", self._after(5), callId="o1", user="102")
        self.Call._receive(self.provider, event)
        self.assertEqual(self._cards(self._call("o1")), {"102": "answered"})

    def test_whom_nobody_is_rung_for_yet_is_on_no_screen(self):
        self._deliver("c1", 0, ("newCall", {"silent": True}))
        self.assertEqual(self._cards(self._call()), {})
        self.assertEqual(self.Call.with_user(self.agent).my_calls(), [])
        self._deliver("c1", 1, ("newCall", {}))
        self.assertEqual(
            self._cards(self._call()), dict.fromkeys(self.users, "ringing")
        )

    def test_call_for_all_is_got_after_sleep(self):
        self._deliver("c1", 0, ("newCall", {}))
        for user in self.users.values():
            mine = self.Call.with_user(user).my_calls()
            self.assertEqual([call["state"] for call in mine], ["ringing"])
        self._deliver("c1", 1, ("answer", {"user": "101"}))
        self.assertEqual(self.Call.with_user(self.manager).my_calls(), [])

    def test_call_that_is_never_ended_is_swept_from_all_screens(self):
        self._deliver("c1", 0, ("newCall", {}))
        with freeze_time(NOW + datetime.timedelta(minutes=20)):
            self.Call._cron_sweep()
        self.assertEqual(self._cards(self._call()), dict.fromkeys(self.users, "missed"))
