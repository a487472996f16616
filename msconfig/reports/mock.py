"""Texts of `msconfig mock`: the lines to export, and the log of requests."""

from __future__ import annotations

from urllib.parse import parse_qsl

from msconfig.command_name import command
from msconfig.mock.messages import Request
from msconfig.mock.scenario import Scenario
from msconfig.tokens import Secret

__all__ = ["app_exports", "exports", "request_line"]

_SHOWN_PARAMETERS = frozenset({"ModelId", "owner", "page_number", "page_size", "search", "sort"})


def request_line(request: Request, status: int, scenario: Scenario, *, with_model: bool) -> str:
    """A request in one line: method, path, status, who made it, and perhaps the model.

    Args:
        request: as it came.
        status: of the reply; 0 if there was none.
        scenario: names the accounts.
        with_model: whether to show the model in the body.
    """
    query = f"?{_shown(request.query)}" if request.query else ""
    model = (request.json() or {}).get("model") if with_model else None
    of_model = f" model {model}" if isinstance(model, str) else ""
    caller = _caller(request, scenario)
    line = f"{request.method} {request.path}{query} {status or '-'} {caller}{of_model}"
    return request.without_token(line.rstrip())


def exports(base: str, scenario: Scenario) -> str:
    """Shell lines that point clients at the mock; the token is made up, so it is shown whole."""
    lines = {
        "MSCONFIG_HUB_URL": base,
        "MSCONFIG_INFERENCE_URL": f"{base}/v1/",
        "MSCONFIG_FALLBACK_URL": f"{base}/compatible-mode/v1/",
        "MODELSCOPE_ENDPOINT": base,
        "OPENAI_BASE_URL": f"{base}/v1/",
        "MODELSCOPE_API_TOKEN": scenario.accounts[0].token,
    }
    if scenario.bailian.keys:
        lines["DASHSCOPE_API_KEY"] = scenario.bailian.keys[0]
    return "".join(f"export {name}={value}\n" for name, value in lines.items())


def app_exports(base: str, scenario: Scenario) -> str:
    """Shell lines that let `msconfig doctor --app` ask the gateway of the mock."""
    lines = (
        f"# {command('doctor --app --app-url')} {base}",
        f"export CHERRY_STUDIO_API_KEY={scenario.app.key}",
    )
    return "".join(f"{line}\n" for line in lines)


def _shown(query: str) -> str:
    """A query without what may be a token: only parameters that ModelScope knows show a value."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(
        f"{name}={value}"
        if name in _SHOWN_PARAMETERS or name.startswith("filter.")
        else f"{name}=…"
        for name, value in pairs
    )


def _caller(request: Request, scenario: Scenario) -> str:
    names = {account.token: account.username for account in scenario.accounts}
    names |= dict.fromkeys(scenario.bailian.keys, "Bailian key")
    names[scenario.app.key] = "the app's key"
    if not request.token:
        return "no token"
    return (
        names.get(request.token) or f"unknown token {Secret(request.token, keep=False).fingerprint}"
    )
