// Events of both kinds of sources, as futures and as streams.

import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import {
  CancelledError,
  fromEventTarget,
  InvalidArgumentError,
  isCancelled,
  iterateEvents,
  run,
  timeout,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';

/** Counts its listeners, which the web's targets do not. */
class CountingTarget extends EventTarget {
  listenerCount = 0;

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.listenerCount += 1;
    super.addEventListener(...args);
  }

  override removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void {
    this.listenerCount -= 1;
    super.removeEventListener(...args);
  }
}

describe('fromEventTarget()', () => {
  test('waits for the next event, and listens no longer than that', () =>
    run(async () => {
      const target = new CountingTarget();
      const next = fromEventTarget(target, 'open');
      expect(target.listenerCount).toBe(1);
      const event = new Event('open');
      target.dispatchEvent(event);
      target.dispatchEvent(new Event('open'));
      expect(await next).toBe(event);
      expect(target.listenerCount).toBe(0);
    }));

  test('gives the arguments of an emitter, in a coroutine too', () =>
    run(
      (function* () {
        const emitter = new EventEmitter();
        const next = fromEventTarget(emitter, 'data');
        emitter.emit('data', 1, 'two');
        expect(yield* next).toEqual([1, 'two']);
        expect(emitter.eventNames()).toEqual([]);
      })(),
    ));

  test('fails with the error of an emitter, unless that is waited for', () =>
    run(async () => {
      const emitter = new EventEmitter();
      const data = fromEventTarget(emitter, 'data');
      const error = fromEventTarget(emitter, 'error');
      emitter.emit('error', new RangeError('broken'));
      await expect(data).rejects.toThrow('broken');
      expect(await error).toEqual([expect.any(RangeError)]);
      expect(emitter.eventNames()).toEqual([]);
    }));

  test('takes the listener away when it is cancelled, or its task is', () =>
    run(async () => {
      const target = new CountingTarget();
      fromEventTarget(target, 'open').cancel();
      expect(target.listenerCount).toBe(0);
      const waiting = timeout(1, async () => void (await fromEventTarget(target, 'open')));
      await expect(waiting).rejects.toThrow(TimeoutError);
      expect(target.listenerCount).toBe(0);
    }));

  test('ends with the signal, whose reason is the cause', () =>
    run(async () => {
      const target = new CountingTarget();
      const controller = new AbortController();
      const { signal } = controller;
      const next = fromEventTarget(target, 'open', { signal });
      const reason = new RangeError('enough');
      controller.abort(reason);
      await expect(next).rejects.toMatchObject({ message: 'enough', cause: reason });
      expect(next.cancelled()).toBe(true);
      const late = fromEventTarget(target, 'open', { signal });
      await expect(late).rejects.toThrow(CancelledError);
      expect(target.listenerCount).toBe(0);
    }));

  test('takes a message port for a target of the web', () =>
    run(async () => {
      const { port1, port2 } = new MessageChannel();
      port2.postMessage('hello');
      const message = await fromEventTarget<MessageEvent>(
        port1 as unknown as EventTarget,
        'message',
      );
      expect(message.data).toBe('hello');
      port1.close();
    }));

  test('refuses what has no events', () =>
    run(() => {
      expect(() => fromEventTarget({} as EventTarget, 'open')).toThrow(InvalidArgumentError);
    }));
});

describe('iterateEvents()', () => {
  test('gives all events from now on, also those that come before they are read', () =>
    run(async () => {
      const emitter = new EventEmitter();
      const events = iterateEvents(emitter, 'data');
      for (const item of [1, 2, 3]) emitter.emit('data', item);
      const read: unknown[] = [];
      for await (const [item] of events) {
        read.push(item);
        if (read.length === 3) break;
      }
      expect(read).toEqual([1, 2, 3]);
      expect(emitter.eventNames()).toEqual([]);
    }));

  test('ends with the error of an emitter, and with the signal', () =>
    run(async () => {
      const emitter = new EventEmitter();
      const failing = iterateEvents(emitter, 'data');
      emitter.emit('data', 1);
      emitter.emit('error', new RangeError('broken'));
      expect(await failing.next()).toEqual({ done: false, value: [1] });
      await expect(failing.next()).rejects.toThrow('broken');

      const controller = new AbortController();
      const stopped = iterateEvents(emitter, 'data', { signal: controller.signal });
      const waiting = stopped.next();
      controller.abort();
      await expect(waiting).rejects.toSatisfy(isCancelled);
      expect(emitter.eventNames()).toEqual([]);
    }));

  test('keeps as many as it was told to', () =>
    run(async () => {
      const target = new CountingTarget();
      const events = iterateEvents(target, 'tick', {
        maxBufferedCount: 1,
        whenFull: 'drop-oldest',
      });
      const last = new Event('tick');
      target.dispatchEvent(new Event('tick'));
      target.dispatchEvent(last);
      expect((await events.next()).value).toBe(last);
      await events.return();
      expect(target.listenerCount).toBe(0);
    }));
});
