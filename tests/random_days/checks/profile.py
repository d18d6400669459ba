# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""2: the profile that the API gives is the ledger, day by day."""

from .base import complaint, near

#: days of the profile that are compared
PROFILE_DAYS = 75


def profile(view):
    """The profile that the API gives is what the ledger says, day by day."""
    found = []
    asked = {}
    for product, warehouse in view.after.pairs_known():
        asked.setdefault(warehouse, []).append(product)
    for warehouse, products in asked.items():
        answer = view.day.floor.profile(products, warehouse, PROFILE_DAYS)
        for product in products:
            counted = view.after.profile(product, warehouse, PROFILE_DAYS)
            for row, balance in zip(answer[product], counted, strict=True):
                if near(row["projected"], balance.projected) and near(
                    row["available_to_promise"], balance.available
                ):
                    continue
                found.append(
                    complaint(
                        2,
                        f"profile is not the ledger: {view.day.name_of(product)} on"
                        f" {row['date']}: projected {row['projected']:g}, available"
                        f" {row['available_to_promise']:g}; counted"
                        f" {balance.projected:g}, {balance.available:g}",
                    )
                )
                break
    return found
