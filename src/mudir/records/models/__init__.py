from mudir.records.models.event import Event
from mudir.records.models.record import Record
from mudir.records.models.search import NameToken, SearchEntry, TokenKey
from mudir.records.models.share import Share

__all__ = ["Event", "NameToken", "Record", "SearchEntry", "Share", "TokenKey"]
