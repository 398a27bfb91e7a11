"""Where errors become exit codes; only the fast paths of `main` exit by themselves.

===== ===================================================================code  meaning
===== ===================================================================0     done
1     done, and the answer is "no": findings, or nothing found that was named
2     the user can put it right: wrong options, bad item, not a repository
3     a bug in kn
130   stopped with ^C
===== ==================================================================="""

from __future__ import annotations

import errno
import io
import os
import sys
from importlib import import_module
from typing import Any

import click

from kn import __version__
from kn.errors import KnError

EXIT_NO = 1
EXIT_USER = 2
EXIT_BUG = 3
EXIT_INTERRUPT = 130

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("kn.cli.init:command", "Begin keeping knowledge in this repository."),
    "add": ("kn.cli.add:command", "Record an item."),
    "list": ("kn.cli.list_items:command", "List the items of this tree."),
    "show": ("kn.cli.show_items:command", "Print items whole."),
    "edit": ("kn.cli.edit:command", "Change an item in your editor."),
    "retire": ("kn.cli.retire:command", "Take an item out of service, with the reason."),
    "verify": ("kn.cli.verify:command", "Note that an item still holds."),
    "log": ("kn.cli.log:command", "Show an item's history."),
    "search": ("kn.cli.search:command", "Find items by words."),
    "why": ("kn.cli.why:command", "Show what applies to a file."),
    "context": ("kn.cli.context:command", "Print the context for a task, within a budget."),
    "extract": ("kn.cli.extract:command", "Find knowledge in commits and sessions."),
    "inbox": ("kn.cli.inbox:command", "Look through what was found."),
    "sessions": ("kn.cli.sessions:command", "List and print AI sessions."),
    "diff": ("kn.cli.diff:command", "Show what changed in the knowledge, by item and field."),
    "review": ("kn.cli.review:command", "Hold a change against the knowledge."),
    "check": ("kn.cli.check:command", "Check that the knowledge is sound."),
    "eval": ("kn.cli.evaluate:command", "Score the knowledge on known tasks."),
    "stats": ("kn.cli.stats:command", "Count the knowledge, its health and its worth."),
    "merge": ("kn.cli.merge:command", "Settle what a merge has left."),
    "import": ("kn.cli.import_records:command", "Take in records that you have."),
    "export": ("kn.cli.export:command", "Write what is known into other tools' files."),
    "mcp": ("kn.cli.mcp:command", "Serve agents over MCP, on stdin and stdout."),
    "doctor": ("kn.cli.doctor:command", "Look at every wire of the installation."),
    "completion": ("kn.cli.completion:command", "Print the completion for a shell."),
    "agent": ("kn.cli.agent:command", "Wire kn into AI agents, and see whether it works there."),
    "uninstall": ("kn.cli.uninstall:command", "Undo `kn init`; items stay."),
    "hook": ("kn.cli.hook:command", "What the git hooks call."),
    "complete": ("kn.cli.completion:complete", "What the completion of a shell asks."),
    "textconv": ("kn.cli.textconv:command", "What git calls to show an item in a diff."),
    "merge-driver": ("kn.cli.merge_driver:command", "What git calls to merge an item."),
}
"""Name -> where it is, and its sentence in `kn --help`; a test holds both against the commands."""

_HIDDEN = frozenset(("hook", "merge-driver", "textconv", "complete"))


_DISK_SAYS_NO = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG)
)
"""No bug of ours, wherever it comes up: the user can make room, or take or give a permission."""


class _ReaderGone(Exception):
    """Whoever reads our output has enough."""


class _LazyGroup(click.Group):
    """A group that imports a command when it is called for.

    Git runs `kn` on every commit, so a command must not pay for what another needs.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if name not in _HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing:  # completing after a typo must not raise
                return None
            raise click.exceptions.NoSuchCommand(cmd_name, possibilities=list(COMMANDS), ctx=ctx)
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command), cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(n, COMMANDS[n][1]) for n in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:  # click would exit with 1
            raise _ReaderGone from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [n for n in self.list_commands(ctx) if n.startswith(incomplete)]
        found = [CompletionItem(n, help=COMMANDS[n][1]) for n in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="kn %(version)s")
def group() -> None:
    """Keep what your team knows about its code next to the code.

    Items are typed, scoped YAML files under .knowledge/, committed and reviewed like code;
    `kn context` prints what a task needs of them, current and within a token budget.
    """


def run(arguments: list[str]) -> None:
    """Run a command; turn what it raises into one message and one exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may know fewer characters than items
            stream.reconfigure(errors="backslashreplace")
    try:
        _check_folder()
        # Not standalone, click gives the code of `ctx.exit` back; a command's own value is None.
        code = group.main(args=arguments, prog_name="kn", standalone_mode=False)
        sys.exit(code or 0)
    except KnError as error:
        _say(str(error), error.hint)
        sys.exit(EXIT_USER)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(EXIT_INTERRUPT)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USER)
    except _ReaderGone:
        # stdout is pointed away so that the exit says nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("KN_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in _DISK_SAYS_NO:
            where = f"{error.filename}: " if error.filename else ""
            _say(f"{where}{error.strerror}.", None)
            sys.exit(EXIT_USER)
        import traceback

        last = traceback.format_exception_only(error)[-1].strip()
        _say(
            f"kn has a bug: {last}", "Run again with KN_DEBUG=1 for the whole story, and report it."
        )
        sys.exit(EXIT_BUG)


def _check_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109 -- what every command asks, before any of them does
    except OSError:
        raise KnError("The current folder does not exist any more.") from None


def _say(message: str, hint: str | None) -> None:
    from kn.cli.terminal import clean

    click.echo(f"Error: {clean(message)}", err=True)
    if hint:
        click.echo(f"Hint: {clean(hint)}", err=True)
