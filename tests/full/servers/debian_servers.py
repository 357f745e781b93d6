"""Servers of Debian's own packages: Dovecot for a mailbox, Samba for a share."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trustme

from domain.catalog.sources import Source
from tests.connectors.mail_server import PASSWORD, USER, MailServer, mailbox_at
from tests.connectors.source_servers import FolderServer
from tests.flows.deployments.prefect_server import free_port

_DOVECOT = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail
}}
namespace inbox {{
  inbox = yes
}}
"""
_SAMBA = """
[global]
  smb ports = {port}
  interfaces = 127.0.0.1
  bind interfaces only = yes
  private dir = {folder}/private
  lock directory = {folder}/lock
  state directory = {folder}/state
  cache directory = {folder}/cache
  pid directory = {folder}/pid
  ncalrpc dir = {folder}/ncalrpc
  log file = {folder}/log
  map to guest = Bad User
  guest account = {user}
  disable spoolss = yes
  load printers = no
[nhan]
  path = {folder}/share
  guest ok = yes
  read only = no
"""


def _program(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    assert path, f"make setup-full installs {name}"
    return path


@contextmanager
def _running(*command: str, port: int) -> Iterator[None]:
    """Run a server in a process group of its own until the block ends, from when it listens on a port."""
    nothing = subprocess.DEVNULL  # smbd ends when its input does
    server = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    try:
        for _ in range(200):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise AssertionError(f"{command[0]} does not listen")
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


@contextmanager
def dovecot_server(home: Path) -> Iterator[MailServer]:
    """A mailbox of Dovecot; the authority of its certificate is `ca.pem` in the home.

    Dovecot gives no mailbox to root: in tests run by root another account owns it, which has to reach its folder.
    """
    authority, port = trustme.CA(), free_port()
    authority.cert_pem.write_to_path(str(home / "ca.pem"))
    certificate = authority.issue_cert("127.0.0.1")
    account = pwd.getpwuid(os.getuid() or pwd.getpwnam("nobody").pw_uid)
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "mail").mkdir()
        os.chown(folder / "mail", account.pw_uid, account.pw_gid)
        certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
        certificate.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", "utf-8")
        group = grp.getgrgid(account.pw_gid).gr_name
        settings = _DOVECOT.format(folder=folder, port=port, user=account.pw_name, group=group)
        (folder / "dovecot.conf").write_text(settings, "utf-8")
        with (
            _running(_program("dovecot"), "-F", "-c", str(folder / "dovecot.conf"), port=port),
            mailbox_at(port, home / "ca.pem") as server,
        ):
            yield server


@dataclass
class SambaServer(FolderServer):
    """A share of Samba: files come over SMB, and are read where the server keeps them."""

    configuration: Path = Path()
    port: int = 0

    def put(self, path: str, data: bytes, at: datetime) -> None:
        """Deliver a file by a client of SMB, as if then."""
        folder, _, name = path.rpartition("/")
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            steps = [f'mkdir "{folder}"'] if folder and not (self.root / folder).is_dir() else []
            steps += [f'cd "{folder}"'] if folder else []
            steps += [f'put "{file.name}" "{name}"', f'utimes "{name}" -1 -1 {at.astimezone():%Y:%m:%d-%H:%M:%S} -1']
            self.client("; ".join(steps))

    def client(self, commands: str) -> str:
        """Return what a client of SMB prints when it carries out commands on the share."""
        program = (_program("smbclient"), "-s", str(self.configuration), "-p", str(self.port), "-N")
        done = subprocess.run([*program, "//127.0.0.1/nhan", "-c", commands], check=True, capture_output=True)
        return done.stdout.decode()


@contextmanager
def samba_server(home: Path) -> Iterator[SambaServer]:
    """A share of Samba, which guests may write to."""
    folder, port = home / "samba", free_port()
    for name in ("share", "private", "lock", "state", "cache", "pid", "ncalrpc"):
        (folder / name).mkdir(parents=True)
    settings = _SAMBA.format(folder=folder, port=port, user=pwd.getpwuid(os.getuid()).pw_name)
    (folder / "smb.conf").write_text(settings, "utf-8")
    entry = Source("share", "folder", str(folder / "share"))
    with _running(_program("smbd"), "-F", "--no-process-group", "-s", str(folder / "smb.conf"), port=port):
        yield SambaServer(folder / "share", entry, configuration=folder / "smb.conf", port=port)
