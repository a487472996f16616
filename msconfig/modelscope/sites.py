"""The two ModelScope sites and the addresses of their services."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from msconfig.errors import UsageError


class Site(StrEnum):
    """A ModelScope site. Accounts, tokens and catalogues are separate."""

    CN = "cn"
    AI = "ai"


@dataclass(frozen=True, slots=True)
class SiteAddresses:
    """A site's own addresses, for documents and for people."""

    hub: str
    inference: str
    """OpenAI-compatible base, ``/v1/`` included."""
    anthropic: str
    """Anthropic-compatible base, without ``/v1``."""
    token_page: str
    account_page: str
    """Where an account is bound to Alibaba Cloud."""
    models_page: str
    usage_page: str


_ADDRESSES = {
    Site.CN: SiteAddresses(
        hub="https://modelscope.cn",
        inference="https://api-inference.modelscope.cn/v1/",
        anthropic="https://api-inference.modelscope.cn",
        token_page="https://modelscope.cn/my/myaccesstoken",
        account_page="https://modelscope.cn/my/settings/account",
        models_page="https://modelscope.cn/models",
        usage_page="https://modelscope.cn/magicube/usage?tab=consume",
    ),
    # assumed, not confirmed: the international site has the same pages under its own host
    Site.AI: SiteAddresses(
        hub="https://www.modelscope.ai",
        inference="https://api-inference.modelscope.ai/v1/",
        anthropic="https://api-inference.modelscope.ai",
        token_page="https://www.modelscope.ai/my/myaccesstoken",
        account_page="https://www.modelscope.ai/my/settings/account",
        models_page="https://www.modelscope.ai/models",
        usage_page="https://www.modelscope.ai/magicube/usage?tab=consume",
    ),
}


def addresses_of(site: Site) -> SiteAddresses:
    """The addresses of `site`."""
    return _ADDRESSES[site]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The hosts of requests: a site's own, or others in their place. Never in a document."""

    hub: str
    """Base of the hub, without a slash at the end."""
    inference: str
    """Base of API-Inference, with ``/v1/`` at the end."""

    @classmethod
    def of(
        cls, site: Site, *, hub_url: str | None = None, inference_url: str | None = None
    ) -> Endpoints:
        """The endpoints of `site`, with `hub_url` and `inference_url` in place of its own.

        Raises:
            UsageError: a URL that is not https (or http on loopback), that has credentials, a query
                or a fragment, or an inference URL that does not end in ``/v1/``.
        """
        own = addresses_of(site)
        hub = (checked_url("hub", hub_url) if hub_url else own.hub).rstrip("/")
        inference = checked_url("inference", inference_url) if inference_url else own.inference
        inference = inference.rstrip("/") + "/"
        if not inference.endswith("/v1/"):
            before, version, _ = inference.partition("/v1/")  # the rest is a call's own path
            right = f"{before}/v1/" if version else f"{inference}v1/"
            raise UsageError(f"the inference URL has to end in /v1/: {right} perhaps?")
        return cls(hub, inference)


def checked_url(what: str, url: str) -> str:
    """`url`, if tokens may be sent there.

    Args:
        what: its name in messages: ``hub``, ``inference``, ``fallback``.
        url: the user's URL.

    Raises:
        UsageError: it is not https (or http on loopback), or has credentials, a query or a
            fragment.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises for a number that is not a port
    except ValueError:
        raise UsageError(f"the {what} URL is not a URL; it looks like {_EXAMPLE}") from None
    if not host or not url.isascii() or not url.isprintable() or " " in url or not _is_url(url):
        raise UsageError(f"the {what} URL is not a URL; it looks like {_EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"the {what} URL holds a user name or password; leave that out")
    if "?" in url or "#" in url:
        raise UsageError(f"the {what} URL has a query or fragment; leave that out")
    if not (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts))):
        raise UsageError(
            f"the {what} URL has to begin with https:// (http:// only on loopback): {url}"
        )
    return url


def loopback_url(what: str, url: str) -> str:
    """`url` without a slash at its end, if it is one of this machine.

    Raises:
        UsageError: as in `checked_url`, or another machine.
    """
    try:
        is_elsewhere = not _is_loopback(urlsplit(url))
    except ValueError:
        is_elsewhere = False  # `checked_url` says what it is
    if is_elsewhere and "://" in url:
        raise UsageError(f"the {what} URL has to be one of this machine, as http://127.0.0.1:23333")
    checked_url(what, url)
    return url.rstrip("/")


_EXAMPLE = "https://modelscope.cn"


def _is_url(url: str) -> bool:
    """Whether the HTTP client accepts it too; it checks international names, for example."""
    import httpx  # noqa: PLC0415 - slow to import, and needed only for a URL of the user

    try:
        return bool(httpx.URL(url).host)
    except (httpx.InvalidURL, UnicodeError):
        return False


def _is_loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
