"""Which demands have to be looked at together."""

from itertools import pairwise


def connected(keys_by_member, links=()):
    """Members that share a key, directly or through others.

    :param keys_by_member: {member: keys that it takes from}
    :param links: pairs of keys that belong together, whoever takes from them
    :return: list of lists of members, in the order of the first member of each
    """
    parent = {}

    def root(key):
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    pairs = [
        (first, other)
        for keys in keys_by_member.values()
        for first, other in pairwise(keys)
    ]
    for first, other in [*pairs, *links]:
        parent[root(other)] = root(first)
    groups = {}
    for member, keys in keys_by_member.items():
        # what takes from nothing stands alone
        top = root(next(iter(keys))) if keys else ("alone", member)
        groups.setdefault(top, []).append(member)
    return list(groups.values())
