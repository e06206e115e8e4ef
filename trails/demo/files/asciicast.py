"""A terminal recording as asciinema writes it (asciicast v2), key by key. Pure."""

import datetime
import json
from typing import Any

from trails.demo.dice import Dice
from trails.demo.files.terminal import paint


class Recording:
    """What a terminal printed, and when: each event is seconds since the beginning and a text."""

    def __init__(self, user: str, host: str, at: datetime.datetime, title: str) -> None:
        self._dice = Dice(f"cast/{user}/{host}/{at}")
        self._clock = 0.0
        prompt = f"{paint(f'{user}@{host}', 'bold', 'green')}:{paint('/app', 'bold', 'blue')}$ "
        self._prompt = f"\x1b]0;{user}@{host}: /app\x07\x1b[?2004h{prompt}"
        head: dict[str, Any] = {
            "version": 2,
            "width": 100,
            "height": 30,
            "timestamp": int(at.timestamp()),
        }
        head |= {"title": title, "env": {"SHELL": "/bin/bash", "TERM": "xterm-256color"}}
        self._lines = [json.dumps(head)]

    def print(self, text: str, after: float = 0.05) -> None:
        """Add a text that came so many seconds after the one before."""
        self._clock += after
        self._lines.append(json.dumps([round(self._clock, 6), "o", text]))

    def command(self, typed: str, *output: str) -> None:
        """Add a command, typed key by key, and what it printed. `\\b` takes a key back."""
        self.print(self._prompt, 0.4)
        for key in typed:
            self.print("\b\x1b[K" if key == "\b" else key, self._dice.between(40, 190) / 1000)
        self.print("\r\n\x1b[?2004l\r", 0.3)
        for line in output:
            self.print(f"{line}\r\n", 0.02)

    def progress(self, words: str) -> None:
        """Add a line that counts to a hundred over itself."""
        for done in range(0, 101, 4):
            bar = "#" * (done // 4)
            self.print(f"\r{words} [{bar:<25}] {done:>3}%", 0.12)
        self.print("\r\n")

    def screen(self, *texts: str) -> None:
        """Add a program that takes the whole screen and gives it back."""
        self.print("\x1b[?1049h\x1b[H\x1b[2J")
        for row, text in enumerate(texts, start=1):
            self.print(f"\x1b[{row};1H{text}", 0.6)
        self.print("\x1b[?1049l", 2.0)

    def end(self) -> bytes:
        """Return the bytes of the recording."""
        return ("\n".join(self._lines) + "\n").encode()


def look_around(user: str, host: str, at: datetime.datetime) -> bytes:
    """Return a recording of somebody who looks into a slow service and changes nothing."""
    recording = Recording(user, host, at, f"A look at {host}")
    recording.command("uptime", " 16:12:31 up 41 days,  3:07,  1 user,  load average: 3.90, 3.71")
    recording.command(
        "ls -l --coloe\br=always /etc/app",
        "total 8",
        f"-rw-r----- 1 root app  812 Nov  3 09:12 {paint('app.toml', 'green')}",
        f"drwxr-xr-x 2 root root 4096 Nov  3 09:12 {paint('certificates', 'bold', 'blue')}",
    )
    recording.command("dump-slow-requests --since 1h")
    recording.progress("reading")
    recording.print(f"{paint('14', 'yellow')} requests took longer than 2 s\r\n")
    recording.command("top")
    recording.screen(
        "top - 16:14:02 up 41 days", "  PID USER     %CPU  COMMAND", "  311 app      97.2  clearing"
    )
    recording.command("exit", "exit")
    return recording.end()
