"""Reads what people paste: product and quantity, one line each.

Plain Python: it knows nothing of products. A line becomes *readings*, the ways in
which it can be understood, the most likely one first; whoever knows the products
takes the first reading whose product exists. What was written and is not understood is
kept with the reading, so that nobody takes a guess for what the customer wrote.
"""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

#: the longest line that is read; every pattern below takes a time that grows with it
MAX_LINE = 500
#: and the most cells of a line
MAX_CELLS = 40
#: no list asks for more of one product; what is longer is a code or a barcode
MAX_QUANTITY = 9_999_999
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
#: numbers in words, which stand for a quantity that is not read
NUMBER_WORDS = set(
    "one two three four five six seven eight nine ten eleven twelve dozen half"
    " ein eine eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dutzend"
    " un une deux trois quatre cinq sept huit neuf dix onze douze douzaine"
    " uno una dos tres cuatro cinco seis siete ocho nueve diez docena"
    " due tre quattro cinque sei sette otto nove dieci dozzina".split()
)
#: the first letters of the months in English, for dates such as 31 Dec 2026
MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october"
        " november december".split(),
        1,
    )
}
#: from this length on, digits are rather a code than a quantity
CODE_DIGITS = 6
#: from this length on they are no quantity at all: the shortest barcode has eight
BARCODE_DIGITS = 8
#: marks of direction and width without a glyph, which mails and spreadsheets carry
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, 0x61C, 0x2060, 0xFEFF]
    + [*range(0x202A, 0x202F), *range(0x2061, 0x2070)]
)
_SPACES = " \u00a0\u2007\u2009\u202f"
_GROUPED = rf"\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?"
_FRACTION = "[½¼¾⅛⅜⅝⅞]"
_NUMBER = (
    rf"[+]?(?:\d[\d.,'’\u00a0\u2007\u2009\u202f]*(?:\s?{_FRACTION})?"
    rf"|[.,]\d+|{_FRACTION})"
)
_WRITTEN = rf"(?:{_GROUPED}|{_NUMBER})"
_PIECES = r"(?:pcs?\.?|pieces?|units?|st(?:k|ück)?\.?)"
_TIMES = rf"(?:x|×|\*|{_PIECES})"
#: what counts the pieces of a thing, of whichever language
IS_PIECES = re.compile(_PIECES, re.IGNORECASE)
#: "3 x ABC", "3x ABC", "3 pcs ABC", "3 × ABC"
_QUANTITY_FIRST = re.compile(
    rf"^({_WRITTEN})\s*{_TIMES}\s+(?:of\s+)?(\S.*)$|^({_WRITTEN})\s*[×*]\s*(\S.*)$",
    re.IGNORECASE,
)
#: "ABC x 3", "ABC x3", "ABC × 3 pcs"
_QUANTITY_LAST = re.compile(
    rf"^(.*?\S)\s+(?:x|×|\*)\s*({_WRITTEN})\s*{_TIMES}?$"
    rf"|^(.*?\S)\s*[×*]\s*({_WRITTEN})$",
    re.IGNORECASE,
)
#: "1 234 ABC": a thousand of ABC, or one of "234 ABC"
_GROUPED_FIRST = re.compile(rf"^({_GROUPED})\s+(\S.*)$")
_GROUPED_LAST = re.compile(rf"^(.*?\S)\s+({_GROUPED})\s*{_TIMES}?$", re.IGNORECASE)
_NUMBER_FIRST = re.compile(rf"^({_NUMBER})\s+(\S.*)$")
_NUMBER_LAST = re.compile(rf"^(.*\S)\s+({_NUMBER})\s*{_TIMES}?$", re.IGNORECASE)
#: a number and, perhaps, what it counts: "4", "4 pcs", "4 boxes"
_AMOUNT = re.compile(rf"^({_WRITTEN})\s*([^\W\d_][^\d]{{0,30}}|[×*])?$")
_BULLET = re.compile(r"^(?:[-–—•·]\s+|\d{1,3}[.)]\s+(?=\S+\s))")
_CLOCK = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?|Z)?)?"
_ISO_DATE = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}", re.I)
_PLAIN_DATE = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_DATE = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_CLOCK}", re.I)
_WORDED_DATE = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|º)?[ -]*(?:de |of )?([^\W\d_]{3,12})\.?,?[ -]*"
    rf"(?:de |of )?(\d{{4}}|\d{{2}}){_CLOCK}"
    r"|([^\W\d_]{3,12})\.?[ -]*(\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\d{4})" + _CLOCK,
    re.I,
)
#: what looks like a date, whether or not it is read
_LIKE_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1(?:\d{1,4})?(?:[T ,].*)?")
#: days that are told without a number
DAY_WORDS = set(
    "today tomorrow asap monday tuesday wednesday thursday friday saturday sunday week"
    " next heute morgen übermorgen montag dienstag mittwoch donnerstag freitag samstag"
    " sonntag kw woche aujourd'hui demain lundi mardi mercredi jeudi vendredi samedi"
    " dimanche semaine hoy mañana lunes martes miércoles jueves viernes sábado domingo"
    " semana oggi domani lunedì martedì mercoledì giovedì venerdì domenica"
    " settimana".split()
)
_YEAR = re.compile(r"\d{4}")
#: a cell that begins as a quantity does
_LIKE_NUMBER = re.compile(rf"[-+−~(]?\s*(?:\d|{_FRACTION})")


class Reading(NamedTuple):
    """One way to understand a line.

    ``quantity`` is None where one is written that cannot be read. ``unit`` is the word
    behind the number; ``unread_quantity`` and ``unread_date`` are
    what was not understood. ``others`` are the cells beside the product that say
    neither: another name of it, perhaps, or of another product.
    """

    product: str
    quantity: float | None
    requested: date | None = None
    unit: str = ""
    unread_quantity: str = ""
    unread_date: str = ""
    others: tuple[str, ...] = ()


class PastedLine(NamedTuple):
    """A line as pasted, its number in the text, and how it can be understood; a line
    that is ``too_long`` is not read."""

    number: int
    text: str
    readings: tuple[Reading, ...]
    too_long: bool = False


class Notation(NamedTuple):
    """How the reader writes numbers and dates.

    ``decimal_point`` settles what alone cannot be known: whether "1,000" is a
    thousand or one. ``day_first`` does so for 3/4/2026; None: nobody knows. ``months``
    are the names of the months in lower case, with their numbers.
    """

    decimal_point: str = "."
    day_first: bool | None = None
    months: dict[str, int] = MONTHS


def parse_number(text, decimal_point="."):
    """The number written in ``text``, or None for what is not written as one: a group
    of two digits, two decimal points, a point at the end of a decimal number."""
    text = text.strip().removeprefix("+")
    fraction = 0.0
    if text and unicodedata.category(text[-1]) == "No":
        fraction = unicodedata.numeric(text[-1])
        text = text[:-1].rstrip()
        if fraction * 8 != int(fraction * 8) or not re.fullmatch(r"\d*", text):
            return None
        return float(text or 0) + fraction
    for marks in (rf"[{_SPACES}]", "['’]"):
        if re.search(marks, text):
            if not re.fullmatch(rf"\d{{1,3}}(?:{marks}\d{{3}})+(?:[.,]\d+)?", text):
                return None
            whole = re.sub(marks, "", text)
            return float(whole.replace(",", "."))
    if re.fullmatch(r"\d+\.?", text):
        return float(text)
    if re.fullmatch(r"\d*[.,]\d+", text):
        mark = "," if "," in text else "."
        thousands = re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", text)
        if thousands and mark != decimal_point:
            return float(text.replace(mark, ""))
        return float(text.replace(mark, "."))
    for mark, point in ((",", r"\."), (r"\.", ",")):
        groups = rf"\d{{1,3}}(?:{mark}\d{{3}})+"
        if mark == ",":
            # as it is written in India: 12,34,567
            groups += r"|\d{1,2}(?:,\d{2})+,\d{3}"
        match = re.fullmatch(rf"({groups})(?:{point}(\d+))?", text)
        if match:
            whole, rest = re.sub("[.,]", "", match.group(1)), match.group(2)
            return float(f"{whole}.{rest or 0}")
    return None


def parse_date(text, day_first=None, months=None):
    """The date written in ``text``, with or without a time of day; None for anything
    else, and for what can be read in two ways (3/4/2026) where ``day_first`` does not
    say which of them is meant."""
    text = " ".join(text.split())
    if match := _ISO_DATE.fullmatch(text) or _PLAIN_DATE.fullmatch(text):
        return _day(*match.groups())
    if match := _DATE.fullmatch(text):
        first, mark, second, year = match.groups()
        if mark == ".":
            return _day(year, second, first)
        by_day, by_month = _day(year, second, first), _day(year, first, second)
        if by_day and by_month and by_day != by_month:
            return None if day_first is None else (by_day if day_first else by_month)
        return by_day or by_month
    if match := _WORDED_DATE.fullmatch(text):
        day, name, year, name_first, second, year_last = match.groups()
        month = _month(name or name_first, months or MONTHS)
        return month and _day(year or year_last, month, day or second)
    return None


def _day(year, month, day):
    year = int(year)
    try:
        return date(year + 2000 if year < 100 else year, int(month), int(day))
    except ValueError:
        return None


def _month(name, months):
    """The number of the one month whose name begins so, or None."""
    name = name.lower()
    found = {number for full, number in months.items() if full.startswith(name)}
    return found.pop() if len(found) == 1 else None


def parse_lines(text, decimal_point=".", day_first=None, months=None):
    """The lines of a pasted ``text``; empty ones and a header line are left out.

    The other arguments are those of :class:`Notation`.
    """
    notation = Notation(decimal_point, day_first, months or MONTHS)
    columns = None
    result = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.translate(_INVISIBLE).rstrip("\r\n").strip(_SPACES)
        if not line.strip("\t ;,"):
            continue
        if len(line) > MAX_LINE:
            result.append(PastedLine(number, line.strip(), (), True))
            continue
        cells = _cells(line)
        if len(cells) > MAX_CELLS:
            result.append(PastedLine(number, line.strip(), (), True))
            continue
        if not result and columns is None and cells:
            columns = _header(cells)
            if columns:
                continue
        readings = []
        if cells:
            readings += _read_cells(cells, columns, notation)
        if not columns:
            readings += _read_sentence(line.replace("\t", " "), notation)
        unique = tuple(dict.fromkeys(readings))
        result.append(PastedLine(number, line.strip(), unique))
    return result


def _cells(line):
    for separator in ("\t", ";", "|"):
        if separator in line:
            return [cell.strip().strip('"').strip() for cell in line.split(separator)]
    if re.search(r"\S,\s*\S", line):
        # beside commas with a space, one between digits is part of a number
        comma = r",(?!\d)|(?<!\d)," if re.search(r",\s", line) else ","
        cells = [cell.strip().strip('"').strip() for cell in re.split(comma, line)]
        if len(cells) == 2 or all(cells):
            return cells
    return []


def _header(cells):
    """{kind: columns} of a header, or None: a product may be called "Item" too."""
    columns = {}
    for index, cell in enumerate(cells):
        for kind, names in HEADERS.items():
            if cell.lower().rstrip(":.") in names:
                columns.setdefault(kind, []).append(index)
    if "product" not in columns:
        return None
    others = [cell for at, cell in enumerate(cells) if at not in columns["product"]]
    titles = all(
        not any(map(str.isnumeric, cell)) and cell.lower() not in NUMBER_WORDS
        for cell in others
    )
    return columns if len(columns) > 1 or (titles and any(others)) else None


def _amounts(cells, notation):
    """{cell: (number, unit)} of the cells that are a number, and perhaps a unit."""
    amounts = {}
    for index, cell in enumerate(cells):
        match = _AMOUNT.match(cell)
        if match:
            number = parse_number(match.group(1), notation.decimal_point)
            unit = (match.group(2) or "").strip()
            if number is not None:
                amounts[index] = number, "" if unit in ("x", "X", "×", "*") else unit
    return amounts


def _digits(cell):
    """How many digits a cell has that is nothing else, 0 for others."""
    return len(cell) if cell.isdecimal() else 0


def _read_cells(cells, columns, notation):
    amounts = _amounts(cells, notation)
    days = {
        index: day
        for index, cell in enumerate(cells)
        if (day := parse_date(cell, notation.day_first, notation.months))
    }
    for index in list(days):
        if _PLAIN_DATE.fullmatch(cells[index]) and not columns:
            # a date or a barcode: a date only beside a product
            continue
        amounts.pop(index, None)
    if columns:
        return _read_columns(cells, columns, amounts, days)
    # A long number is more likely a code or a barcode than a quantity, a short one is
    # a code only where nothing else can be.
    numbers = [index for index, (__, unit) in amounts.items() if not unit]
    codes = [index for index in numbers if _digits(cells[index]) >= CODE_DIGITS]
    words = [
        index
        for index, cell in enumerate(cells)
        if cell and index not in amounts and index not in days
    ]
    # "12V" is a code as well as a number with a unit
    words += [index for index in amounts if index not in numbers]
    return [
        _read_row(index, cells, amounts, days, notation)
        for index in codes + words or list(amounts)
    ]


def _read_row(index, cells, amounts, days, notation):
    """The reading of a row without a header whose product is in a cell."""
    dates = [at for at in days if at != index]
    able = [
        at
        for at in amounts
        if at != index
        and at not in dates
        and _digits(cells[at]) < BARCODE_DIGITS
        and amounts[at][0] <= MAX_QUANTITY
    ]
    short = [at for at in able if _digits(cells[at]) < CODE_DIGITS] or able
    after = [at for at in short if at > index] or short
    chosen = after[0] if after else None
    others = [
        at
        for at, cell in enumerate(cells)
        if cell and at not in (index, chosen) and at not in dates
    ]
    unread_date = ""
    if not dates:
        unread_date = next(
            (cells[at] for at in others if _is_like_date(cells[at], notation)), ""
        )
    quantity, unit, unread = 1.0, "", ""
    unclear = [
        at
        for at in others
        if cells[at].lower() in NUMBER_WORDS
        # before the number that was found stands another that is none
        or (
            chosen is not None
            and index < at < chosen
            and at not in amounts
            and _LIKE_NUMBER.match(cells[at])
            and not _YEAR.search(cells[at])
        )
    ]
    if unclear:
        quantity, unread = None, cells[unclear[0]]
    elif chosen is not None:
        quantity, unit = amounts[chosen]
    else:
        # "12.5." may be a day, and a quantity as well
        dated = unread_date if _YEAR.search(unread_date) else ""
        unread = ", ".join(cells[at] for at in others if cells[at] != dated)
        quantity, unread_date = (None, dated) if unread else (1.0, unread_date)
    return Reading(
        cells[index],
        quantity,
        days[dates[0]] if dates else None,
        unit,
        unread,
        unread_date,
        tuple(cells[at] for at in others),
    )


def _is_like_date(cell, notation):
    """Whether a cell says a day, in whichever way."""
    if _LIKE_DATE.fullmatch(cell):
        return True
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", cell.lower())
    if any(word in DAY_WORDS for word in words):
        return True
    return any(map(str.isdigit, cell)) and any(
        len(word) > 2 and _month(word, notation.months) for word in words
    )


def _read_columns(cells, columns, amounts, days):
    """The readings of a row below a header that says which cell is what."""

    def of(kind):
        return [at for at in columns.get(kind, ()) if at < len(cells) and cells[at]]

    quantity, unit, unread = (0.0 if "quantity" in columns else 1.0), "", ""
    for at in of("quantity"):
        quantity, unit, unread = None, "", cells[at]
        if (
            at in amounts
            and amounts[at][0] <= MAX_QUANTITY
            and _digits(cells[at]) < BARCODE_DIGITS
        ):
            quantity, unit = amounts[at]
            unread = ""
            break
    requested, unread_date = None, ""
    for at in of("date"):
        requested = days.get(at)
        unread_date = "" if requested else cells[at]
        if requested:
            break
    if "date" not in columns:
        free = [at for at in days if at not in of("product") + of("quantity")]
        requested = next((days[at] for at in free), None)
    names = [cells[at] for at in of("product")]
    return [
        Reading(
            name,
            quantity,
            requested,
            unit,
            unread,
            unread_date,
            tuple(other for other in names if other != name),
        )
        for name in names
    ]


def _read_sentence(line, notation):
    line = " ".join(line.split())
    readings = []
    texts = list(dict.fromkeys([line, _BULLET.sub("", line)]))
    for text in texts:
        for pattern, quantity_first in (
            (_QUANTITY_FIRST, True),
            (_QUANTITY_LAST, False),
        ):
            readings += _match(pattern, text, quantity_first, notation)
        readings.append(Reading(text, 1.0))
        for pattern, quantity_first in (
            (_NUMBER_FIRST, True),
            (_NUMBER_LAST, False),
        ):
            readings += _match(pattern, text, quantity_first, notation)
        for pattern, quantity_first in (
            (_GROUPED_FIRST, True),
            (_GROUPED_LAST, False),
        ):
            readings += [
                reading._replace(quantity=None, unread_quantity=text)
                for reading in _match(pattern, text, quantity_first, notation)
            ]
    return readings


def _match(pattern, text, quantity_first, notation):
    match = pattern.match(text)
    if not match:
        return []
    first, second = [group for group in match.groups() if group]
    product, amount = (second, first) if quantity_first else (first, second)
    product = product.strip(" :,;-").strip() or product
    quantity = parse_number(amount, notation.decimal_point)
    barcode = _digits(amount) >= BARCODE_DIGITS
    if quantity is None or quantity > MAX_QUANTITY or barcode:
        return [Reading(product, None, unread_quantity=amount)]
    pieces = re.search(rf"{re.escape(amount)}\s*({_PIECES})(?!\w)", text, re.I)
    return [Reading(product, quantity, unit=pieces.group(1) if pieces else "")]
