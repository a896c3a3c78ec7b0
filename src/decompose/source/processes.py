"""Other processes to spread work over, started afresh: a fork would copy locked locks."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import cache

from decompose.errors import UserError
from decompose.ports import Item, Result, Spread, at_once

_SAFE = "PYTHONSAFEPATH"


def allowed(workers: int) -> int:
    """How many processes may do the work of so many.

    Under `python -E` no other can be kept from importing what lies in the working folder.
    """
    return 1 if sys.flags.ignore_environment and not sys.flags.safe_path else workers


@contextmanager
def processes(number: int) -> Iterator[Executor]:
    """So many processes, each started when there is work for it.

    Raises UserError where one of them dies.
    """
    context = multiprocessing.get_context("spawn")
    try:
        with _safe_path(), ProcessPoolExecutor(number, context, _start) as pool:
            try:
                yield pool
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise UserError(
            "a process that did a part of the work died, most likely for want of memory",
            hint="Use --workers 1, and list files of data under `ignore`.",
        ) from error


@contextmanager
def _safe_path() -> Iterator[None]:
    """Python started meanwhile imports nothing from the working folder: that may be the tree."""
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE]
        else:
            os.environ[_SAFE] = before


def _start() -> None:
    """Ctrl-C is the first process's to handle; what a worker makes is sent and thrown away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


@contextmanager
def spreading(workers: int) -> Iterator[Spread]:
    """Spreads work over this process and as many others as make it `workers` together."""
    if allowed(workers) <= 1:
        yield at_once
        return
    with ExitStack() as begun:
        pool = cache(lambda: begun.enter_context(processes(workers - 1)))

        def spread(
            function: Callable[[Sequence[Item]], Sequence[Result]], items: Sequence[Item]
        ) -> Sequence[Result]:
            size = max(1, -(-len(items) // workers))
            own, *others = [items[at : at + size] for at in range(0, len(items), size)] or [items]
            elsewhere = [pool().submit(function, lot) for lot in others]
            found = list(function(own))
            for one in elsewhere:
                found.extend(one.result())
            return found

        yield spread
