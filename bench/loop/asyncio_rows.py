"""The rows of loop/ on asyncio or uvloop: `asyncio_rows.py ROW asyncio|uvloop SCALE`.

One thread. Prints the figures as one JSON object. SCALE is 1, or less where it has to be quick.
"""
import asyncio
import json
import sys
import time

ROW, LOOP, SCALE = sys.argv[1], sys.argv[2], float(sys.argv[3])
CALLBACKS = int(500_000 * SCALE)
TASKS = int(200_000 * SCALE)


def new_loop():
    if LOOP == "uvloop":
        import uvloop
        return uvloop.new_event_loop()
    return asyncio.new_event_loop()


def rate_of(count, run):
    start = time.perf_counter()
    run()
    return {"rate": count / (time.perf_counter() - start)}


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
    figures = rate_of(CALLBACKS, loop.run_forever)
    assert left == 0
    return figures


def call_soon_at_once():
    loop = new_loop()
    ran = 0

    def step():
        nonlocal ran
        ran += 1

    def run():
        for _ in range(2 * CALLBACKS):
            loop.call_soon(step)
        loop.call_soon(loop.stop)
        loop.run_forever()

    figures = rate_of(2 * CALLBACKS, run)
    assert ran == 2 * CALLBACKS
    return figures


def gather():
    loop = new_loop()

    async def nothing():
        return 1

    async def main():
        return await asyncio.gather(*[nothing() for _ in range(TASKS)])

    answers = []
    figures = rate_of(TASKS, lambda: answers.extend(loop.run_until_complete(main())))
    assert sum(answers) == TASKS
    return figures


def sleep_zero():
    loop = new_loop()

    async def main():
        for _ in range(CALLBACKS):
            await asyncio.sleep(0)

    return rate_of(CALLBACKS, lambda: loop.run_until_complete(main()))


def timer_cancel():
    loop = new_loop()

    def never():
        raise AssertionError("a cancelled timer fired")

    async def in_turn():
        for _ in range(CALLBACKS):
            loop.call_later(60, never).cancel()

    async def all_then_all():
        handles = [loop.call_later(60, never) for _ in range(CALLBACKS)]
        for handle in handles:
            handle.cancel()

    def rate(main):
        return rate_of(CALLBACKS, lambda: loop.run_until_complete(main()))["rate"]

    return {"inTurn": rate(in_turn), "allThenAll": rate(all_then_all)}


def timers_fired():
    loop = new_loop()
    left = TASKS

    def fire():
        nonlocal left
        left -= 1
        if not left:
            loop.stop()

    def order():
        for index in range(TASKS):
            loop.call_later(index % 200 / 1_000, fire)

    loop.call_soon(order)
    start = time.perf_counter()
    loop.run_forever()
    return {"time": (time.perf_counter() - start) * 1_000}


print(json.dumps(globals()[ROW]()), flush=True)
