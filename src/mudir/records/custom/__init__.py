"""Fields without code: an administrator makes them, and they are everywhere that the built-in ones are.

Their ids begin with `custom.`; their values live in `Record.custom` and are written by the record's own services.
"""

from mudir.records.custom.known import fields_of, forget_known, fresh, layout_of
from mudir.records.custom.values import asked_on_the_way, missing_at, named, take_custom, told_of_doubles

__all__ = ["asked_on_the_way", "fields_of", "forget_known", "fresh", "layout_of", "missing_at", "named", "take_custom",
           "told_of_doubles"]
