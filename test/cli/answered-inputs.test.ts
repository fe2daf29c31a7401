// What an earlier run has left: which inputs are answered, and up to where the file is whole.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { AnsweredInputs, readAnswers, withoutAnswered } from '#src/cli/answered-inputs.js';
import { indexedInputs } from '#src/cli/inputs.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(content: string): string {
  const path = join(directory, `${Math.random()}.jsonl`);
  writeFileSync(path, content);
  return path;
}

const line = (input: unknown): string =>
  `${JSON.stringify({ input, value: null, ms: 1, loop: 'loop-1' })}\n`;

describe('AnsweredInputs', () => {
  test('counts: an input given three times needs three answers', () => {
    const answered = new AnsweredInputs();
    answered.add('"a"');
    answered.add('"a"');
    expect(['"a"', '"a"', '"a"', '"b"'].map((json) => answered.claim(json))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(answered.count).toBe(0);
  });

  test('tells long inputs apart', () => {
    const answered = new AnsweredInputs();
    const long = JSON.stringify('x'.repeat(1000));
    answered.add(long);
    expect(answered.claim(JSON.stringify(`${'x'.repeat(999)}y`))).toBe(false);
    expect(answered.claim(long)).toBe(true);
  });
});

describe('readAnswers', () => {
  test('reads whole lines, and leaves out one that is torn', async () => {
    const whole = line('ä') + line({ a: 1 });
    const torn = line('torn').slice(0, -1);
    const run = await readAnswers(file(whole + torn));
    expect(run.wholeBytes).toBe(Buffer.byteLength(whole));
    expect(run.answered.count).toBe(2);
    expect(run.answered.claim('"ä"')).toBe(true);
    expect(run.answered.claim('{"a":1}')).toBe(true);
  });

  test('counts errors', async () => {
    const failed = '{"input":1,"error":{"name":"E","message":""},"ms":1,"loop":"loop-1"}\n';
    expect((await readAnswers(file(line(0) + failed))).failedCount).toBe(1);
  });

  test('finds nothing in an empty file', async () => {
    expect((await readAnswers(file(''))).wholeBytes).toBe(0);
  });

  test('refuses a line that is no answer, with its number and the mend', async () => {
    const path = file(`${line(1)}{"hello":"world"}\n`);
    await expect(readAnswers(path)).rejects.toThrow(
      `${path}:2: no answer of an earlier run: {"hello":"world"}; ` +
        'give --out the file of the run to resume, or leave out --resume to overwrite it',
    );
  });
});

test('withoutAnswered gives the inputs that are left, and tells of the others', async () => {
  const answered = new AnsweredInputs();
  for (const json of ['0', '2', '4', '99']) answered.add(json);
  let skippedCount = 0;
  const source = withoutAnswered(
    indexedInputs(6, (index) => index),
    answered,
    (count) => (skippedCount += count),
  );
  const left: unknown[] = [];
  for await (const batch of source.batches()) left.push(...batch.map(({ value }) => value));
  expect(left).toEqual([1, 3, 5]);
  expect([skippedCount, answered.count]).toEqual([3, 1]);
});
