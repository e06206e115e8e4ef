"""A session as commands with their output."""

from trails.preview.transcript import COMMANDS, LINES, Transcript, clean, transcript


def of(text: str) -> Transcript:
    return transcript([(text, None)])


def commands(text: str) -> list[str]:
    return [section.command for section in of(text).commands]


def test_a_prompt_divides_a_session() -> None:
    session = of("Welcome\nann@web-1:~$ ls\na\nb\nann@web-1:~$ pwd\n/home/ann\nann@web-1:~$ \n")
    assert [section.command for section in session.sections] == ["", "ls", "pwd"]
    assert [len(section.lines) for section in session.sections] == [1, 3, 3]
    assert [section.line_number for section in session.sections] == [1, 2, 5]


def test_the_prompts_of_many_shells_are_known() -> None:
    for prompt in (
        "ann@web-1:~/src$ ", "[ann@web-1 src]# ", "root@web-1:/# ", "bash-5.2$ ", "sh-5.1# ",
        "(venv) ann@web-1:~$ ", "PS C:\\Users\\ann> ", "/app # ", "ann@web-1 ~ % ",
    ):  # fmt: skip
        assert commands(f"{prompt}make\nok\n") == ["make"], prompt


def test_a_console_inside_of_a_shell_is_told_apart() -> None:
    session = of("ann@db:~$ psql\nledger=> SELECT 1;\n 1\nledger=> \\q\nann@db:~$ exit\n")
    found = [(s.command, s.typed.is_inner) for s in session.commands if s.typed]
    assert found == [("psql", False), ("SELECT 1;", True), ("\\q", True), ("exit", False)]


def test_a_bare_dollar_is_a_prompt_where_there_is_no_better_one() -> None:
    assert commands("$ ls\na\n# whoami\nroot\n") == ["ls", "whoami"]
    assert commands("ann@web:~$ cat conf\n# a comment\n$ is money\n") == ["cat conf"]


def test_a_shell_that_marks_its_commands_is_believed_before_prompts() -> None:
    session = of(
        "\x1b]133;A\x07> \x1b]133;B\x07make\r\n\x1b]133;C\x07root@x:~# not typed\r\n"
        "\x1b]133;D;2\x07\x1b]133;A\x07> \x1b]133;B\x07exit\r\n"
    )
    assert session.marked
    assert [section.command for section in session.commands] == ["make", "exit"]
    assert (session.sections[0].status, session.sections[0].failed) == ("2", True)


def test_a_command_has_the_time_at_which_it_was_entered() -> None:
    session = transcript([("a@b:~$ ", 1.0), ("ls", 2.5), ("\r\n", 3.0), ("x\r\n", 4.0)])
    assert session.commands[0].time == 3.0


def test_a_session_without_end_is_cut_and_says_so() -> None:
    many = of("x\n" * (LINES + 1))
    assert many.is_cut and sum(len(section.lines) for section in many.sections) == LINES
    assert len(of("a@b:~$ x\n" * (COMMANDS + 5)).commands) == COMMANDS


def test_clean_text_is_what_was_to_be_read() -> None:
    text = "\x1b[1ma@b\x1b[0m:~$ vim x\r\n\x1b[?1049hABC\x1b[?1049l10%\r99%\r\n"
    assert "".join(clean([(text, None)])) == (
        "a@b:~$ vim x\n[full-screen program, 3 characters, not shown as text]\n99%\n"
    )
