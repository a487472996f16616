"""Sites and the URLs that may stand in place of their own."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msconfig.errors import UsageError
from msconfig.modelscope.sites import Endpoints, Site, addresses_of


@pytest.mark.parametrize(
    ("site", "hub", "inference", "anthropic", "token_page"),
    [
        pytest.param(
            Site.CN,
            "https://modelscope.cn",
            "https://api-inference.modelscope.cn/v1/",
            "https://api-inference.modelscope.cn",
            "https://modelscope.cn/my/myaccesstoken",
            id="cn",
        ),
        pytest.param(
            Site.AI,
            "https://www.modelscope.ai",
            "https://api-inference.modelscope.ai/v1/",
            "https://api-inference.modelscope.ai",
            "https://www.modelscope.ai/my/myaccesstoken",
            id="ai",
        ),
    ],
)
def test_each_site_has_its_own_addresses(
    site: Site, hub: str, inference: str, anthropic: str, token_page: str
) -> None:
    own = addresses_of(site)
    assert (own.hub, own.inference, own.anthropic) == (hub, inference, anthropic)
    assert own.token_page == token_page
    assert Endpoints.of(site) == Endpoints(hub, inference)


@pytest.mark.parametrize("site", list(Site))
def test_no_address_of_a_site_lies_on_another(site: Site) -> None:
    own = addresses_of(site)
    pages = (own.hub, own.inference, own.anthropic, own.token_page, own.models_page, own.usage_page)
    assert all((urlsplit(page).hostname or "").endswith(f"modelscope.{site}") for page in pages)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        pytest.param("https://hub.test", "https://hub.test", id="https"),
        pytest.param("https://hub.test/", "https://hub.test", id="a slash at the end"),
        pytest.param("https://hub.test:8443/ms", "https://hub.test:8443/ms", id="port and path"),
        pytest.param("http://localhost:8080", "http://localhost:8080", id="localhost"),
        pytest.param("http://127.0.0.1:1", "http://127.0.0.1:1", id="loopback"),
        pytest.param("http://127.1.2.3", "http://127.1.2.3", id="all of loopback"),
        pytest.param("http://[::1]:1", "http://[::1]:1", id="loopback of IPv6"),
        pytest.param("https://[2001:db8::1]", "https://[2001:db8::1]", id="IPv6"),
    ],
)
def test_a_hub_may_stand_elsewhere(url: str, kept: str) -> None:
    endpoints = Endpoints.of(Site.CN, hub_url=url)
    assert endpoints == Endpoints(kept, addresses_of(Site.CN).inference)


@pytest.mark.parametrize(
    "url",
    ["https://api.test/v1/", "https://api.test/v1", "https://api.test/v1//"],
    ids=["as it should be", "without a slash", "with two"],
)
def test_inference_may_stand_elsewhere_under_v1(url: str) -> None:
    endpoints = Endpoints.of(Site.AI, inference_url=url)
    assert endpoints == Endpoints(addresses_of(Site.AI).hub, "https://api.test/v1/")


@pytest.mark.parametrize(
    "url", ["https://api.test", "https://api.test/v2/", "https://api.test/xv1"]
)
def test_inference_that_is_not_under_v1_is_refused_with_a_guess(url: str) -> None:
    with pytest.raises(UsageError, match="/v1/"):
        Endpoints.of(Site.CN, inference_url=url)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://hub.test", id="http"),
        pytest.param("http://10.0.0.1", id="http in a private net"),
        pytest.param("http://0.0.0.0", id="http to every interface"),
        pytest.param("http://127.0.0.1.hub.test", id="a host that begins like loopback"),
        pytest.param("http://localhost.hub.test", id="a host that begins like localhost"),
        pytest.param("http://127.1", id="loopback in short, which not everybody reads so"),
        pytest.param("http://2130706433", id="loopback as a number"),
        pytest.param("ftp://hub.test", id="ftp"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("hub.test", id="no scheme"),
        pytest.param("//hub.test", id="an empty scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https:///path", id="a path alone"),
        pytest.param("https://:443", id="a port alone"),
        pytest.param("https://hub.test:port", id="a port of letters"),
        pytest.param("https://hub.test:99999", id="a port too high"),
        pytest.param("https://[::1", id="half an address"),
        pytest.param("https://jo:hunter2@hub.test", id="user and password"),
        pytest.param("https://jo@hub.test", id="a user"),
        pytest.param("https://@hub.test", id="an empty user"),
        pytest.param("https://hub.test\\@other.test", id="a backslash"),
        pytest.param("https://hub.test?a=b", id="a query"),
        pytest.param("https://hub.test/?", id="an empty query"),
        pytest.param("https://hub.test#a", id="a fragment"),
        pytest.param("https://hub.test/#", id="an empty fragment"),
        pytest.param("https://hub .test", id="a space"),
        pytest.param("https://hub.test\n", id="a line end"),
        pytest.param("https://hub\t.test", id="a tab"),
        pytest.param("https://hub.test/\x1b[31m", id="a control character"),
        pytest.param("https://hüb.test", id="letters beyond ASCII"),
        pytest.param("https://hub\u202e.test", id="a format character"),
    ],
)
@pytest.mark.parametrize("which", ["hub", "inference"])
def test_a_url_that_is_not_safe_or_no_url_is_refused(url: str, which: str) -> None:
    given_url = {"hub_url": url} if which == "hub" else {"inference_url": url + "/v1/"}
    with pytest.raises(UsageError) as caught:
        Endpoints.of(Site.CN, **given_url)
    assert which in str(caught.value)
    assert "hunter2" not in str(caught.value)


urls = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            ["https://", "http://", "127.0.0.1", "localhost", "[::1]", "xn--", "a.test"]
        )
        | st.sampled_from(list("/:.@?#[]%-_\\'\"<>{}|^`~!$&()*+,;= 0Aé")),
        max_size=8,
    ),
)


@settings(max_examples=500)
@given(urls | st.text(max_size=30))
def test_what_is_accepted_is_read_alike_by_what_asks(url: str) -> None:
    try:
        hub = Endpoints.of(Site.CN, hub_url=url).hub
    except UsageError:
        return
    asked = httpx.URL(f"{hub}/openapi/v1/users/me")
    assert asked.scheme == "https" or asked.host in {"127.0.0.1", "localhost", "::1"}
    if url:
        assert unquote(asked.raw_host.decode()) == urlsplit(hub).hostname
    assert asked.path.endswith("/openapi/v1/users/me")
    assert not asked.query


@pytest.mark.parametrize(
    ("url", "guess"),
    [
        ("https://h.test/v1/chat/completions", "https://h.test/v1/"),
        ("https://h.test/gateway/v1/models/", "https://h.test/gateway/v1/"),
        ("https://h.test/gateway", "https://h.test/gateway/v1/"),
    ],
)
def test_the_guess_leaves_the_path_of_a_call_out(url: str, guess: str) -> None:
    with pytest.raises(UsageError) as caught:
        Endpoints.of(Site.CN, inference_url=url)
    assert str(caught.value) == f"the inference URL has to end in /v1/: {guess} perhaps?"
