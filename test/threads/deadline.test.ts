// A deadline acts once its time is up and what has come by then was read.

import { MessageChannel } from 'node:worker_threads';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { after, Deadline } from '#src/threads/deadline.js';
import { runProgram } from '../loop/fixtures.js';

let log: string[];
beforeEach(() => {
  log = [];
});

const note = (text: string) => () => void log.push(text);

/** Longer than all deadlines here. */
async function pause(): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, 30));
}

/** This thread does nothing else until the deadlines here are long over. */
function beBusy(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
}

/** Calls back when a message is read that has been sent by the time this returns. */
function receive(onMessage: () => void): void {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  port2.on('message', onMessage);
  port1.postMessage('an answer');
}

test('it acts once, when its time is up', async () => {
  const begunMs = performance.now();
  await new Promise<void>((resolve) => void new Deadline(20, resolve).ref());
  // Node counts whole milliseconds.
  expect(performance.now() - begunMs).toBeGreaterThan(18);
});

test('what has come while its thread was busy is read before', async () => {
  receive(note('answer'));
  void after(1, note('too late'));
  setTimeout(note('timer'), 1);
  beBusy();
  await pause();
  expect(log).toEqual(['timer', 'answer', 'too late']);
});

test('it acts also when nothing comes', async () => {
  const program = `
    import { Deadline } from '#src/threads/deadline.js';
    // Keeps the process, and is no message.
    const idle = setInterval(() => {}, 60_000);
    new Deadline(1, () => clearInterval(idle));
  `;
  expect(await runProgram(program)).toMatchObject({ code: 0, stderr: '' });
});

test('it does not act once it was cleared, also by what was read in the last moment', async () => {
  const early = after(5, note('early'));
  const last = after(5, note('last'));
  early?.clear();
  receive(() => last?.clear());
  beBusy();
  await pause();
  expect(log).toEqual([]);
  last?.clear();
});

test.for([Infinity, 2 ** 31])('there is none in %d ms', (delayMs) => {
  expect(after(delayMs, note('at once'))).toBeUndefined();
});
