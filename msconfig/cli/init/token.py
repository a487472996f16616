"""Obtain, verify and store the first token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from msconfig.checking.report import TokenStatus
from msconfig.cli.browser import Desktop, desktop
from msconfig.cli.init.prompts import ask_hidden, ask_text, choose, say
from msconfig.errors import TokenError, UsageError
from msconfig.modelscope.facts import Account, NoAnswer, TokenRejected
from msconfig.modelscope.sites import Site, addresses_of
from msconfig.operations.session import Session
from msconfig.reports.init import token_as_text
from msconfig.settings.loading import is_trusted
from msconfig.tokens import Token, is_variable_name, usable_token

__all__ = ["FirstToken", "ask_token", "verified"]

SessionOf = Callable[[Token], Session]
"""A session with this token."""


@dataclass(frozen=True, slots=True)
class FirstToken:
    """A token's status, and the variable for it."""

    status: TokenStatus
    text: str
    """One line that can be shown."""
    variable: str | None = None
    """The variable that will hold it, and does not yet."""
    tokens: tuple[Token, ...] = ()
    """The token; several if the environment or files gave several."""


def verified(token: Token, session: Session) -> FirstToken:
    """Verify `token` with the hub; free."""
    with session.connect() as modelscope:
        fact = modelscope.users_me(token.secret)
        obstacle = next(iter(modelscope.obstacles), "")
    match fact:
        case Account():
            status, message = TokenStatus.VALID, ""
        case TokenRejected():
            status, message = TokenStatus.REJECTED, fact.message
        case NoAnswer():
            status, message = TokenStatus.UNVERIFIED, obstacle or fact.message
        case _:
            assert_never(fact)
    return FirstToken(status, token_as_text(status, token.secret.masked, token.source, message))


def ask_token(site: Site, session_of: SessionOf, *, variable: str, is_found: bool) -> FirstToken:
    """Show where to create a token, read one without echo, verify it, and prompt for its variable.

    Args:
        site: where the token is for.
        session_of: a session with a given token.
        variable: the variable that is proposed.
        is_found: whether the settings will be found without being named; then they may name only
            some variables.
    """
    page = addresses_of(site).token_page
    say(f"\nYou need a ModelScope token. Create one for free at\n  {page}")
    browser = _browser()
    if browser is not None and choose(
        "Open that page in the browser?", [(True, "yes"), (False, "no")]
    ):
        _open(browser, page)
    say("\nPaste it here; it is not shown. Press Enter to skip.")
    while True:
        value = ask_hidden("Token: ")
        if not value.strip():
            return FirstToken(TokenStatus.ABSENT, "– no token yet", variable)
        try:
            token = usable_token(value, "what you typed")
        except TokenError as error:
            say(f"✗ {error}")
            continue
        del value
        first = verified(token, session_of(token))
        say(first.text)
        if first.status is TokenStatus.REJECTED:
            continue
        if first.status is TokenStatus.VALID or not choose(
            "What now?", [(True, "another token"), (False, "continue with this one")]
        ):
            break
    variable = _ask_variable(variable, is_found=is_found)
    return FirstToken(first.status, first.text, variable, (token,))


def _browser() -> Desktop | None:
    try:
        return desktop()
    except UsageError:
        return None


def _open(browser: Desktop, page: str) -> None:
    try:
        browser.show(page)
    except (UsageError, OSError):
        say("The browser did not open it; open the address yourself.")


def _ask_variable(proposed: str, *, is_found: bool) -> str:
    def wrong(name: str) -> str | None:
        if not is_variable_name(name):
            return "the name of an environment variable: letters, digits and _"
        if is_found and not is_trusted(name):
            return "MODELSCOPE_… or MSCONFIG_…: msconfig.toml may name no other"
        return None

    say(
        "\nTokens are read from an environment variable; msconfig.toml never contains one, so you"
        " can share it."
    )
    return ask_text("Variable: ", wrong, default=proposed)
