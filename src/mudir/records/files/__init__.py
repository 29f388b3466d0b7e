"""Files of records: taking them in, showing them safely, throwing away what nothing refers to."""

from mudir.records.files.kinds import name_of
from mudir.records.files.reading import files_of, removed_of, text_of
from mudir.records.files.storing import throw_away_unused
from mudir.records.files.writing import add_file, put_back_file, remove_file, rename_file, take_back

__all__ = [
    "add_file", "files_of", "name_of", "put_back_file", "remove_file", "removed_of", "rename_file", "take_back",
    "text_of", "throw_away_unused",
]
