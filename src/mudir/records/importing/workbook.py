"""Read the first sheet of a workbook into a CSV file, in a process of its own: a made-up workbook can kill it.

Run by path, so that nothing of Mudir is loaded. Prints one JSON object: `sheet`, or `problem` (a code).
"""

import csv
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MEMORY = 2 << 30
SECONDS = 120
LARGEST = 600 << 20  # bytes that an archive may unpack to
MOST_COLUMNS = 500
MOST_ROWS = 1_000_000


def main(source: str, target: str) -> dict[str, str]:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST:
                return {"problem": "bomb"}
    try:
        book = CalamineWorkbook.from_path(source)
    except PasswordError:
        return {"problem": "password"}
    except CalamineError:
        return {"problem": "workbook"}
    for meta in book.sheets_metadata:
        if meta.visible is not SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.height == 0:
            continue
        if sheet.width > MOST_COLUMNS:
            return {"problem": "columns"}
        if sheet.height > MOST_ROWS:
            return {"problem": "rows"}
        with open(target, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for row in sheet.iter_rows():
                writer.writerow([plain(value) for value in row])
        return {"sheet": meta.name}
    return {"problem": "empty"}


def plain(value: object) -> str:
    """A cell as a person would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
