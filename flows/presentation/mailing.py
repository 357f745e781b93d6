"""Send mails one by one: what the server refuses is named, and one that does not answer is tried no further."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.replies.smtp import MailNotSentError, MailRefusedError
from domain.errors import UsageError


@dataclass
class Mailing:
    """How many mails were sent, why others were not, and whether the server stopped answering."""

    sent: int = 0
    failed: list[str] = field(default_factory=list)
    is_silent: bool = False

    def send(self, recipient: str, send: Callable[[], None]) -> None:
        """Send a mail to the recipient of that name, unless an earlier one would have waited for the same server."""
        if self.is_silent:
            return
        try:
            send()
        except (MailRefusedError, UsageError) as error:
            self.failed.append(f"{recipient}: {error.reason if isinstance(error, MailRefusedError) else error}")
        except MailNotSentError as error:
            self.failed.append(str(error))
            self.is_silent = True
        else:
            self.sent += 1
