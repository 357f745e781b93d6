"""Settings of the running service: server, schedule, notices, retention."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import NoDecode

from connectors.replies.smtp import MailAccount, SmtpServer


class ServiceSettings(BaseModel):
    """Settings of `tonghop up` and the flows it schedules; part of `flows.support.settings.Settings`.

    Secrets come from the environment or from files (`TONGHOP_SECRETS`); they are never a flow's parameters, which
    Prefect shows in clear.
    """

    server_host: str = "127.0.0.1"
    """Address that Prefect's server listens on."""
    server_port: int = Field(default=4200, ge=1, le=65535)
    """Port of Prefect's server and UI."""
    server_auth: SecretStr | None = None
    """`name:password` that the server requires; None: a random one of the home's own."""
    server_url: str = ""
    """Address under which browsers reach the server, behind a proxy for instance; empty: host and port."""
    pages_port: int = Field(default=8080, ge=1, le=65535)
    """Port of the published pages, on the server's address."""
    office_port: int = Field(default=8081, ge=1, le=65535)
    """Port of the officer's desk."""
    upload_port: int = Field(default=8082, ge=1, le=65535)
    """Port of the page where communes upload their reports, on the server's address."""
    nightly_cron: str = "0 1 * * *"
    """Cron expression of the nightly run, in Vietnam's time."""
    watch_minutes: int = Field(default=5, ge=1, le=59)
    """Interval in minutes at which the daytime flow collects files and starts reruns for corrections."""
    mail_host: str = ""
    """SMTP server for notices; empty: none are sent by mail."""
    mail_port: int | None = Field(default=None, ge=1, le=65535)
    """Its port; None: 587 with starttls, 465 with tls, 25 without."""
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is secured. Without security no password is ever sent."""
    mail_user: str = ""
    """Name to log in with; empty: no log-in."""
    mail_password: SecretStr | None = None
    """The password for it."""
    mail_from: str = ""
    """Sender of notices; empty: `mail_user`."""
    mail_to: Annotated[tuple[str, ...], NoDecode] = ()
    """Recipients of notices, separated by `,`."""
    webhook_url: SecretStr | None = None
    """Address that gets notices as JSON (it often holds a token, so it is a secret); None: none."""
    keep_runs_days: int = Field(default=90, ge=1)
    """After so many days Prefect's records of a run go; what the warehouse keeps of it stays."""
    keep_staging_days: int = Field(default=2, ge=1)
    """Days after which staging rows of a killed run are removed."""
    keep_quality_days: int = Field(default=400, ge=1)
    """After so many days quality pages go; they can be made again from the warehouse."""

    @property
    def mail_account(self) -> MailAccount | None:
        """The server and the address that mail goes out by; None: there is no server."""
        if not self.mail_host:
            return None
        password = self.mail_password.get_secret_value() if self.mail_password else ""
        server = SmtpServer(self.mail_host, self.mail_port, self.mail_security, self.mail_user, password)
        return MailAccount(server, self.mail_from or self.mail_user)

    @property
    def sends_mail(self) -> bool:
        """Whether notices go out by mail."""
        return bool(self.mail_host and self.mail_to)

    @property
    def listens_to_others(self) -> bool:
        """Whether the server can be reached from other machines."""
        return self.server_host not in {"127.0.0.1", "localhost", "::1"}

    @property
    def address(self) -> str:
        """Where a browser on this machine opens Prefect's UI; on others, `server_url`."""
        return self.address_of(self.server_port)

    @property
    def origin(self) -> str:
        """The origin of Prefect's UI for browsers: of `server_url`, else of `address`."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.server_url or self.address))

    def address_of(self, port: int) -> str:
        """Where a browser on this machine finds what listens on a port."""
        host = "127.0.0.1" if self.server_host in {"0.0.0.0", "::", ""} else self.server_host  # noqa: S104 # compared only
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
