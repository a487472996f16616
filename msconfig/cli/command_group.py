"""A group of commands that names the nearest one for a name that it does not have."""

from __future__ import annotations

import click

from msconfig.text import shortened

__all__ = ["CommandGroup"]


class CommandGroup(click.Group):
    """A group of commands."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` begin with, and the arguments behind it.

        click's own message depends on its version, and knows only commands that are loaded.

        Raises:
            click.UsageError: there is none; the nearest is named.
        """
        name = args[0]
        is_option = name.startswith("-") and name != "-"
        if not is_option and not ctx.resilient_parsing and self.get_command(ctx, name) is None:
            raise click.UsageError(
                f"no command {shortened(name, 60)!r}{self._hint(ctx, name)}", ctx
            )
        return super().resolve_command(ctx, args)

    def _hint(self, ctx: click.Context, name: str) -> str:
        import difflib

        near = difflib.get_close_matches(name[:100].lower(), self.list_commands(ctx), 1)
        if near:
            return f"; did you mean {near[0]}?"
        return f"; {ctx.command_path} --help lists the commands"
