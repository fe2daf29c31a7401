// Sources that make their inputs from an index: files that were found, and ranges.

import { expect, test } from 'vitest';
import { type Input, type InputSource, indexedInputs, toInput } from '#src/cli/inputs.js';

async function readAll(source: InputSource): Promise<Input[]> {
  const inputs: Input[] = [];
  for await (const batch of source.batches()) inputs.push(...batch);
  return inputs;
}

test('an input is its value and the JSON text of it', () => {
  expect(toInput('a"b')).toEqual({ value: 'a"b', json: '"a\\"b"' });
  expect(toInput({ a: [1] })).toEqual({ value: { a: [1] }, json: '{"a":[1]}' });
});

test.for([0, 1, 255, 256, 257, 5000])('%i indexed inputs all come, in order', async (count) => {
  const source = indexedInputs(count, (index) => index * 2);
  expect(source.total).toBe(count);
  const values = (await readAll(source)).map(({ value }) => value);
  expect(values).toEqual(Array.from({ length: count }, (_, index) => index * 2));
});

test('a source that is closed gives no more', async () => {
  const source = indexedInputs(1e9, (index) => index);
  let count = 0;
  for await (const batch of source.batches()) {
    count += batch.length;
    source.close();
  }
  expect(count).toBeLessThan(5000);
});

test('a source makes only what is asked for', async () => {
  let made = 0;
  const batches = indexedInputs(1e9, () => (made += 1))
    .batches()
    [Symbol.asyncIterator]();
  await batches.next();
  expect(made).toBeLessThan(5000);
});
