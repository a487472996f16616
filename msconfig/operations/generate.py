"""Check, then make every document of Cherry Studio: all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from msconfig.checking.gathering import Progress, no_progress
from msconfig.checking.report import Proof, Report
from msconfig.cherry.provider import Configuration
from msconfig.errors import ExitCode, UsageError
from msconfig.files import FileChanges, OutputFile, changes_in, write
from msconfig.languages import Tag
from msconfig.model_ids import GivenId
from msconfig.operations.configuration import (
    ConfigurationInputs,
    checked,
    configurations_of,
    refuse_provider_id,
)
from msconfig.operations.places import Repository, in_repository
from msconfig.operations.session import Session
from msconfig.pasted_ids import as_given
from msconfig.rendering.generating import (
    GuideInputs,
    UserTemplate,
    refuse_too_many,
    render_documents,
)
from msconfig.rendering.guides import FILE_NAMES as GUIDE_NAMES
from msconfig.rendering.targets import REPORT_NAME, Target

__all__ = ["DEFAULT_TARGETS", "Generated", "generate"]

DEFAULT_TARGETS = tuple(Target)
"""What is made unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` made; nothing is on the disk before `write`."""

    report: Report
    targets: tuple[Target, ...]
    configurations: tuple[Configuration, ...] = ()
    files: tuple[OutputFile, ...] = ()
    """Empty where the report's exit code is not 0."""
    warnings: tuple[str, ...] = ()
    """What Cherry Studio would take although it is probably not intended, a line each."""

    def changes_in(self, folder: Path | str) -> FileChanges:
        """What writing to `folder` would change.

        Raises:
            FileError: the folder cannot be read.
        """
        return changes_in(Path(folder), self.files)

    def write(self, folder: Path | str, *, force: bool = False) -> FileChanges:
        """Write all files to `folder`, or none.

        Args:
            folder: made with mode 0700 (POSIX) if missing.
            force: whether documents that exist and differ may be replaced.

        Raises:
            UsageError: documents exist and differ, and `force` was not given; or nothing was made.
            FileError: the folder or a file cannot be written.
        """
        if not self.files:
            raise UsageError("nothing to write: not every model and token passes")
        planned = self.changes_in(folder)
        if planned.existing and not force:
            names = ", ".join(str(planned.folder / name) for name in planned.existing)
            raise UsageError(
                f"not overwritten, nothing is written: {names}; force=True replaces",
                with_options=f"not overwritten, nothing is written: {names}; --dry-run shows the"
                " difference, --force replaces",
            )
        write(planned)
        return planned


def generate(
    ids: Iterable[str | GivenId],
    session: Session,
    *,
    inputs: ConfigurationInputs | None = None,
    targets: Iterable[Target | str] = DEFAULT_TARGETS,
    languages: Sequence[Tag | str] = (Tag.EN,),
    only_usable: bool = False,
    redact: bool = False,
    strict: bool = False,
    require: Proof | str = Proof.LISTED,
    template: Path | str | None = None,
    schema: Path | str | None = None,
    repository: Repository | None = None,
    progress: Progress = no_progress,
) -> Generated:
    """Check the ids, then make the documents; what `msconfig generate` does before it writes.

    Args:
        ids: model ids, as strings or with the places they come from.
        session: how requests are made; its tokens become the keys.
        inputs: provider, names and capabilities of the models, the fallback.
        targets: the documents to make.
        languages: of the guide.
        only_usable: drop models that do not pass, instead of making nothing.
        redact: leave the keys out.
        strict: whether an unknown model counts as a failure.
        require: the proof that an enabled model must have; with less it is `unverified`.
        template: a Jinja2 template of the user's own, whose name ends in ``.j2``.
        schema: JSON Schema for the result of `template`.
        repository: places in report.json become relative to its root.
        progress: called with how many of the models have their facts.

    Raises:
        UsageError: inputs that cannot be used.
        SettingsError: a provider id that belongs to another provider.
        DocumentError: a document that Cherry Studio would not take.
        TemplateError: a template that does not compile or render.
        FileError: a template or schema that cannot be read.
    """
    wanted = {Target(each) for each in targets}
    chosen = tuple(target for target in Target if target in wanted)
    inputs = inputs or ConfigurationInputs()
    given = as_given(ids)
    if schema is not None and template is None:
        raise UsageError(
            "a schema is for the result of a template; give both",
            with_options="--schema is for the result of --template; give both",
        )
    own = UserTemplate(Path(template), Path(schema) if schema else None) if template else None
    if own is not None:
        _ = own.file_name  # an unusable name is refused before any request
    refuse_provider_id(session, inputs)
    if not only_usable:  # before any request, too
        of_fallback = inputs.fallback.request.ids if inputs.fallback is not None else ()
        refuse_too_many(max(len(given), len(of_fallback)), chosen)
    report = checked(
        given,
        session,
        inputs,
        only_usable=only_usable,
        strict=strict,
        require=Proof(require),
        progress=progress,
    )
    if report.exit_code is not ExitCode.OK:
        return Generated(report, chosen)
    configurations = configurations_of(session, inputs, report, redact=redact)
    tags = tuple(dict.fromkeys(map(Tag, languages)))
    made = render_documents(configurations, chosen, own, GuideInputs(report, tags))
    files = [
        OutputFile(name, text.encode(), replaceable=name in GUIDE_NAMES)
        for name, text in made.texts.items()
    ]
    placed = report if repository is None else in_repository(report, repository)
    files.append(OutputFile(REPORT_NAME, placed.to_json().encode(), replaceable=True))
    return Generated(report, chosen, configurations, tuple(files), made.warnings)
