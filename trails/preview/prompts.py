"""Recognises where somebody typed a command: by the prompts that shells and consoles show. Pure.

Threat. A program can print what looks like a prompt, so what is found here is help for reading and
no proof of what was typed; pages say so.
"""

import re
from dataclasses import dataclass

# Prompts that hardly any output imitates by accident.
_STRONG = re.compile(
    r"(?:\([\w .+-]{1,60}\) )?"  # a virtual environment
    r"(?:"
    r"\[[\w.-]{1,64}@[\w.-]{1,255} [^\]\n]{1,500}\][$#%] "  # [user@host folder]$
    r"|[\w.-]{1,64}@[\w.-]{1,255}(?::| )[^$#%>\n]{0,500}[$#%>] "  # user@host:folder$
    r"|[\w.-]{1,64}@[\w.-]{1,255}[$#%>] "
    r"|(?:ba|z|k|da)?sh-\d[\w.]{0,10}[$#] "  # bash-5.2$
    r"|PS [A-Z]:\\[^>\n]{0,500}> "  # PowerShell
    r"|[A-Z]:\\[^>\n]{0,500}>"  # cmd.exe
    r"|(?:~|/)[\w./~-]{0,200} [$#] "  # /app #
    r"|[\u279c\u276f] {1,2}(?:[\w./~-]{1,200} )?"
    r")"
)
# Consoles of programs that a shell has started.
_CONSOLE = re.compile(
    r"(?:[\w.-]{1,63}[=\-('\"^*!$]{1,2}[>#] "  # psql
    r"|(?:mysql|MariaDB \[[^\]\n]{1,64}\]|sqlite|irb\([\w:]+\)[\d:]*|redis|ftp|sftp|smtp)> ?"
    r"|(?:\d{1,3}(?:\.\d{1,3}){3}|localhost):\d{1,5}(?:\[\d+\])?> "  # redis-cli
    r"|>>> |In \[\d{1,6}\]: |\(gdb\) |\(Pdb\+?\) )"
)
_WEAK = re.compile(r"(?:\$|#|%) ")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed: the prompt before it, and whether a program's console took it."""

    prompt: str
    command: str
    is_inner: bool = False


def typed(line: str, *, weak: bool = False) -> Typed | None:
    """Return what was typed on a line; None if nothing was. `weak` also takes `$ ` and `# `."""
    if match := _STRONG.match(line):
        return _typed(line, match.end(), is_inner=False)
    if match := _CONSOLE.match(line):
        return _typed(line, match.end(), is_inner=True)
    if weak and (match := _WEAK.match(line)):
        return _typed(line, match.end(), is_inner=False)
    return None


def _typed(line: str, end: int, *, is_inner: bool) -> Typed | None:
    command = line[end:].strip()
    return Typed(line[:end].strip(), command, is_inner) if command else None


def has_shell(lines: list[str]) -> bool:
    """Tell whether some lines hold a shell's prompt with a command behind it."""
    return any(_STRONG.match(line) and typed(line) for line in lines)
