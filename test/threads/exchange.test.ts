// One link with the calls over it; both sides live in this thread.

import { callback, HostEventLoop, remoteFunction, ThreadloopError } from 'threadloop';
import { NodePort, type PortListener } from 'threadloop/lowlevel';
import { createPortPair, type MemoryPort } from 'threadloop/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallQueue } from '#src/threads/call-queue.js';
import { Exchange } from '#src/threads/exchange.js';
import { RemoteCall } from '#src/threads/remote-call.js';
import { answerHeading, callHeading, Operation } from '#src/wire/message.js';
import { nodeTurn, recordConsole, recordReports } from '../loop/fixtures.js';

const waitForever = remoteFunction(
  'data:text/javascript,export const waitForever = () => new Promise(() => {});',
  'waitForever',
);
const echo = remoteFunction(`data:text/javascript,export const echo = (value) => value;`, 'echo');

let loop: HostEventLoop;
let endLoop: () => void;

beforeEach(() => {
  loop = new HostEventLoop();
  endLoop = loop.runInBackground();
});
afterEach(() => {
  endLoop();
  loop.close();
});

/** One side, and what its port was given to listen with. */
function makeSide(
  port: MemoryPort,
  hasLoop = true,
): { exchange: Exchange; listener: PortListener } {
  const listen = vi.spyOn(port, 'listen');
  const exchange = new Exchange(port, {
    farName: 'far',
    host: { loop: () => (hasLoop ? loop : null), gate: null, queue: new CallQueue() },
    portOver: (proxyPort) => new NodePort(proxyPort),
    onNotice: () => {},
    onClosed: () => {},
    replaceThread: () => {},
    onAnswer: () => {},
    whyNotBlock: () => null,
  });
  return { exchange, listener: listen.mock.calls[0]?.[0] as PortListener };
}

function call(exchange: Exchange, args: readonly unknown[], fn = echo): RemoteCall<unknown> {
  return new RemoteCall<unknown>(fn, args, {}, (each) => exchange.send(each)).begin();
}

describe('an exchange', () => {
  test.each(['ends', 'dies'])('loses no answer behind callbacks when a side %s', async (how) => {
    const [left] = createPortPair();
    const near = makeSide(left);
    const seen: string[] = [];
    using report = callback((text: string) => seen.push(text));
    const answered = call(near.exchange, [report]);
    const [id, number, slot, rank] = [0, 1, 0, 1];
    const called = [callHeading(Operation.Call, slot, rank, 2), id, 'called', number];
    const result = [answerHeading(Operation.Result, id), 'done'];
    const defined = [Operation.Define, slot, 'threadloop:', 'callback'];
    near.listener.onBatch([...defined, ...called, ...result]);
    expect(answered.done()).toBe(false);
    if (how === 'ends') endLoop();
    else near.exchange.fail(new Error('gone'));
    expect(await answered).toBe('done');
  });

  test('fails every call that waits when the far side could not read a batch', async () => {
    const [left, right] = createPortPair();
    const { exchange: near } = makeSide(left);
    const far = makeSide(right);
    vi.spyOn(left, 'post').mockImplementationOnce(() => {
      far.listener.onUnreadable(new Error('garbled'));
      return true;
    });
    const calls = [call(near, [1]), call(near, [2])];
    for (const each of calls) {
      await expect(each).rejects.toThrow(ThreadloopError);
      await expect(each).rejects.toThrow("Loop 'far' could not read a message: Error: garbled");
    }
    expect(near.pendingCount).toBe(0);
    expect(await call(near, [3])).toBe(3);
  });

  test('fails a call whose answer came in a batch that could not be read', async () => {
    const [left, right] = createPortPair();
    const { exchange: near, listener } = makeSide(left);
    makeSide(right);
    const running = call(near, [], waitForever);
    vi.spyOn(right, 'post').mockImplementationOnce(() => {
      listener.onUnreadable(new Error('garbled'));
      return true;
    });
    const lost = call(near, [1]);
    await expect(lost).rejects.toThrow(ThreadloopError);
    await expect(lost).rejects.toThrow("A message of loop 'far' could not be read: Error: garbled");
    expect([running.done(), near.pendingCount]).toEqual([false, 1]);
    expect(await call(near, [3])).toBe(3);
  });

  test('keeps the process alive only while a call waits for its answer', async () => {
    const [left, right] = createPortPair();
    const { exchange: near } = makeSide(left);
    makeSide(right);
    near.post(echo, [1], {});
    expect(left.isReferenced).toBe(false);
    const calls = [call(near, [1]), call(near, [2])];
    expect(left.isReferenced).toBe(true);
    await near.answered();
    await nodeTurn();
    expect(left.isReferenced).toBe(false);
    expect(right.isReferenced).toBe(false);
    expect(await Promise.all(calls)).toEqual([1, 2]);
  });

  test('stays in the books for a cancelled call until the far side is done with it', async () => {
    const [left, right] = createPortPair();
    const { exchange: near } = makeSide(left);
    makeSide(right);
    const cancelled = call(near, [1]);
    cancelled.cancel('enough');
    expect([cancelled.done(), near.pendingCount]).toEqual([true, 1]);
    await expect(cancelled).rejects.toThrow('enough');
    await near.answered();
    expect([near.pendingCount, near.completedCount]).toEqual([0, 1]);
  });

  test('never begins a call whose caller was told that its thread is lost', async () => {
    const source = 'let count = 0; export const next = () => { count += 1; return count; };';
    const next = remoteFunction(`data:text/javascript,${source}`, 'next');
    const [left, right] = createPortPair();
    const { exchange: near } = makeSide(left);
    makeSide(right);
    const callNext = () => new RemoteCall<unknown>(next, [], {}, (each) => near.send(each)).begin();
    expect(await callNext()).toBe(1);
    const lost = callNext();
    near.fail(new Error('lost'));
    await expect(lost).rejects.toThrow('lost');
    expect(await callNext()).toBe(2);
  });

  test('loads no module for such a call', async () => {
    const url =
      'data:text/javascript,globalThis.loadedForNobody = true; export const run = () => 1;';
    const [left, right] = createPortPair();
    const { exchange: near } = makeSide(left);
    makeSide(right);
    const run = remoteFunction(url, 'run');
    const lost = new RemoteCall<unknown>(run, [], {}, (each) => near.send(each)).begin();
    near.fail(new Error('lost'));
    await expect(lost).rejects.toThrow('lost');
    expect(await call(near, [1])).toBe(1);
    expect(globalThis).not.toHaveProperty('loadedForNobody');
  });

  test('reports a post that cannot be sent to the loop here, else to the console', async () => {
    const reports = recordReports(loop);
    const lines = recordConsole();
    makeSide(createPortPair()[0]).exchange.post(echo, [() => {}], {});
    await nodeTurn();
    expect(reports).toMatchObject([
      {
        message: "A callback for loop 'far' could not be sent",
        exception: { name: 'NotCloneableError' },
      },
    ]);
    expect(lines).toEqual([]);
    makeSide(createPortPair()[0], false).exchange.post(echo, [() => {}], {});
    await nodeTurn();
    expect(reports).toHaveLength(1);
    expect(lines.join('\n')).toContain("A callback for loop 'far' could not be sent");
  });

  test('answers a call with an error where no loop runs, and reports a post', async () => {
    const lines = recordConsole();
    const [left, right] = createPortPair();
    const { exchange: near } = makeSide(left);
    makeSide(right, false);
    near.post(echo, [1], {});
    await expect(call(near, [1])).rejects.toThrow(
      'No loop runs in the thread that was to run echo()',
    );
    expect(lines.join('\n')).toContain('Exception in callback echo() of another thread');
  });
});
