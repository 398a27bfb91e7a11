"""`kn completion`: the script that makes a shell complete kn, and what that script asks."""

from __future__ import annotations

import re

import click

_ESCAPED = re.compile(r"\\(.)")
_BASH = """\
# Completion of kn for bash:  eval "$(kn completion bash)"
_kn_words() {  # $1: where the command begins in COMP_WORDS
    local IFS=$'\\n' kind value help open=${COMP_WORDS[COMP_CWORD]:0:1}
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            plain)  # what is inserted may be run by the next Enter: a tag is anybody's text
                if [[ $open != [\\"\\'] ]]; then printf -v value %q "$value"
                elif [[ $value == *[\\"\\'\\$\\`\\\\!]* ]]; then continue; fi
                COMPREPLY+=("$value") ;;
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
        esac
    done < <(kn complete -- "${COMP_WORDS[@]:$1+1:COMP_CWORD-$1}" 2>/dev/null)
}
_kn() { _kn_words 0; }
_git_kn() {  # git's own completion adds no blank, and leaves that to its commands
    _kn_words "${__git_cmd_idx:-1}"
    COMPREPLY=("${COMPREPLY[@]/%/ }")
}
complete -o nosort -F _kn kn git-kn 2>/dev/null || complete -F _kn kn git-kn
"""

_ZSH = """\
#compdef kn git-kn
# Completion of kn for zsh, after compinit:  eval "$(kn completion zsh)"
_kn() {
    local -a plain described
    local kind value help
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            plain) if [[ -n $help ]]; then described+=("${value//:/\\\\:}:$help")
                   else plain+=("$value"); fi ;;
            dir) _path_files -/ ;;
            file) _path_files ;;
        esac
    done < <(kn complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    (( $#described )) && _describe -V kn described
    (( $#plain )) && compadd -V kn -a plain
}
_git-kn() { _kn "$@" }
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _kn "$@"
else
    compdef _kn kn git-kn
fi
"""

_FISH = """\
# Completion of kn for fish:  kn completion fish | source
function __kn_answer
    set -l words (commandline -opc)
    while set -q words[1]; and not contains -- $words[1] kn git-kn
        set -e words[1]
    end
    set -e words[1]
    set -l last (commandline -ct)
    test -n "$last"; or set last ''
    kn complete -- $words $last 2>/dev/null | while read -l -d \\t kind value help
        switch $kind
            case plain
                printf '%s\\t%s\\n' $value $help
            case dir
                __fish_complete_directories $last
            case file
                __fish_complete_path $last
        end
    end
end
complete --no-files --keep-order --command kn --arguments '(__kn_answer)'
complete --no-files --keep-order --command git-kn --arguments '(__kn_answer)'
complete --no-files --keep-order --command git --condition 'contains -- kn (commandline -opc)' \\
    --arguments '(__kn_answer)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


@click.command(short_help="Print the completion for a shell.")
@click.argument("shell", type=click.Choice(list(SCRIPTS)))
def command(shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, ids, kinds, tags and paths.

    In ~/.bashrc or ~/.zshrc: eval "$(kn completion bash)"; in ~/.config/fish/config.fish:
    kn completion fish | source. `git kn` is completed too.
    """
    click.echo(SCRIPTS[shell], nl=False)


@click.command(short_help="What the completion of a shell asks.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def complete(words: tuple[str, ...]) -> None:
    """Print what may follow `kn WORDS...`, the last of which is not finished yet.

    A line each: sort, value and help, with tabs between.
    """
    for line in answer_words(list(words)):
        click.echo(line)


def answer_words(words: list[str]) -> list[str]:
    """What may follow: a line each of sort, value and help, tabs between; nothing on any error."""
    from click.shell_completion import ShellComplete

    from kn.cli.boundary import group

    *before, typed = _unsplit(words) or [""]
    try:
        found = ShellComplete(group, {}, "kn", "").get_completions(before, typed)
    except Exception:
        return []
    return [
        "\t".join((one.type, str(one.value), " ".join((one.help or "").split()))) for one in found
    ]


def _unsplit(words: list[str]) -> list[str]:
    r"""The words as they were typed: bash splits `--tag=x` at the `=`, leaves quotes open, and
    what it has escaped escaped.

    >>> _unsplit(["list", "--tag", "=", '"ra'])
    ['list', '--tag', 'ra']
    >>> _unsplit(["list", "--tag", "a\\ b"])
    ['list', '--tag', 'a b']
    """
    whole: list[str] = []
    for at, word in enumerate(words):
        if word == "=" and whole and whole[-1].startswith("--"):
            if at == len(words) - 1:
                whole.append("")
            continue
        whole.append(word)
    if whole and whole[-1][:1] in ("'", '"'):
        whole[-1] = whole[-1][1:]
    elif whole:
        whole[-1] = _ESCAPED.sub(r"\1", whole[-1])
    return whole
