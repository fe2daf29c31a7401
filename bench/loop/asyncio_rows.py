"""The rows of bench/loop.ts on asyncio, and on uvloop where it is installed: `python3 asyncio_rows.py [uvloop]`.

Prints one JSON object: operations per second by row.
"""
import asyncio
import json
import sys
import time

CALLBACKS = 500_000
TASKS = 200_000


def new_loop():
    if "uvloop" in sys.argv:
        import uvloop
        return uvloop.new_event_loop()
    return asyncio.new_event_loop()


def call_soon_chain():
    loop = new_loop()
    left = CALLBACKS

    def step():
        nonlocal left
        left -= 1
        if left:
            loop.call_soon(step)
        else:
            loop.stop()

    loop.call_soon(step)
    start = time.perf_counter()
    loop.run_forever()
    rate = CALLBACKS / (time.perf_counter() - start)
    loop.close()
    return rate


def run(main, count):
    loop = new_loop()
    start = time.perf_counter()
    loop.run_until_complete(main())
    rate = count / (time.perf_counter() - start)
    loop.close()
    return rate


async def gather_tasks():
    async def nothing():
        pass
    await asyncio.gather(*[nothing() for _ in range(TASKS)])


async def switch():
    for _ in range(CALLBACKS):
        await asyncio.sleep(0)


print(json.dumps({
    "callSoon chain": call_soon_chain(),
    "gathered tasks": run(gather_tasks, TASKS),
    "sleep(0)": run(switch, CALLBACKS),
}))
