"""Stops keeping an upload as soon as it is larger than any contact file may be."""

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from campaigns.audience.file_reading.limits import MAX_BYTES


class UploadLimit(FileUploadHandler):
    """Put it before Django's own handlers: what comes beyond the limit is read from the wire and thrown away."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.is_exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """The chunk, for the next handler. Raises SkipFile beyond the limit."""
        if start + len(raw_data) > MAX_BYTES:
            self.is_exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""
