"""Settings of a deployment, read from `TONGHOP_…` environment variables; nothing else reads the environment."""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import UsageError
from domain.texts import Lang
from flows.support.desk_settings import DeskSettings
from flows.support.private_files import private_folder
from flows.support.private_home import private_database
from flows.support.server_credential import home_credential
from flows.support.service_record import running
from flows.support.service_settings import ServiceSettings
from flows.support.slices.settings import SliceSettings
from flows.support.stores.settings import StoreSettings
from flows.support.unpack_limits import UnpackLimits
from workbooks.cells.guards import Limits

LOGGERS = ("flows", "web", "cli", "connectors", "workbooks")
"""Packages whose log records go to Prefect's server."""
_PREFIX = "TONGHOP_"
_AnyLimits = TypeVar("_AnyLimits", Limits, UnpackLimits)


class Settings(SliceSettings, StoreSettings, ServiceSettings, DeskSettings, BaseSettings):
    """Locations, batch sizes and limits; each field is also an environment variable: `TONGHOP_HOME` and so on."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True)

    home: Path = Path("var")
    """Folder of everything made at run time."""
    warehouse_url: str = ""
    """SQLAlchemy URL of the warehouse; empty: a SQLite file in the home."""
    catalog: Path | None = None
    """A deployment's own catalogue; None: the one shipped."""
    inbox: Annotated[tuple[str, ...], NoDecode] = ()
    """Folders where workbooks arrive, separated by `;`, beside the sources of `connectors`; empty: see there."""
    connectors: Path | None = None
    """File of sources; None: `connectors.yaml` in the home, or where there is none and no `inbox`, `inbox` there."""
    lang: Lang = "vi"
    """Language of what people read."""
    areas: Annotated[tuple[str, ...], NoDecode] = ()
    """Codes of the areas to publish, separated by `,`; empty: the unit above each commune that reported."""
    batch_size: int = Field(default=500, ge=1)
    """How many submissions are read, judged and loaded at once."""
    reading_workers: int | None = Field(default=None, ge=0)
    """How many processes read workbooks; None: one for each CPU; 0: the run itself, under the guards alone."""
    reading_memory_mb: int = Field(default=1024, ge=256)
    """Memory limit of such a process in MiB, on Linux."""
    reading_cpu_seconds: float = Field(default=20.0, gt=0)
    """CPU time limit in seconds for reading one workbook, on Linux."""
    virus_scanner: str = ""
    """ClamAV's daemon, `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`, scans files first; empty: none does."""
    reading_limits: Annotated[Limits, NoDecode] = Limits()
    """How large a workbook may be: other values than the guards' own, as `cells=400000,rows=10000`."""
    unpack_limits: Annotated[UnpackLimits, NoDecode] = UnpackLimits()
    """How much `verify` and `restore` unpack of an archive: other values than their own, as `files=900000`."""
    quality_nights: int = Field(default=30, ge=0)
    """How many nightly runs' pages of rule results are kept; 0: none are written."""
    quiet_seconds: int = Field(default=20, ge=0)
    """How long a file has to lie untouched before it is collected: it may still be copied."""
    known_files_at_once: int = Field(default=10, ge=0)
    """How many files of known bytes may arrive at once as deliveries; more are a restored share and change nothing."""
    wait_seconds: int = Field(default=600, ge=0)
    """How long a run waits for another one on the same warehouse to end before it gives up."""
    check_seconds: int = Field(default=20, ge=0)
    """How long a run examines its SQLite warehouse for damage before it begins; 0: not at all."""
    records_ahead_until: AwareDatetime | None = None
    """Records up to this moment were made while a clock stood ahead: runs accept them though they are in the future."""

    base_url: str = ""
    """Where browsers find the published pages (`tonghop serve`); empty: nothing links to them."""
    office_url: str = ""
    """Where browsers find quality pages and returned workbooks; empty: nothing links to them."""
    upload_url: str = ""
    """Where communes' browsers find the upload page; empty: on this machine, at `upload_port`."""
    office_auth: SecretStr | None = None
    """`name:password` for quality pages and returned workbooks; None: they are not served."""

    @field_validator("home")
    @classmethod
    def _whole_path(cls, home: Path) -> Path:
        # A worker may run in another folder than the command that set it up.
        return home.expanduser().absolute()

    @field_validator("inbox", mode="before")
    @classmethod
    def _split_inbox(cls, value: object) -> object:
        return _split(value, ";")

    @field_validator("office_auth", "server_auth")
    @classmethod
    def _name_and_word(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        name, mark, password = value.get_secret_value().partition(":")
        if not (name and mark and password):
            raise ValueError("it has to be a name and a password, with a colon between them")
        return value

    @field_validator("areas", "mail_to", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return _split(value, ",")

    @field_validator("reading_limits", mode="before")
    @classmethod
    def _read_limits(cls, value: object) -> object:
        return _limits(Limits, value) if isinstance(value, str | dict) else value

    @field_validator("unpack_limits", mode="before")
    @classmethod
    def _read_unpack_limits(cls, value: object) -> object:
        return _limits(UnpackLimits, value) if isinstance(value, str | dict) else value

    @property
    def database(self) -> str:
        """URL of the warehouse, whether set or not."""
        return self.warehouse_url or f"sqlite:///{self.home / 'warehouse.db'}"

    @property
    def files_read_at_once(self) -> int:
        """How many submissions a run reads at once: with an engine as many as keep many workers at work."""
        return self.batch_size if self.runner == "local" else max(self.batch_size, 100 * self.slice_files)

    @property
    def has_warehouse(self) -> bool:
        """Whether there is a warehouse: one that is set, or the home's own once something was kept in it."""
        return bool(self.warehouse_url) or (self.home / "warehouse.db").exists()

    def source_name(self, url: str) -> str:
        """Return the name of a place where workbooks arrive, as it is recorded and shown: without a password.

        Files are identified by source and path: the home's own inbox keeps its name when the home is moved.
        """
        if url == str(self.default_inbox):
            return "inbox"
        scheme, mark, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"

    @property
    def default_inbox(self) -> Path:
        """The inbox in the home."""
        return self.home / "inbox"

    @property
    def landing(self) -> Path:
        """Folder of every file ever received."""
        return self.home / "landing"

    @property
    def uploads(self) -> Path:
        """Folder of what communes sent by the upload page, until it is collected."""
        return self.home / "uploads"

    @property
    def published(self) -> Path:
        """Folder of published reports."""
        return self.home / "published"

    @property
    def logs(self) -> Path:
        """Folder of the log, a file for each day."""
        return self.home / "logs"

    @property
    def quality(self) -> Path:
        """Folder of quality pages: one for each submission and one for each nightly run."""
        return self.home / "quality"

    @property
    def outbox(self) -> Path:
        """Folder of what is returned to communes."""
        return self.home / "outbox"


def load_settings(**revisions: object) -> Settings:
    """Load the settings from the environment, overridden by these values.

    Raises:
        UsageError: a value cannot be used; the message names the variable and what is wrong with it.
    """
    try:
        known = {name: value for name, value in revisions.items() if value is not None}
        return Settings(**known, **_secrets())  # type: ignore[arg-type] # pydantic checks them
    except ValidationError as error:
        faults = "; ".join(
            f"{_PREFIX}{str(fault['loc'][0]).upper()}{_shown(fault)}: {fault['msg']}" for fault in error.errors()
        )
        raise UsageError(f"settings cannot be used: {faults}") from error


def patient(settings: Settings, wait: int | None) -> Settings:
    """Return the settings with another time to wait for a running run, in seconds; None: unchanged."""
    return settings if wait is None else settings.model_copy(update={"wait_seconds": wait})


def prepare_environment(settings: Settings) -> Settings:
    """Export the settings to the environment of this process and its children, with Prefect's state under the home.

    Call before importing Prefect, which reads its settings then. Prefect variables already set are not changed,
    except that server and clients get one credential: `server_auth`, else PREFECT_API_AUTH_STRING, else the home's own.

    Returns:
        The settings with that credential.
    """
    os.environ.update(_as_environment(settings))
    if not settings.home.exists():
        # An existing one is closed by `close_home`, which leaves a way to its inbox.
        private_folder(settings.home)
    # Prefect makes the last folder of its home only, and warns for ever where it cannot.
    private_folder(_prefect_home(settings))
    settings = settings.model_copy(update={"server_auth": _server_auth(settings)})
    os.environ.update(_authentication(settings))
    for name, value in _prefect_environment(settings).items():
        os.environ.setdefault(name, value)
    _close_database(Path(os.environ["PREFECT_HOME"]))
    return settings


def has_own_server() -> bool:
    """Whether a Prefect server is given (`PREFECT_API_URL`), so that no temporary one is started."""
    return bool(os.environ.get("PREFECT_API_URL"))


def api_url() -> str:
    """Return the API URL of the configured Prefect server.

    Raises:
        UsageError: none is configured.
    """
    result = os.environ.get("PREFECT_API_URL")
    if not result:
        raise UsageError(
            "no Prefect server runs on this home: start it with tonghop up, or say where it is, as "
            "PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    return result


def server_of(settings: Settings) -> tuple[str, SecretStr | None]:
    """Return API URL and credential of the Prefect server that is set, else of the one that runs on the home.

    Raises:
        UsageError: there is none.
    """
    service = running(settings.home)
    if service and not has_own_server():
        return service.api, _server_auth(settings)
    return api_url(), _server_auth(settings)


def child_environment(**more: str) -> dict[str, str]:
    """Return the environment for a child process: the current one with these variables."""
    return {**os.environ, **more}


def server_environment(settings: Settings) -> dict[str, str]:
    """Return the further environment of Prefect's server: address, retention."""
    return {
        "PREFECT_SERVER_API_HOST": settings.server_host,
        "PREFECT_SERVER_API_PORT": str(settings.server_port),
        # Browsers call the server under the address they have it from; else it would be port 4200 of their own machine.
        "PREFECT_UI_API_URL": "/api",
        # Prefect unpacks its UI before it serves it; where packages lie it may not write in production.
        "PREFECT_UI_STATIC_DIRECTORY": str(_prefect_home(settings) / "ui"),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.keep_runs_days * 24 * 3600),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.keep_runs_days}D",
        # How long a request waits for another one to write: on SQLite and a busy machine 10 s were too few.
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "NOTSET",
    }


def secrets_folder() -> Path | None:
    """Return the folder with a file for each secret, named as its variable: Docker's and systemd's way to pass them."""
    folder = os.environ.get(f"{_PREFIX}SECRETS") or os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


def environment_secret(name: str) -> str | None:
    """Return the secret of an environment variable, or of the file of its name in the folder of secrets."""
    if os.environ.get(name):
        return os.environ[name]
    folder = secrets_folder()
    file = folder / name if folder else None
    return file.read_text("utf-8").removesuffix("\n") if file is not None and file.is_file() else None


def _secrets() -> dict[str, str]:
    folder = secrets_folder()
    return {"_secrets_dir": str(folder)} if folder else {}


def _shown(fault: ErrorDetails) -> str:
    # Show the wrong value unless it is secret.
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    return "" if fault["loc"][0] in secret else f"={fault['input']}"


def _as_environment(settings: Settings) -> dict[str, str]:
    # Secrets stay where they came from: the environment, or files that every process of ours can read.
    secret = {name for name in Settings.model_fields if isinstance(getattr(settings, name), SecretStr)}
    result = settings.model_dump(mode="json", exclude=secret)
    return {_PREFIX + name.upper(): _as_text(value) for name, value in result.items()}


def _as_text(value: object) -> str:
    if value is None:
        return ""  # read back as not set, whatever was set before
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _prefect_home(settings: Settings) -> Path:
    return settings.home / "prefect"


def _close_database(folder: Path) -> None:
    # Prefect would create its database readable by all.
    if "PREFECT_SERVER_DATABASE_CONNECTION_URL" not in os.environ and folder.is_dir():
        private_database(folder / "prefect.db")


def _server_auth(settings: Settings) -> SecretStr:
    if settings.server_auth is not None:
        return settings.server_auth
    prefects_own = os.environ.get("PREFECT_API_AUTH_STRING")
    return SecretStr(prefects_own) if prefects_own else home_credential(settings.home)


def _authentication(settings: Settings) -> dict[str, str]:
    # A temporary server gets them too: it writes into the same database as the one whose runs a worker carries out.
    credential = settings.server_auth.get_secret_value() if settings.server_auth else ""
    return {
        "PREFECT_API_AUTH_STRING": credential,
        "PREFECT_SERVER_API_AUTH_STRING": credential,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    }


def _prefect_environment(settings: Settings) -> dict[str, str]:
    results = {"PREFECT_SERVER_CORS_ALLOWED_ORIGINS": settings.origin}
    if settings.server_url:
        results["PREFECT_UI_URL"] = settings.server_url.rstrip("/")
    if service := running(settings.home):
        results["PREFECT_API_URL"] = service.api  # what `tonghop up` started is used by every command
    return {
        **results,
        "PREFECT_HOME": str(_prefect_home(settings)),
        # The default of 20 s is missed on a busy machine; then the nightly run would not even start.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # A run whose process is gone is known by its silence: automations.yaml.
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        # People read the command's own words; the runs' logs go to the server in full.
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_LOGGING_EXTRA_LOGGERS": ",".join(LOGGERS),
    }


def _limits(kind: type[_AnyLimits], revisions: str | dict[str, object]) -> _AnyLimits:
    known = [each.name for each in fields(kind)]
    wanted = _pairs(revisions) if isinstance(revisions, str) else revisions
    for name, value in wanted.items():
        if name not in known:
            raise ValueError(f"there is no limit {name!r}; there are {', '.join(known)}")
        if not str(value).strip().isdecimal() or not int(str(value)):
            raise ValueError(f"{name} has to be a whole number above 0, not {value!r}")
    return kind(**{name: int(str(value)) for name, value in wanted.items()})


def _pairs(revisions: str) -> dict[str, object]:
    if revisions.lstrip().startswith("{"):
        return dict(json.loads(revisions))
    pairs = [part.partition("=") for part in revisions.split(",") if part.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _split(value: object, mark: str) -> object:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return tuple(part.strip() for part in value.split(mark) if part.strip())
