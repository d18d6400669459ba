"""Where the numbers are in what people write into a field for them.

Plain Python, no database and no numbering plans: a text goes in, *pieces* come out,
stretches that may be a number, with what stands between them. Which pieces are numbers,
and whether a piece holds several, is for :mod:`phone_number` to say.
"""

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

#: longer texts are notes; what stands behind is not read
MAX_TEXT = 500
#: of a text that was not understood, what the directory shows
MAX_SHOWN = 120
#: between the two ends of a range, in place of the words that people write there
RANGE = "\x1e"

ANONYMOUS_WORDS = frozenset(
    """
    anonymous anonym anonyme anonimo anonimous unknown unbekannt inconnu restricted
    private privat prive withheld unavailable blocked none null nonumber
    numberwithheld privatenumber withheldnumber unknownnumber unknowncaller
    unterdrueckt unterdrückt masque masqué asserted-unknown anonymous.invalid
    notavailable coverageunavailable payphone
    """.split()
)
# what one large provider sends for a withheld number: the word on a keypad
ANONYMOUS_KEYPAD = frozenset(
    ["266696687", "7378742833", "2562533", "8566696", "86282452253"]
)

# Words before an extension: libphonenumber's, and those of other languages. Their
# accents are gone as in the text (see `normalize`).
EXTENSION_WORDS = """
    e?xt(?:ensi[oó])?n? extensi[oó]n extension anexo int intern interno interne interior
    app apparat poste? ramal toestel tst wew wewn wewnetrzny wewnętrzny linka klapka
    mellek mellék доб добавочный вн внутренний дод додатковий вътр anknytning ankn lokal
    lokalnummer internnr alanumero alanro dahili dah εσωτ εσωτερικο εσωτερικό kućni
    vidinis sisetel sambungan máy\\s*lẻ
    内線 内线 分机 分機 轉 转 내선 구내 تحويلة שלוחה ต่อ ตอ
""".split()
# in countries where a direct dial is part of the number, these say what it is
DIRECT_DIAL_WORDS = "dw durchwahl nst nebenstelle klappe kl".split()
RANGE_WORDS = "bis to thru through until till tot jusqu'a à al a do по до".split()
# "to 17 h" is no end of a range
HOUR_WORDS = "uhr h hrs heures horas ore uur godz am pm a\\.m p\\.m час ч".split()
AND_WORDS = "or oder ou and und et og och en o y e i u bzw и или та".split()


def _words(words):
    return "|".join(sorted(words, key=len, reverse=True))


# one number and nothing else, as most are sent and stored
_PLAIN = re.compile(r"\+?[\d ()-]*\d[\d ()-]*", re.ASCII)
_SCHEME = re.compile(r"^(?:sips?|tel|callto|phone|xmpp)\s*:\s*(?://)?", re.IGNORECASE)
_ANGLE = re.compile(r"<([^<>]*)>")
_NOT_DIGIT = re.compile(r"\D")
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+|\S*[^\W\d_]\S*@\S+", re.I)
_TIME = re.compile(r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])")
_DATE = re.compile(
    r"(?<![\d.\-/+])(?:\d{1,2}\.\s?\d{1,2}\.\s?(?:19|20)\d{2}|(?:19|20)\d{2}-[01]\d-[0-3]\d)"
    r"(?![\d.\-/])"
)
_SERVICE_CODE = re.compile(r"(?<![\d*#])[*#]\d{2,3}[*#](?=\s*[+(\d])")
_DIRECT_DIAL = re.compile(
    rf"(?<=\d)\s*[-/,(]?\s*(?<![^\W\d_])(?:{_words(DIRECT_DIAL_WORDS)})(?![^\W\d_])"
    r"\s*[.:]*\s*-?\s*(?=\d{1,6}(?!\d))",
    re.I,
)
_RANGE = re.compile(
    rf"(?<=\d)\s*(?:(?<![^\W\d_])(?:{_words(RANGE_WORDS)})(?![^\W\d_])|\.\.\.+)\s*"
    rf"(?=-?\s*\d{{1,4}}(?!\s*[-/]?\s*\d)(?!\s*(?:{_words(HOUR_WORDS)})(?![^\W\d_])))",
    re.I,
)
# an extension is all that is left of its number: more digits make it another number
_NO_MORE = r"(?!\s*[-/.(]?\s*\d)"
_EXTENSION = re.compile(
    r"(?<=[\d)\]])\s*[,;.\-/(\[]*\s*(?:"
    rf";ext=\d{{1,15}}|(?<![^\W\d_])(?:{_words(EXTENSION_WORDS)})(?![^\W\d_])"
    r"\s*[.:#=\-]*\s*\d{1,7}"
    r"|(?<![^\W\d_])[xхpр×~]\s*[.:]?\s*\d{1,5}|#\s*\d{1,6}|,,+\s*\d{1,7}"
    rf"|(?:(?<=[,;])|(?<=[,;\-])\s)\s*\d{{1,6}}(?=\s*#(?!\s*\d))){_NO_MORE}\s*[)\]#]*",
    re.I,
)
# in Hungarian the word stands behind
_EXTENSION_BEFORE = re.compile(
    r"(?<=[\d)])\s*[,;/(\s]\s*\d{1,5}(?:-?[eaoö]s)?\s*mell[eé]k\w*\.?\)?", re.I
)
_BREAK = re.compile(
    r"(?P<comma>\s*,\s*)"
    r"|(?P<list>\s*[;|\n\r\t•&]\s*|\s-{2,}\s"
    rf"|(?<=[\d)])\s*(?<![^\W\d_])(?:{_words(AND_WORDS)})(?![^\W\d_])\.?\s*(?=[+(\d-])"
    r"|(?<=[\d.:)\]/-])\s*(?=\+\s*[1-9]))"
    r"|(?P<word>[^\W\d_][^\W\d]*[.:]*)"
)
VANITY = re.compile(
    r"(?P<digits>\+?[\d\s().-]*\d[\s().-]*)(?P<letters>[A-Za-z][A-Za-z\s-]{1,}[A-Za-z])$"
)


class Piece(NamedTuple):
    """A stretch of text that may be a number."""

    before: str  # what parts it from the piece before: "", "comma", "list", "word"
    text: str


def digits(text):
    """The ASCII digits of a text."""
    return _NOT_DIGIT.sub("", text)


def normalize(text):
    """Plain characters: no direction marks, wide or foreign digits, odd spaces."""
    text = text[: 4 * MAX_TEXT]
    if text.isascii():
        return text.strip()[:MAX_TEXT]
    out = []
    for char in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(char)
        if category == "Nd":
            out.append(str(unicodedata.digit(char)))
        elif category in ("Cf", "Mn"):
            continue
        elif category == "Zs":
            out.append(" ")
        elif category == "Pd":
            out.append("-")
        else:
            out.append(char)
    return "".join(out).strip()[:MAX_TEXT]


def unwrap(text):
    """The number inside a SIP address, a tel link or a display name."""
    if "%" in text:
        text = unquote(text)
    if match := _ANGLE.search(text):
        # a name before the brackets is not part of the number
        text = match.group(1)
    text = text.strip(" \"'")
    if match := _SCHEME.match(text):
        text = text[match.end() :]
        text, *parameters = re.split(r";(?!ext=)", text, flags=re.I)
        for parameter in parameters:
            name, _sep, value = parameter.partition("=")
            if name.strip().lower() == "phone-context" and value.startswith("+"):
                text = value + digits(text).lstrip("0")
    if "@" in text:
        text = text.split("@", 1)[0].split(";", 1)[0]
    return text.strip()


def is_anonymous(text):
    """Whether the text stands for a withheld or unknown number."""
    if _PLAIN.fullmatch(text):
        return text.startswith("+") and digits(text) in ANONYMOUS_KEYPAD
    text = unwrap(normalize(text))
    if not text:
        return False
    word = re.sub(r"[\s._-]", "", text).lower()
    return (
        word in ANONYMOUS_WORDS
        or text.lower() in ANONYMOUS_WORDS
        or (text.startswith("+") and digits(text) in ANONYMOUS_KEYPAD)
        or not re.sub(r"[-\s.*?]", "", text)
    )


def pieces(text):
    """The stretches of a text that may be numbers, in order.

    A word that is dialled ("1-800-FLOWERS") is no stretch of digits: see
    :data:`VANITY`.

    :param str text: what stands in a field or came from a provider
    :return: a list of :class:`Piece`, each with at least one digit
    """
    return cut(prepared(text))


def prepared(text):
    """A text without what is not of its numbers: extensions, hours, dates, addresses of
    other kinds; ranges have a mark of their own."""
    text = normalize(text)
    if _PLAIN.fullmatch(text):
        return text
    if _ANGLE.search(text) or _SCHEME.match(text) or ("@" in text and " " not in text):
        # of an address all is the number, or nothing: names can have digits
        text = _EXTENSION.sub("", unwrap(text))
        return text if not any(map(str.isalpha, text)) or VANITY.match(text) else ""
    if "%2" in text:
        text = unquote(text).strip()
    if "@" in text or "www." in text or "//" in text:
        text = _ADDRESS.sub(" | ", text)
    if "*" in text or "#" in text:
        text = _SERVICE_CODE.sub("", text)
    if ":" in text:
        text = _TIME.sub(" | ", text)
    text = _DATE.sub(" | ", text)
    if any(char.isalpha() or char in "#,;~×" for char in text) or ".." in text:
        text = _DIRECT_DIAL.sub("-", text)
        text = _EXTENSION_BEFORE.sub("", _EXTENSION.sub("", text))
        text = _RANGE.sub(RANGE, text)
    return text


def cut(text):
    """The pieces of a prepared text, as :func:`pieces` returns them."""
    if _PLAIN.fullmatch(text) and "--" not in text:
        return [Piece("", _trim(text))]
    found, start, before = [], 0, ""
    for match in _BREAK.finditer(text):
        kind = match.lastgroup
        piece = _trim(text[start : match.start()])
        if piece:
            found.append(Piece(before, piece))
            before = ""
        # a word parts more than a comma beside it does
        if before != "word":
            before = kind
        start = match.end()
    if piece := _trim(text[start:]):
        found.append(Piece(before, piece))
    return found


def _trim(text):
    """Without what is left over of words in brackets; empty without digits."""
    text = text.strip(" .,:;/-'\"").lstrip(")] ").rstrip("([ ")
    if text.count("(") < text.count(")"):
        text = text.rstrip(")")
    return text.strip(" .,:;/-'\"") if digits(text) else ""


def without_ending(text, count):
    """What stands before the last ``count`` digits of a text, and those digits."""
    position = len(text)
    while count and position:
        position -= 1
        count -= text[position].isdigit()
    return text[:position], digits(text[position:])
