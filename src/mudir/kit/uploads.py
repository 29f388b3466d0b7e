"""How much of an upload is written down while it arrives."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class Bounded(FileUploadHandler):
    """Stands before the handlers that write a file down, so that no upload fills the disk.

    A file that is too large arrives cut off behind `UPLOAD_LARGEST` bytes: whoever takes it sees that it is too large
    and says so. Files that fill more than `UPLOAD_TOTAL` together are refused as a whole.
    """

    def __init__(self, *given: Any, **named: Any):
        super().__init__(*given, **named)
        self.total = 0

    def new_file(self, *given: Any, **named: Any) -> None:
        super().new_file(*given, **named)
        self.taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.taken > settings.UPLOAD_LARGEST:
            return None
        self.taken += len(raw_data)
        self.total += len(raw_data)
        if self.total > settings.UPLOAD_TOTAL:
            raise RequestDataTooBig(f"More than {settings.UPLOAD_TOTAL} bytes of files in one request.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
