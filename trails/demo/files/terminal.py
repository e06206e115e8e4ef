"""Transcripts of terminals with their colours, as `script(1)` records them. Pure."""

import datetime

from trails.demo.dice import Dice

_RESET = "\x1b[0m"
_COLOURS = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}


def paint(text: str, *styles: str) -> str:
    """Return the text between the ANSI codes (SGR) of its styles and the one that ends them."""
    codes = ";".join(str(_COLOURS[style]) for style in styles)
    return f"\x1b[{codes}m{text}{_RESET}"


class Transcript:
    """A terminal session: what was typed after a prompt, and what came back."""

    def __init__(self, user: str, host: str, at: datetime.datetime) -> None:
        self._prompt = (
            f"{paint(f'{user}@{host}', 'bold', 'green')}:{paint('/app', 'bold', 'blue')}$ "
        )
        self._lines = [f"Script started on {at.isoformat(sep=' ')} [TERM=xterm-256color]"]

    def command(self, typed: str, *output: str) -> None:
        """Add a command and its output."""
        self._lines += [self._prompt + typed, *output]

    def typed(self, prompt: str, *statements: str) -> None:
        """Add what was typed at the prompt of a program, a line each."""
        self._lines += [f"{prompt} {statement}" for statement in statements]

    def say(self, *output: str) -> None:
        """Add lines as they stand."""
        self._lines += output

    def end(self, at: datetime.datetime, status: int = 0) -> bytes:
        """Return the bytes, with the carriage returns that a terminal sends."""
        self.command("exit", "exit")
        self._lines.append(f"Script done on {at.isoformat(sep=' ')} [COMMAND_EXIT_CODE={status}]")
        return ("\r\n".join(self._lines) + "\r\n").encode()


def psql_session(user: str, host: str, at: datetime.datetime) -> bytes:
    """Return a session that looks into a ledger's tables and changes nothing."""
    session = Transcript(user, host, at)
    dice = Dice(f"psql/{host}/{at}")
    session.command("whoami && hostname", user, host)
    session.command(
        "psql $LEDGER_READONLY_URL",
        f"psql (17.6)\r\nSSL connection ({paint('protocol: TLSv1.3', 'cyan')})",
        'Type "help" for help.',
        "",
    )
    prompt = paint("ledger=>", "bold", "cyan")
    session.typed(prompt, "SET default_transaction_read_only = on;")
    session.say("SET")
    session.typed(prompt, "SELECT status, count(*) FROM transfers GROUP BY status;")
    session.say(
        "  status  | count ",
        "----------+-------",
        f" booked   | {dice.between(20_000, 60_000):>5}",
        f" pending  | {dice.between(100, 900):>5}",
        f" {paint('stuck', 'yellow')}    | {dice.between(2, 9):>5}",
        "(3 rows)",
        "",
    )
    session.typed(prompt, "SELECT id, last_error FROM transfers WHERE status = 'stuck' LIMIT 2;")
    session.say(
        "                  id                  |     last_error     ",
        "--------------------------------------+--------------------",
        f" {dice.uuid()} | {paint('clearing timed out', 'red')}",
        f" {dice.uuid()} | {paint('clearing timed out', 'red')}",
        "(2 rows)",
        "",
    )
    session.typed(prompt, "\\q")
    return session.end(at + datetime.timedelta(minutes=13))


def log_tail(user: str, host: str, at: datetime.datetime) -> bytes:
    """Return a session that follows a service's log for a while."""
    session = Transcript(user, host, at)
    dice = Dice(f"tail/{host}/{at}")
    lines = []
    for number in range(60):
        moment = (at + datetime.timedelta(seconds=3 * number)).strftime("%H:%M:%S")
        level, style = dice.choice(
            [("INFO ", "green")] * 8 + [("WARN ", "yellow"), ("ERROR", "red")]
        )
        took = dice.between(4, 180)
        what = {"INFO ": "200", "WARN ": "retry 1 of 3", "ERROR": "upstream closed the connection"}
        lines.append(
            f"{paint(moment, 'dim')} {paint(level, style)} request={dice.hex(12)} "
            f"path=/v2/transfers took={took}ms {what[level]}"
        )
    session.command("tail -n 60 -f /var/log/app/service.log", *lines, "^C")
    session.command("grep -c ERROR /var/log/app/service.log", str(dice.between(12, 90)))
    return session.end(at + datetime.timedelta(minutes=6), status=0)


def forbidden_session(user: str, host: str, at: datetime.datetime) -> bytes:
    """Return a session in which somebody changed rows by hand, which is against the rules."""
    session = Transcript(user, host, at)
    prompt = paint("ledger=>", "bold", "cyan")
    session.command("psql $LEDGER_URL", "psql (17.6)", 'Type "help" for help.', "")
    session.typed(prompt, "UPDATE transfers SET status = 'pending' WHERE status = 'stuck';")
    session.say("UPDATE 4")
    session.typed(prompt, "\\q")
    warning = paint("session-guard: write statement outside of a change window", "bold", "red")
    session.say(warning)
    return session.end(at + datetime.timedelta(minutes=4), status=1)


def kubectl_failover(user: str, host: str, at: datetime.datetime, target: str) -> bytes:
    """Return a session that moves a service to another site and watches it come up."""
    session = Transcript(user, host, at)
    dice = Dice(f"kubectl/{host}/{at}/{target}")
    session.command(
        f"kubectl config use-context {target}", f'Switched to context "{paint(target, "cyan")}".'
    )
    pods = [f"payments-{dice.hex(9)}-{dice.hex(5)}" for _ in range(4)]
    session.command(
        "kubectl scale deployment/payments --replicas=4", "deployment.apps/payments scaled"
    )
    session.command(
        "kubectl get pods -l app=payments",
        paint("NAME                        READY   STATUS    RESTARTS   AGE", "bold"),
        *(
            f"{pod:<26}  {paint('1/1', 'green')}     Running   0          {dice.between(20, 70)}s"
            for pod in pods
        ),
    )
    session.command(
        "kubectl rollout status deployment/payments",
        paint('deployment "payments" successfully rolled out', "green"),
    )
    return session.end(at + datetime.timedelta(minutes=9))
