"""Work that is done at the same time, and ends together."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from domain.errors import CaseworkError, NoAnswer

T = TypeVar("T")


async def together(*works: Coroutine[Any, Any, T]) -> list[T]:
    """Do all of them; the first that raises a typed error ends the others, and it is what is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except* CaseworkError as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def beside(main: Coroutine[Any, Any, T], *background: Coroutine[Any, Any, None]) -> T:
    """Do one while others run beside it: they end with it, and the first of them that fails ends it."""
    working = asyncio.ensure_future(main)
    others = [asyncio.ensure_future(other) for other in background]
    try:
        await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            if other.done():
                other.result()
        return await working
    finally:
        for task in (working, *others):
            task.cancel()
        await asyncio.gather(working, *others, return_exceptions=True)


async def answered(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer, asked for again and again: a busy machine may be slower than a caller is patient."""
    while True:
        try:
            return await ask()
        except NoAnswer:
            continue
