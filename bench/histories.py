# Copyright 2026 Promise Desk contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Reading a history from a CSV file; what is wrong is said with its line."""

import csv
from datetime import date


class InputError(Exception):
    """Something about the input that its user can put right."""


def read_rows(path, columns, read_row):
    """The rows of a file whose first line names its columns.

    :param columns: those that it must have
    :param read_row: callable(row, where) -> what a row stands for; ``where`` names the
        line in what is said of it
    :raises InputError: naming the file, and the line
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as stream:
            return _read_rows(stream, path, columns, read_row)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a UTF-8 text ({error.reason})") from error
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file ({error})") from error


def _read_rows(stream, path, columns, read_row):
    reader = csv.DictReader(stream)
    if not reader.fieldnames:
        raise InputError(f"{path}: the file is empty")
    missing = [column for column in columns if column not in reader.fieldnames]
    if missing:
        raise InputError(f"{path}, line 1: missing columns: {', '.join(missing)}")
    rows = []
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        if None in row or None in row.values():
            raise InputError(
                f"{where}: a row has {len(reader.fieldnames)} columns, as the first"
                " line; this one has not"
            )
        rows.append(read_row(row, where))
    if not rows:
        raise InputError(f"{path}: no rows below the first line")
    return rows


def read_date(text, where):
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"{where}: {text!r} is no date like 2012-12-31") from error


def date_of(row, column, where):
    """The date of a column of a row, which must be there."""
    return read_date(row[column], f"{where}, {column}")


def date_or_none(row, column, where):
    """The same; None where the cell is empty: it has not happened yet."""
    return date_of(row, column, where) if row[column].strip() else None


def customer_of(row, where):
    customer = row["customer"].strip()
    if not customer:
        raise InputError(f"{where}, customer: it is empty")
    return customer


def was_disputed(row, where):
    disputed = row["disputed"].strip()
    if disputed not in ("", "0", "1"):
        raise InputError(f"{where}, disputed: {disputed!r} is not 0, 1 or empty")
    return disputed == "1"
