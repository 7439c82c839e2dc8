"""Where a provider is and with which key it is asked, checked before any request."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from index.errors import SettingsError
from rag.setting_values import SecretStr

ADDRESS = "FOOTNOTE_LLM_BASE_URL"
KEY = "FOOTNOTE_LLM_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An address and a key that look usable; its repr shows no key."""

    base_url: str
    """http or https, with a host, without credentials and without a slash at the end."""
    key: SecretStr | None
    key_from: str = ""
    """The variable that the key was read from; empty without one."""


def checked_address(address: str) -> str:
    """Return the address without a slash at its end.

    Raises:
        SettingsError: It is no http or https address with a host, or it holds credentials.
    """
    try:
        parts = urlsplit(address.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if usable and (parts.username is not None or parts.query or parts.fragment):
        raise SettingsError(
            f"the address in {ADDRESS} holds a user name, a password or a query, which would end "
            f"up in logs: leave them out and give the key in {KEY}"
        )
    if not usable:
        raise SettingsError(
            f"{ADDRESS} is no address of an API: it begins with http:// or https:// and a host, as "
            "in http://127.0.0.1:8000/v1"
        )
    return address.strip().rstrip("/")


def found_key(given: SecretStr | None, variable: str | None) -> tuple[SecretStr | None, str]:
    """Return the key that was given, else the one in the provider's own variable, and its origin.

    Raises:
        SettingsError: It holds characters that no HTTP header takes.
    """
    origin = KEY
    if given is None and variable is not None:
        given, origin = SecretStr(os.environ.get(variable, "")), variable
    text = given.get_secret_value().strip() if given else ""
    if not text:
        return None, ""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise SettingsError(
            f"the key in {origin} holds a blank or a character outside ASCII, which no key does: "
            "copy it again"
        )
    return SecretStr(text), origin
