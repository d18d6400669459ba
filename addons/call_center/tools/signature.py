"""Signatures of webhooks, checked on the bytes that came."""

import base64
import binascii
import hashlib
import hmac
from urllib.parse import urlsplit, urlunsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_DEFAULT_PORTS = {"http": 80, "https": 443}


def load_public_key(pem):
    """An RSA public key, or None."""
    try:
        key = serialization.load_pem_public_key(pem.strip().encode())
    except (ValueError, TypeError, UnicodeEncodeError):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def check_rsa(pem, body, signature):
    """Whether a base64 signature is the key owner's, over the raw body."""
    key = load_public_key(pem)
    try:
        raw = base64.b64decode(signature or "", validate=True)
    except (binascii.Error, ValueError):
        return False
    if not key or not raw:
        return False
    try:
        key.verify(raw, body, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def url_variants(url):
    """An address with and without its port: providers sign what they were given, a
    proxy in between may have changed it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        # of a request with a host that is none
        return {url}
    return {
        urlunsplit(parts._replace(netloc=host)),
        urlunsplit(parts._replace(netloc=f"{host}:{port}")),
        url,
    }


def twilio_signature(auth_token, url, params, algorithm="sha1"):
    """HMAC over the address and the sorted names and values of the form."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(params)))
    digest = hmac.new(auth_token.encode(), text.encode(), getattr(hashlib, algorithm))
    return base64.b64encode(digest.digest()).decode()


def check_twilio(auth_token, urls, params, headers):
    """Whether the form was signed with the account's token, for one of the addresses
    under which this server may be known."""
    given = headers.get("X-Twilio-Signature") or ""
    settings = headers.get("X-Twilio-Webhooks-Signature-Settings") or ""
    plain = settings.upper().replace("-", "").replace("_", "")
    algorithm = "sha256" if "SHA256" in plain else "sha1"
    good = False
    for url in set().union(*map(url_variants, urls)):
        expected = twilio_signature(auth_token, url, params, algorithm)
        # every variant is compared, so that time tells nothing
        good |= hmac.compare_digest(expected.encode(), given.encode())
    return good
