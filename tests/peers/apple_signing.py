"""Apple's side of a signature: a chain like Apple's, with its marker extensions, and an OCSP responder for it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from appstoreserverlibrary.models.Data import Data
from appstoreserverlibrary.models.JWSTransactionDecodedPayload import JWSTransactionDecodedPayload
from appstoreserverlibrary.models.LibraryUtility import _get_cattrs_converter
from appstoreserverlibrary.models.ResponseBodyV2DecodedPayload import ResponseBodyV2DecodedPayload
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from peers.loopback import Answer, Asked, listening

# Source: Apple, certificate extensions of the App Store's signing certificate and of its issuer.
LEAF_MARK = x509.ObjectIdentifier("1.2.840.113635.100.6.11.1")
ISSUER_MARK = x509.ObjectIdentifier("1.2.840.113635.100.6.2.1")
_DAY = timedelta(days=1)
_DER_NULL = b"\x05\x00"


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass
class Chain:
    """Root, intermediate and leaf; `revoked` are serial numbers that the responder calls revoked."""

    root: Certificate
    intermediate: Certificate
    leaf: Certificate
    revoked: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def sign(self, payload: dict[str, Any], *, x5c: list[Certificate] | None = None) -> str:
        """A JWS as Apple makes it: ES256, the chain in its header."""
        certificates = [self.leaf, self.intermediate, self.root] if x5c is None else x5c
        header = {"x5c": [base64.b64encode(one.der).decode() for one in certificates]}
        return jwt.encode(payload, self.leaf.key, algorithm="ES256", headers=header)

    def transaction(self, **fields: Any) -> str:
        """A signed transaction; the fields are those of Apple's model."""
        return self.sign(plain(JWSTransactionDecodedPayload(**fields)))

    def notice(self, kind: str, uuid: str, *, subtype: str | None = None, **fields: Any) -> dict[str, str]:
        """A signed notice; the fields are those of Apple's model of its part `data`."""
        told = ResponseBodyV2DecodedPayload(
            rawNotificationType=kind, rawSubtype=subtype, notificationUUID=uuid, version="2.0",
            signedDate=milli(datetime.now(UTC)), data=Data(**fields),
        )  # fmt: skip
        return {"signedPayload": self.sign(plain(told))}

    def answer(self, asked: Asked) -> Answer:
        """The OCSP responder: each issuer answers for what it issued."""
        request = ocsp.load_der_ocsp_request(asked.body)
        pairs = [(self.intermediate, self.root), (self.leaf, self.intermediate)]
        one, issuer = next(p for p in pairs if p[0].certificate.serial_number == request.serial_number)
        self.asked.append(request.serial_number)
        is_revoked = request.serial_number in self.revoked
        now = datetime.now(UTC)
        made = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=one.certificate,
                issuer=issuer.certificate,
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.REVOKED if is_revoked else ocsp.OCSPCertStatus.GOOD,
                this_update=now - timedelta(minutes=1),
                next_update=now + _DAY,
                revocation_time=now - timedelta(hours=1) if is_revoked else None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
            .sign(issuer.key, hashes.SHA256())
        )
        return Answer(content=made.public_bytes(Encoding.DER))


def plain(model: Any) -> dict[str, Any]:
    """A model of Apple's library as the JSON that it stands for."""
    found: dict[str, Any] = _get_cattrs_converter(type(model)).unstructure(model)
    return found


def milli(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def make_chain(*, ocsp_url: str = "", leaf_until: datetime | None = None, marks: bool = True) -> Chain:
    """A chain of three, valid for years, or until `leaf_until`; without `marks` it is nobody's in particular."""
    root = _issue("Test Root", None, ca=True)
    intermediate = _issue("Test Developer Relations", root, ca=True, mark=ISSUER_MARK if marks else None, url=ocsp_url)
    leaf = _issue(
        "Test Store Receipt Signing", intermediate, ca=False, mark=LEAF_MARK if marks else None, url=ocsp_url,
        until=leaf_until,
    )  # fmt: skip
    return Chain(root, intermediate, leaf)


@contextmanager
def responding() -> Iterator[Chain]:
    """A chain whose certificates name a responder that runs."""
    chains: list[Chain] = []

    def answer(asked: Asked) -> Answer:
        return chains[0].answer(asked)

    with listening(answer) as url:
        chains.append(make_chain(ocsp_url=url))
        yield chains[0]


def _issue(
    name: str,
    issuer: Certificate | None,
    *,
    ca: bool,
    mark: x509.ObjectIdentifier | None = None,
    url: str = "",
    until: datetime | None = None,
) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer.key if issuer else key
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 800 * _DAY)
        .not_valid_after(until or now + 3650 * _DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if mark is not None:
        built = built.add_extension(x509.UnrecognizedExtension(mark, _DER_NULL), critical=False)
    if url:
        place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
        built = built.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    return Certificate(built.sign(signer, hashes.SHA256()), key)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
