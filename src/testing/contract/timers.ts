/**
 * The contract's chapter on time: the loop's clock, and the order of its timers.
 * Runs on the thread of the loop that is tried.
 */
import { strict as assert } from 'node:assert';
import type { Alarm, Clock } from '../../loop/clock.js';
import type { TimerHandle } from '../../loop/handle.js';
import { VirtualClock } from '../virtual-clock.js';
import type { Checks } from './trial.js';
import { throwsWith } from './trial.js';

/** On whatever clock the loop has. */
export const timerChecks: Checks = {
  'timers fire by their time, whatever the order of their scheduling': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const startMs = loop.time();
    loop.callAt(startMs + 5, () => loop.stop());
    loop.callAt(startMs + 3, (word: string) => log.push(word), 'three');
    loop.callAt(startMs + 1, () => log.push('one'));
    loop.callAt(startMs + 2, () => log.push('two'));
    await trial.runForever(loop);
    assert.deepEqual(log, ['one', 'two', 'three']);
  },

  'timers of the same time fire in the order of their scheduling': async (trial) => {
    const loop = trial.loop();
    const log: number[] = [];
    const whenMs = loop.time() + 2;
    for (let count = 0; count < 8; count += 1) loop.callAt(whenMs, () => log.push(count));
    loop.callAt(whenMs + 1, () => loop.stop());
    await trial.runForever(loop);
    assert.deepEqual(log, [0, 1, 2, 3, 4, 5, 6, 7]);
  },

  'timers never fire before their time': async (trial) => {
    const loop = trial.loop();
    const early: number[] = [];
    // So close together that some are due soon whenever the loop looks, on a busy machine too.
    for (let count = 0; count < 200; count += 1) {
      const timer: TimerHandle = loop.callLater(count / 10, () =>
        early.push(timer.when() - loop.time()),
      );
    }
    loop.callLater(21, () => loop.stop());
    await trial.runForever(loop);
    assert.equal(early.length, 200);
    assert.ok(Math.max(...early) <= 0, `a timer came ${Math.max(...early)} ms too early`);
  },

  'timers tell when they are due': (trial) => {
    const loop = trial.loop();
    const whenMs = loop.time() + 60_000;
    assert.equal(loop.callAt(whenMs, () => {}).when(), whenMs);
    const fromMs = loop.time() + 60_000;
    const later = loop.callLater(60_000, () => {}).when();
    assert.ok(later >= fromMs && later <= loop.time() + 60_000);
  },

  'timers without a delay, or with less, fire in the next batch, by their time': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callLater(0, () => log.push('zero'));
    loop.callLater(-5, () => log.push('minus five'));
    loop.callLater(-Infinity, () => log.push('long ago'));
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['long ago', 'minus five', 'zero']);
  },

  'timers that are due go behind what is ready already': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callAt(loop.time() - 1, () => log.push('timer'));
    loop.callSoon(() => log.push('soon'));
    loop.callLater(60_000, () => log.push('not due'));
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['soon', 'timer']);
  },

  'timers leave what they schedule to the next batch': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callLater(1, () => {
      loop.callSoon(() => log.push('after'));
      loop.stop();
    });
    await trial.runForever(loop);
    assert.deepEqual(log, []);
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['after']);
  },

  'timers need a time': (trial) => {
    const loop = trial.loop();
    for (const time of [null, undefined, NaN, 'soon'] as unknown as number[]) {
      throwsWith('ERR_INVALID_ARGUMENT', () => loop.callLater(time, () => {}));
      throwsWith('ERR_INVALID_ARGUMENT', () => loop.callAt(time, () => {}));
    }
  },

  'time goes on, in milliseconds, and never back': async (trial) => {
    const loop = trial.loop();
    const times: number[] = [loop.time()];
    for (let delayMs = 0; delayMs < 4; delayMs += 1) {
      loop.callLater(delayMs, () => times.push(loop.time()));
    }
    loop.callLater(20, () => loop.stop());
    const startMs = performance.now();
    await trial.runForever(loop);
    const realMs = performance.now() - startMs;
    times.push(loop.time());
    assert.deepEqual(
      times.toSorted((a, b) => a - b),
      times,
    );
    const passedMs = loop.time() - (times[0] ?? NaN);
    assert.ok(passedMs >= 20, `20 ms are ${passedMs} on this loop`);
    // A virtual clock is ahead of the world, a slow machine behind; neither by a unit.
    assert.ok(passedMs < 200 + realMs * 2, `${realMs} ms are ${passedMs} on this loop`);
  },
};

/** Of loops that take a clock. */
export const clockChecks: Checks = {
  'a clock that is given is the only time that the loop knows': async (trial) => {
    const clock = new VirtualClock({ autojump: true });
    const loop = trial.loop({ clock });
    const log: number[] = [];
    for (const delayMs of [3_600_000, 500, 60_000]) {
      loop.callLater(delayMs, () => log.push(loop.time()));
    }
    loop.callLater(7_200_000, () => loop.stop());
    const startMs = loop.time();
    await trial.runForever(loop);
    assert.deepEqual(
      log.map((timeMs) => timeMs - startMs),
      [500, 60_000, 3_600_000],
    );
    assert.equal(loop.time(), clock.now());
  },

  'a clock that wakes too early is asked again': async (trial) => {
    const clock = new HastyClock();
    const loop = trial.loop({ clock });
    const fired: number[] = [];
    loop.callLater(5, () => {
      fired.push(loop.time());
      loop.stop();
    });
    await trial.runForever(loop);
    assert.deepEqual(fired, [5]);
  },
};

/** Wakes after one millisecond, whatever was ordered: `Clock` allows that. */
class HastyClock implements Clock {
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  setAlarm(_whenMs: number, wake: () => void): Alarm {
    const immediate = setImmediate(() => {
      this.#nowMs += 1;
      wake();
    });
    return { cancel: () => clearImmediate(immediate) };
  }

  park(): void {
    this.#nowMs += 1;
  }
}
