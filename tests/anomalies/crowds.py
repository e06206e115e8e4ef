"""Many threads that do the same thing at the same moment, and what came of each."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def at_once(number: int, act: Callable[[int], Any]) -> list[Any]:
    """Run an act in so many threads, begun together; return results and exceptions in order."""
    results: list[Any] = [None] * number
    barrier = threading.Barrier(number)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            results[index] = act(index)
        except BaseException as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads), "Somebody waits for ever."
    return results


def all_well(results: list[Any]) -> list[Any]:
    """Return the results if no thread failed; raise the first failure if one did."""
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
