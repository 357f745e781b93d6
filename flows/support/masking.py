"""Log records as data: secrets and mail addresses masked, no forged lines, whichever library emits them."""

import logging
import re
from typing import Final

from domain.texts import escaped

MASK: Final = "***"
_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@'\"]+(?::[^\s@'\"]*)?@", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_ASSIGNED = re.compile(
    r"(?P<name>\b(?:password|passwd|pwd|token|secret|auth(?:orization)?)\b\s*[=:]\s*)[^\s,;'\"]+", re.IGNORECASE
)


def masked(text: str) -> str:
    """Return the text without credentials in URLs, values of passwords and tokens, and mail addresses."""
    text = _CREDENTIALS.sub(rf"\g<scheme>{MASK}@", text)
    text = _ASSIGNED.sub(rf"\g<name>{MASK}", text)
    return _ADDRESS.sub(MASK, text)


def log_line(text: str) -> str:
    r"""Return a text masked and on one line: line feeds and other acting characters are written as `\n`, `\u202e`."""
    return escaped(masked(text).replace("\n", "\\n"))


class Masking(logging.Filter):
    """Masks a record before a handler writes it, and keeps it within its line: message, traceback and extra fields."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, masked; a traceback keeps its lines."""
        message = record.getMessage()
        line = log_line(message)
        if line != message:
            record.msg, record.args = line, ()
        if record.exc_info and record.exc_text is None:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = escaped(masked(record.exc_text))
            record.exc_info = None
        for name, value in record.__dict__.items():
            if isinstance(value, str) and name not in {"msg", "exc_text", "pathname", "filename", "name"}:
                record.__dict__[name] = log_line(value)
        return True


def mask_handlers(*loggers: str) -> None:
    """Add the filter to the handlers of these loggers; idempotent."""
    for name in loggers:
        for handler in logging.getLogger(name).handlers:
            if not any(isinstance(present, Masking) for present in handler.filters):
                handler.addFilter(Masking())
