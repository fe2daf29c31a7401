import { inspect } from 'node:util';
import { HostEventLoop } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import { closedAfterwards, hostLoop, recordConsole, runOneTick } from './fixtures.js';

describe('the default exception handler', () => {
  test('writes one record: the message, the details in order, the error with its stack', () => {
    const written = recordConsole();
    const exception = new Error('a stone');
    hostLoop().callExceptionHandler({ message: 'Stumbled', place: 'here', act: 'walk', exception });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Stumbled\nact: 'walk'\nplace: 'here'\s+Error: a stone\n +at /);
  });

  test('has words where there is no message', () => {
    const written = recordConsole();
    hostLoop().callExceptionHandler({ exception: new Error('a stone') });
    expect(written[0]).toMatch(/^Unhandled exception in event loop\s+Error: a stone/);
  });

  test('tells a thrown undefined from no error at all', () => {
    const written = recordConsole();
    hostLoop().callExceptionHandler({ message: 'a', exception: undefined });
    hostLoop().callExceptionHandler({ message: 'a' });
    expect(written[0]).not.toBe(written[1]);
  });

  test('throws nothing over a detail that has no text', () => {
    const written = recordConsole();
    const detail: unknown = Object.create(null);
    const hostile = {
      [inspect.custom]() {
        throw new Error('no text');
      },
    };
    hostLoop().callExceptionHandler({ message: 'Odd details', detail, hostile });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Odd details\n/);
  });

  test('names the handle and the error of a callback that threw', async () => {
    const written = recordConsole();
    const loop = hostLoop();
    loop.callSoon(function divide() {
      throw new RangeError('by zero');
    });
    await runOneTick(loop);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch('Exception in callback <Handle divide()>');
    expect(written[0]).toMatch('RangeError: by zero');
  });
});

describe('an exception handler that throws', () => {
  test('is reported with its error, and so is what it was called for', async () => {
    const written = recordConsole();
    const loop = hostLoop();
    loop.setExceptionHandler(() => {
      throw new TypeError('handler broke');
    });
    let wentOn = false;
    loop.callSoon(() => {
      throw new RangeError('by zero');
    });
    loop.callSoon(() => (wentOn = true));
    await runOneTick(loop);
    const all = written.join('\n');
    expect(all).toMatch('Unhandled error in exception handler');
    expect(all).toMatch('TypeError: handler broke');
    expect(all).toMatch('Exception in callback <Handle anonymous()>');
    expect(all).toMatch('RangeError: by zero');
    expect(wentOn).toBe(true);
  });

  test('that a subclass brings along stands for the default one', async () => {
    const seen: unknown[] = [];
    class CollectingLoop extends HostEventLoop {
      override callExceptionHandler(context: object): void {
        seen.push(context);
      }
    }
    const loop = closedAfterwards(new CollectingLoop());
    loop.callSoon(() => {
      throw new Error('a stone');
    });
    await runOneTick(loop);
    expect(seen).toHaveLength(1);
  });

  test('does not end the run, even when the console throws as well', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('standard error is gone');
    });
    const loop = hostLoop();
    let wentOn = false;
    loop.callSoon(() => {
      throw new RangeError('by zero');
    });
    loop.callSoon(() => {
      wentOn = true;
      loop.stop();
    });
    await loop.runForever();
    expect(wentOn).toBe(true);
    expect(loop.isRunning()).toBe(false);
  });
});
