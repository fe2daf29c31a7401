// Lines reach the stream whole, together, and no faster than it takes them.

import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AnswerWriter } from '#src/cli/answer-writer.js';

class SlowStream extends Writable {
  readonly writes: string[] = [];
  #release: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 10, decodeStrings: false });
  }

  override _write(chunk: string, _encoding: string, callback: () => void): void {
    this.writes.push(chunk);
    this.#release = callback;
  }

  release(): void {
    this.#release?.();
  }
}

const noEvents = { onDrain: () => {}, onError: () => {} };

test('lines that come together leave as one write', async () => {
  const stream = new SlowStream();
  const writer = new AnswerWriter(stream, noEvents);
  writer.write('a\n');
  writer.write('b\n');
  expect(stream.writes).toEqual([]);
  await pause(20);
  expect(stream.writes).toEqual(['a\nb\n']);
});

test('many lines do not wait for more', () => {
  const stream = new SlowStream();
  const writer = new AnswerWriter(stream, noEvents);
  writer.write(`${'x'.repeat(70_000)}\n`);
  expect(stream.writes).toHaveLength(1);
});

test('a writer is congested until its stream has drained', async () => {
  let drained = 0;
  const stream = new SlowStream();
  const writer = new AnswerWriter(stream, { ...noEvents, onDrain: () => (drained += 1) });
  expect(writer.isCongested).toBe(false);
  writer.write(`${'x'.repeat(20)}\n`);
  await pause(20);
  expect(writer.isCongested).toBe(true);
  stream.release();
  await pause(20);
  expect([writer.isCongested, drained]).toEqual([false, 1]);
});

test('the end comes when the stream has taken everything', async () => {
  const stream = new SlowStream();
  const writer = new AnswerWriter(stream, noEvents);
  writer.write('last\n');
  const end = writer.end();
  await pause(20);
  expect(stream.writableFinished).toBe(false);
  stream.release();
  await end;
  expect([stream.writes, stream.writableFinished]).toEqual([['last\n'], true]);
});

test('a broken stream is told once, and the end does not wait for it', async () => {
  const errors: Error[] = [];
  const stream = new SlowStream();
  const writer = new AnswerWriter(stream, { ...noEvents, onError: (it) => errors.push(it) });
  writer.write('a\n');
  await pause(20);
  stream.destroy(new Error('gone'));
  await pause(20);
  writer.write('b\n');
  await writer.end();
  expect(errors.map(({ message }) => message)).toEqual(['gone']);
});
