"""`msconfig doctor`: does ModelScope still behave as expected, and has Cherry Studio the models."""

from __future__ import annotations

import os
from dataclasses import astuple, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from msconfig.cli.params import (
    CommonOptions,
    ConnectionOptions,
    EnumChoice,
    IdOptions,
    IdsCommand,
    InputOptions,
    TokenOptions,
    id_options,
    online_options,
    token_options,
)
from msconfig.errors import TokenError, UsageError

if TYPE_CHECKING:
    from msconfig.operations.doctor import DoctorReport
    from msconfig.tokens import Secret

__all__ = ["command"]

_KEY_VARIABLE = "CHERRY_STUDIO_API_KEY"


class DoctorFormat(StrEnum):
    """The choices of `--format`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@click.command("doctor", cls=IdsCommand)
@click.option(
    "--paid", type=click.IntRange(min=0), metavar="N", help="Make up to N real calls besides."
)
@click.option("--app", is_flag=True, help="Ask Cherry Studio which models it has, instead.")
@click.option("--app-url", metavar="URL", help="Its API Gateway [http://127.0.0.1:23333].")
@click.option(
    "--app-key-file",
    metavar="FILE",
    help=f"File that holds the key of the gateway [{_KEY_VARIABLE}].",
)
@click.option("--call", is_flag=True, help="Call the first model that is there; spends quota.")
@click.option("--format", "output_format", type=EnumChoice(DoctorFormat), help="[text]")
@id_options
@token_options
@click.option("--offline", is_flag=True, hidden=True)  # refused, with a reason
@click.option("--snapshot", hidden=True)
@online_options
def command(
    *,
    paid: int | None,
    app: bool,
    app_url: str | None,
    app_key_file: str | None,
    call: bool,
    output_format: DoctorFormat | None,
    ids: IdOptions,
    tokens: TokenOptions,
    connection: ConnectionOptions,
    common: CommonOptions,
) -> int:
    """Compare the live service with what msconfig expects of it.

    About 16 questions, which cost nothing. The output holds no token, value or text of a reply, so
    that it can go into a public issue.

    With --app: which of the models, given or in msconfig.toml, Cherry Studio has.
    """
    if connection.is_offline:
        raise UsageError("doctor asks the live service; omit --offline and --snapshot")
    options = InputOptions(ids=ids, tokens=tokens, connection=connection, common=common)
    form = output_format or DoctorFormat.TEXT
    if app:
        _refuse_of_service(paid, options)
        return _compare_with_app(options, app_url, app_key_file, form, call=call)
    given = {"--app-url": app_url, "--app-key-file": app_key_file, "--call": call}
    for name, value in given.items():
        if value:
            raise UsageError(f"{name} has no effect without --app")
    if any(astuple(ids)):
        raise UsageError("model IDs have no effect without --app; doctor chooses its own")
    return _ask_service(options, paid or 0, form)


def _refuse_of_service(paid: int | None, options: InputOptions) -> None:
    """Refuse options that ask ModelScope.

    Raises:
        UsageError: one was given.
    """
    connection = options.connection
    if paid is not None:
        raise UsageError("--paid cannot be combined with --app; --call makes one call")
    if connection.hub_url or connection.inference_url:
        raise UsageError("--hub-url and --inference-url have no effect with --app")
    if any(astuple(options.tokens)):
        raise UsageError(
            f"no ModelScope token is used with --app; its key comes from {_KEY_VARIABLE} or"
            " --app-key-file"
        )


def _ask_service(options: InputOptions, paid: int, form: DoctorFormat) -> int:
    from msconfig.cli.console import QuestionProgressDisplay, write_result
    from msconfig.cli.inputs import prepare
    from msconfig.operations.doctor import doctor

    inputs = prepare(options, needs_token=False, needs_ids=False)
    if paid and not inputs.session.tokens:
        raise TokenError("--paid makes real calls, which need a token: set MODELSCOPE_API_TOKEN")
    report: DoctorReport | None = None
    try:
        with QuestionProgressDisplay(quiet=options.common.quiet) as progress:
            report = doctor(inputs.session, paid=paid, progress=progress)
        text = _rendered(report, form)
    except KeyboardInterrupt:  # some of the questions may be paid
        if report is None:
            raise
        report = replace(report, complete=False)
        text = _rendered(report, form)
    write_result(text)
    for line in report.obstacles:
        inputs.note(line)
    return report.exit_code


def _rendered(report: DoctorReport, form: DoctorFormat) -> str:
    from msconfig.cli.console import columns, stdout_in_color
    from msconfig.reports.doctor import as_json, as_markdown, as_text

    match form:
        case DoctorFormat.JSON:
            return as_json(report)
        case DoctorFormat.MARKDOWN:
            return as_markdown(report)
        case DoctorFormat.TEXT:
            return as_text(report, width=columns(), color=stdout_in_color())


def _compare_with_app(
    options: InputOptions,
    app_url: str | None,
    key_file: str | None,
    form: DoctorFormat,
    *,
    call: bool,
) -> int:
    from msconfig.cherry.gateway import DEFAULT_URL
    from msconfig.cherry.provider import provider_for
    from msconfig.cli.console import columns, stdout_in_color, write_result
    from msconfig.cli.inputs import prepare, provider_choice
    from msconfig.modelscope.sites import loopback_url
    from msconfig.operations.app_models import compare_with_app
    from msconfig.pasted_ids import refuse_other_site
    from msconfig.reports.app_comparison import as_json, as_markdown, as_text

    url = loopback_url("app", DEFAULT_URL if app_url is None else app_url)
    inputs = prepare(replace(options, tokens=TokenOptions(no_token=True)), needs_token=False)
    refuse_other_site(inputs.ids, inputs.session.site)
    report = compare_with_app(
        inputs.session,
        [given.text for given in inputs.ids],
        provider=provider_for(inputs.session.site, provider_choice(inputs.settings)).id,
        url=url,
        key=_key(key_file),
        call=call,
    )
    match form:
        case DoctorFormat.JSON:
            write_result(as_json(report))
        case DoctorFormat.MARKDOWN:
            write_result(as_markdown(report))
        case DoctorFormat.TEXT:
            write_result(as_text(report, width=columns(), color=stdout_in_color()))
    return report.exit_code


def _key(file: str | None) -> Secret:
    """The key of the gateway.

    Raises:
        TokenError: there is none, or it cannot be one.
        FileError: the file cannot be read.
    """
    from msconfig.files import read_stdin
    from msconfig.tokens import find_tokens

    if file is None and not os.environ.get(_KEY_VARIABLE, "").strip():
        raise TokenError(
            f"no key of Cherry Studio's API Gateway: set {_KEY_VARIABLE}, or give --app-key-file;"
            " the app shows it under Settings, API Gateway (version 1: API Server)"
        )
    found = find_tokens(
        variables=() if file is not None else (_KEY_VARIABLE,),
        files=() if file is None else (file,),
        environment=os.environ,
        read_stdin=lambda: read_stdin(1024 * 1024),
    )
    return found[0].secret
