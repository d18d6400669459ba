"""What the replenishments of one request take of work centres, and what others have
been promised of them."""

from collections import defaultdict

#: quantities are compared to the ten-thousandth
EPSILON = 1e-4


class WorkLoad:
    """Slots that are taken, last taken first given back.

    :param read: callable(work centres) -> {work centre: [(start, end)]} that others
        have been promised; asked once for all that are expected
    """

    def __init__(self, read=None):
        self._read = read
        self._expected = []
        self._slots = defaultdict(list)
        #: names what is taken at the moment: the same slots, the same name
        self.state = 0
        self._names = {}
        #: {(product id, warehouse id): ids of the values of attributes without
        #: variants that were chosen for what is made to order}
        self.options = {}

    def expect(self, centres):
        """Announce work centres that may be asked for."""
        self._expected += [
            centre
            for centre in centres
            if centre not in self._slots and centre not in self._expected
        ]

    def taken(self):
        """{work centre: [(start, end)]}, to be added to."""
        if self._expected and self._read:
            promised = self._read(self._expected)
            for centre in self._expected:
                self._slots[centre][:0] = promised.get(centre, ())
        self._expected = []
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


def serve(makings, made):
    """Deal what is made out to what was ordered, first ordered first.

    :param makings: [(since when it is ordered, name, quantity)]
    :param made: [(since when it is made, quantity)]; it stands for nothing that was
        ordered later
    :return: {name: quantity that nothing stands for yet}
    """
    left, lots = {}, [list(lot) for lot in sorted(made)]
    for since, name, quantity in sorted(makings):
        for lot in lots:
            if lot[0] >= since and quantity > EPSILON:
                part = min(quantity, lot[1])
                quantity -= part
                lot[1] -= part
        if quantity > EPSILON:
            left[name] = quantity
    return left
