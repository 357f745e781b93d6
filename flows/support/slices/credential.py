"""The certificate by which scheduler, workers and runs of a home know each other, in a file of that home."""

from pathlib import Path
from typing import TYPE_CHECKING

from flows.support.private_files import private_folder, replace_private
from flows.support.service_record import folder_of

if TYPE_CHECKING:
    from distributed import Security


def certificate_file(home: Path) -> Path:
    """Return where the home keeps certificate and key, readable by its own account alone."""
    return folder_of(home) / "slices.pem"


def renew_certificate(home: Path) -> None:
    """Write another certificate, which is valid for a year; who holds the one before is known no more."""
    from distributed import Security  # noqa: PLC0415 # an extra, and slow to import

    made = Security.temporary()
    private_folder(folder_of(home))
    replace_private(certificate_file(home), made.tls_client_key + made.tls_client_cert)


def security_of(home: Path) -> "Security":
    """Return how to connect to the scheduler of a home."""
    from distributed import Security  # noqa: PLC0415 # an extra, and slow to import

    file = str(certificate_file(home))
    return Security(require_encryption=True, tls_ca_file=file, tls_client_cert=file, tls_client_key=file)


def options_of(home: Path) -> tuple[str, ...]:
    """Return the options of Dask's commands that name the certificate."""
    file = str(certificate_file(home))
    return "--tls-ca-file", file, "--tls-cert", file, "--tls-key", file
