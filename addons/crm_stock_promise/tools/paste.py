"""Reads what people paste: product and quantity, one line each.

Plain Python: it knows nothing of products. A line becomes *readings*, the ways in
which it can be understood, the most likely one first; whoever knows the products
takes the first reading whose product exists.
"""

import re
from datetime import date
from typing import NamedTuple

#: what a header of a spreadsheet column may be called, in lower case
HEADERS = {
    "product": {
        "sku", "product", "item", "article", "code", "reference", "ref", "barcode",
        "ean", "name", "description", "internal reference", "part", "part number",
        "part no", "artikel", "artikelnummer", "référence", "produit", "producto",
        "referencia", "prodotto", "codice", "article number", "item number",
    },
    "quantity": {
        "qty", "quantity", "amount", "pieces", "pcs", "count", "menge", "anzahl",
        "quantité", "qté", "cantidad", "quantità", "ordered", "order qty",
    },
    "date": {
        "date", "requested", "requested date", "delivery date", "wanted", "due",
        "due date", "needed", "termin", "datum", "liefertermin",
    },
}  # fmt: skip
#: from this length on, digits are rather a code than a quantity
CODE_DIGITS = 6
_NUMBER = r"[+]?\d[\d.,'\u00a0\u202f]*"
_TIMES = r"(?:x|×|\*|pcs?\.?|pieces?|units?|st(?:k|ück)?\.?)"
#: "3 x ABC", "3x ABC", "3 pcs ABC", "3 × ABC"
_QUANTITY_FIRST = re.compile(
    rf"^({_NUMBER})\s*{_TIMES}\s+(?:of\s+)?(\S.*)$|^({_NUMBER})\s*[×*]\s*(\S.*)$",
    re.IGNORECASE,
)
#: "ABC x 3", "ABC x3", "ABC × 3 pcs"
_QUANTITY_LAST = re.compile(
    rf"^(.*\S)\s+(?:x|×|\*)\s*({_NUMBER})\s*{_TIMES}?$|^(.*\S)\s*[×*]\s*({_NUMBER})$",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(rf"^({_NUMBER})\s+(\S.*)$")
_NUMBER_LAST = re.compile(rf"^(.*\S)\s+({_NUMBER})\s*{_TIMES}?$", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(rf"^({_NUMBER})\s*{_TIMES}?$", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-–—•·]\s+|\d{1,3}[.)]\s+(?=\S+\s))")


class Reading(NamedTuple):
    """One way to understand a line."""

    product: str
    quantity: float
    requested: date | None = None


class PastedLine(NamedTuple):
    """A line as pasted, its number in the text, and how it can be understood."""

    number: int
    text: str
    readings: tuple[Reading, ...]


def parse_number(text, decimal_point="."):
    """The number written in ``text``, or None.

    ``decimal_point`` settles what alone cannot be known: whether "1,000" is a
    thousand or one.
    """
    text = re.sub(r"[\s'\u00a0\u202f]", "", text).lstrip("+")
    if not re.fullmatch(r"\d[\d.,]*", text):
        return None
    marks = [mark for mark in ".," if mark in text]
    decimal = None
    if len(marks) == 2:
        # the one that stands last is the decimal point, and stands once
        decimal = max(marks, key=text.rindex)
    elif marks and text.count(marks[0]) == 1:
        mark = marks[0]
        thousands = re.fullmatch(rf"[1-9]\d{{0,2}}\{mark}\d{{3}}", text)
        decimal = mark if not thousands or mark == decimal_point else None
    if decimal and text.count(decimal) > 1:
        return None
    for mark in ".,":
        if mark != decimal:
            text = text.replace(mark, "")
    try:
        return float(text.replace(decimal, ".") if decimal else text)
    except ValueError:
        return None


def parse_date(text):
    """A date written 2026-12-31, or day first: 31.12.2026; None for anything else."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", text)
    if match:
        year, month, day = map(int, match.groups())
    else:
        match = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
        if not match:
            return None
        day, month, year = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_lines(text, decimal_point="."):
    """The lines of a pasted ``text``; empty ones and a header line are left out."""
    columns = None
    result = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.rstrip("\r\n").strip(" ")
        if not line.strip("\t ;,"):
            continue
        cells = _cells(line)
        if not result and columns is None and cells:
            columns = _header(cells)
            if columns:
                continue
        readings = []
        if cells:
            readings += _read_cells(cells, columns, decimal_point)
        if not columns:
            readings += _read_sentence(line.replace("\t", " "), decimal_point)
        unique = tuple(dict.fromkeys(readings))
        result.append(PastedLine(number, line.strip(), unique))
    return result


def _cells(line):
    for separator in ("\t", ";", "|"):
        if separator in line:
            return [cell.strip().strip('"').strip() for cell in line.split(separator)]
    if re.search(r"\S,\s*\S", line):
        cells = [cell.strip().strip('"').strip() for cell in line.split(",")]
        if len(cells) == 2 or all(cells):
            return cells
    return []


def _header(cells):
    columns = {}
    for index, cell in enumerate(cells):
        for kind, names in HEADERS.items():
            if cell.lower().rstrip(":.") in names:
                columns.setdefault(kind, []).append(index)
    return columns if "product" in columns else None


def _read_cells(cells, columns, decimal_point):
    numbers = {
        index: number
        for index, cell in enumerate(cells)
        if (match := _WHOLE_NUMBER.match(cell))
        and (number := parse_number(match.group(1), decimal_point)) is not None
    }
    dates = {i: day for i, cell in enumerate(cells) if (day := parse_date(cell))}
    for index in dates:
        numbers.pop(index, None)
    if columns:
        wanted = [i for i in columns["product"] if i < len(cells)]
        quantities = [i for i in columns.get("quantity", ()) if i in numbers]
    else:
        # A long number is more likely a code or a barcode than a quantity, a short
        # one is a code only where nothing else can be.
        codes = [i for i in numbers if len(cells[i]) >= CODE_DIGITS]
        words = [i for i, cell in enumerate(cells) if cell and i not in numbers]
        wanted = codes + [i for i in words if i not in dates] or list(numbers)
        quantities = sorted(numbers, key=lambda i: (i in codes, i))
    requested = next(iter(dates.values()), None)
    readings = []
    for index in wanted:
        if not cells[index]:
            continue
        rest = [i for i in quantities if i != index]
        short = [i for i in rest if columns or len(cells[i]) < CODE_DIGITS] or rest
        after = [i for i in short if i > index] or short
        if after:
            quantity = numbers[after[0]]
        else:
            # an empty cell under "Quantity" says that none is wanted
            quantity = 0.0 if columns and "quantity" in columns else 1.0
        readings.append(Reading(cells[index], quantity, requested))
    return readings


def _read_sentence(line, decimal_point):
    line = " ".join(line.split())
    readings = []
    for text in dict.fromkeys([line, _BULLET.sub("", line)]):
        for pattern, quantity_first in (
            (_QUANTITY_FIRST, True),
            (_QUANTITY_LAST, False),
        ):
            match = pattern.match(text)
            if match:
                first, second = [group for group in match.groups() if group]
                readings += _reading(first, second, quantity_first, decimal_point)
        readings.append(Reading(text, 1.0))
        for pattern, quantity_first in ((_NUMBER_FIRST, True), (_NUMBER_LAST, False)):
            match = pattern.match(text)
            if match:
                first, second = match.groups()
                readings += _reading(first, second, quantity_first, decimal_point)
    return readings


def _reading(first, second, quantity_first, decimal_point):
    product, amount = (second, first) if quantity_first else (first, second)
    quantity = parse_number(amount, decimal_point)
    if quantity is None:
        return []
    return [Reading(product.strip(" :,;-").strip() or product, quantity)]
