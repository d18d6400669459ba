"""What the replenishments of one request take of work centres."""

from collections import defaultdict


class WorkLoad:
    """Slots that are taken, last taken first given back."""

    def __init__(self):
        self._slots = defaultdict(list)
        #: names what is taken at the moment: the same slots, the same name
        self.state = 0
        self._names = {}

    def taken(self):
        """{work centre: [(start, end)]}, to be added to."""
        return defaultdict(
            list, {centre: list(slots) for centre, slots in self._slots.items()}
        )

    def take(self, purpose, slots):
        """Keep slots, and return what gives them back.

        :param purpose: what they are for; hashable
        :param slots: [(work centre, start, end)]
        """
        before = self.state
        self.state = self._names.setdefault((before, purpose), len(self._names) + 1)
        for centre, start, end in slots:
            self._slots[centre].append((start, end))

        def give_back():
            self.state = before
            for centre, __, __ in reversed(slots):
                self._slots[centre].pop()

        return give_back
