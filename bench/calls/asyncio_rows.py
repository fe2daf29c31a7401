"""The rows of calls/ on asyncio or uvloop: `asyncio_rows.py ROW asyncio|uvloop SCALE`.

A loop runs in a second thread, and the main thread, or a loop in it, calls it. Prints the figures
as one JSON object. SCALE is 1, or less where it has to be quick.
"""
import asyncio
import json
import sys
import threading
import time

ROW, LOOP, SCALE = sys.argv[1], sys.argv[2], float(sys.argv[3])


def new_loop():
    if LOOP == "uvloop":
        import uvloop
        return uvloop.new_event_loop()
    return asyncio.new_event_loop()


far = new_loop()


async def increment(value):
    return value + 1


def quantile(values, share):
    values = sorted(values)
    return values[round((len(values) - 1) * share)]


def time_calls(count):
    times = []
    for value in range(count):
        start = time.perf_counter()
        answer = asyncio.run_coroutine_threadsafe(increment(value), far).result()
        times.append((time.perf_counter() - start) * 1e6)
        assert answer == value + 1
    return times


def round_trip():
    time_calls(int(2_000 * SCALE))
    times = time_calls(int(6_000 * SCALE))
    return {"p50": quantile(times, 0.5), "p99": quantile(times, 0.99)}


def thousand_callers():
    made = 0

    async def call_for(seconds):
        nonlocal made
        made = 0
        start = time.perf_counter()

        async def caller():
            nonlocal made
            while time.perf_counter() - start < seconds:
                made += 1
                value = made
                future = asyncio.run_coroutine_threadsafe(increment(value), far)
                assert await asyncio.wrap_future(future) == value + 1

        await asyncio.gather(*[caller() for _ in range(1_000)])
        return made / (time.perf_counter() - start)

    near = new_loop()
    near.run_until_complete(call_for(0.3 * SCALE))
    return {"rate": near.run_until_complete(call_for(0.5 * SCALE))}


def all_at_once():
    count = int(50_000 * SCALE)
    start = time.perf_counter()
    futures = [asyncio.run_coroutine_threadsafe(increment(value), far) for value in range(count)]
    total = sum(future.result() for future in futures)
    rate = count / (time.perf_counter() - start)
    assert total == count * (count + 1) // 2
    return {"rate": rate}


def one_way():
    count = int(1_000_000 * SCALE)
    total = 0

    def add(value):
        nonlocal total
        total += value

    async def take():
        return total

    start = time.perf_counter()
    for value in range(count):
        far.call_soon_threadsafe(add, value)
    answer = asyncio.run_coroutine_threadsafe(take(), far).result()
    rate = count / (time.perf_counter() - start)
    assert answer == count * (count - 1) // 2
    return {"rate": rate}


threading.Thread(target=far.run_forever, daemon=True).start()
print(json.dumps(globals()[ROW]()), flush=True)
far.call_soon_threadsafe(far.stop)
