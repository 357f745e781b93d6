"""Settings of the officer's desk: log-in through a provider of identities, how long people's data are kept."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class DeskSettings(BaseModel):
    """Settings of the desk; part of `flows.support.settings.Settings`."""

    oidc_issuer: str = ""
    """Provider of identities (OpenID Connect), by its issuer: https://login.example.vn/realms/so; empty: none."""
    oidc_client_id: str = Field(default="", validate_default=True)
    """Name under which the provider knows the desk."""
    oidc_client_secret: SecretStr | None = None
    """Secret of the desk at the provider; None: it is a public client, proved by PKCE alone."""
    oidc_claim: str = "sub"
    """Claim of the provider that identifies a person: `sub`, or another that the provider never gives to two people."""
    oidc_scope: str = "openid"
    """What the desk asks the provider for; other claims than `sub` may need more, as `openid profile`."""
    oidc_label: str = ""
    """What people call the provider, on the button of log-in; empty: the host of the issuer."""

    quality_public: bool = False
    """Whether the published site shows the quality of reporting of each area, as the desk does."""

    keep_users_days: int = Field(default=730, ge=1)
    """So many days after a user was disabled, full name, password and identity go; the log-in name stays."""
    keep_contacts_days: int = Field(default=365, ge=1)
    """So many days after a contact ended it goes, as do addresses of ways that were removed and of reminders."""

    @field_validator("oidc_issuer")
    @classmethod
    def _secure(cls, value: str) -> str:
        parts = urlsplit(value)
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if value and not (is_secure and parts.hostname and not parts.query and not parts.fragment):
            raise ValueError("it has to be an address with https://, as the provider names itself")
        return value

    @field_validator("oidc_client_id")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError("name the client under which the provider knows the desk")
        return value

    @field_validator("oidc_scope")
    @classmethod
    def _asks_for_identity(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("openid has to be in it")
        return value

    @property
    def provider_name(self) -> str:
        """What people call the provider; "" where there is none."""
        return self.oidc_label or urlsplit(self.oidc_issuer).hostname or ""
