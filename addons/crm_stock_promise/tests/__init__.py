from . import (
    test_check,
    test_companies,
    test_hold,
    test_merge,
    test_parts,
    test_paste,
    test_paste_parser,
    test_quotation,
    test_revenue,
    test_tours,
)
