"""The demo's certificate, made on the spot by an authority whose key is thrown away."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from demo.private import write_private

NAMES = ("localhost", "127.0.0.1", "::1", "*.example.test", "*.other.test")
LIFETIME = timedelta(days=90)
REMAINING = timedelta(days=1)  # a certificate with less than this left is replaced


@dataclass(frozen=True, slots=True)
class Certificate:
    """``server`` holds private key and chain, ``authority`` the certificate to trust; PEM."""

    server: Path
    authority: Path

    @property
    def spki(self) -> str:
        """Hash of the public key, as Chromium's ``--ignore-certificate-errors-spki-list``."""
        key = self._leaf().public_key()
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(der).digest()).decode()

    @property
    def is_fresh(self) -> bool:
        if not (self.server.exists() and self.authority.exists()):
            return False
        return self._leaf().not_valid_after_utc > datetime.now(UTC) + REMAINING

    def _leaf(self) -> x509.Certificate:
        _, mark, rest = self.server.read_bytes().partition(b"-----BEGIN CERTIFICATE-----")
        return x509.load_pem_x509_certificate(mark + rest)


def certificate(folder: Path) -> Certificate:
    """Return the certificate kept in ``folder``, made new if there is none or it runs out."""
    held = Certificate(folder / "server.pem", folder / "authority.pem")
    if held.is_fresh:
        return held
    for path in (held.server, held.authority):
        path.unlink(missing_ok=True)
    authority = trustme.CA()
    leaf = authority.issue_cert(*NAMES, not_after=datetime.now(UTC) + LIFETIME)
    write_private(held.authority, authority.cert_pem.bytes())
    write_private(held.server, leaf.private_key_and_cert_chain_pem.bytes())
    return held
