"""Deadlines on sockets depend on private attributes of httpx and httpcore: are they still there?"""

from __future__ import annotations

from importlib.metadata import version

import httpcore
import httpx
import pytest

from msconfig.modelscope._deadline_transport import bind, time_limit

CLOSED_PORT = "127.0.0.1:9"
PROXIES = pytest.mark.parametrize(
    "proxy", [None, f"http://{CLOSED_PORT}"], ids=["direct", "by a proxy"]
)


def adapt(missing: str) -> str:
    return (
        f"httpx {version('httpx')} with httpcore {version('httpcore')}: {missing}. Without it, a"
        " slow server can hold a check for any time: adapt modelscope/_deadline_transport.py, or"
        " lower the upper bound of httpx in pyproject.toml"
    )


@PROXIES
def test_httpx_and_httpcore_have_the_private_attributes_that_bind_replaces(
    proxy: str | None,
) -> None:
    with httpx.HTTPTransport(proxy=proxy, trust_env=False) as transport:
        pool = getattr(transport, "_pool", None)
        assert pool is not None, adapt("httpx.HTTPTransport has no _pool")
        backend = getattr(pool, "_network_backend", None)
        assert isinstance(backend, httpcore.NetworkBackend), adapt(
            f"{type(pool).__name__} has no _network_backend"
        )


@PROXIES
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_bound_client_connects_only_within_the_time_limit(scheme: str, proxy: str | None) -> None:
    transport = httpx.HTTPTransport(proxy=proxy, trust_env=False)
    bind(transport)
    client = httpx.Client(transport=transport, trust_env=False)
    with client, time_limit(0), pytest.raises(httpx.TransportError) as caught:
        client.get(f"{scheme}://{CLOSED_PORT}/")
    assert str(caught.value) == "out of time", adapt("connections do not use _network_backend")
