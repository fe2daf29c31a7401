// The sample in docs/scheduling.md is a piece of a file that runs, and prints what that file says.

import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';
import { main } from './background-index.js';

const file = readFileSync(new URL('background-index.ts', import.meta.url), 'utf8');
const page = readFileSync(new URL('../../docs/scheduling.md', import.meta.url), 'utf8');

test('every sample on the page is a piece of the file', () => {
  const samples = [...page.matchAll(/```ts\n(?<code>.*?)```/gsu)];
  expect(samples).toHaveLength(1);
  for (const { groups } of samples) expect(file).toContain(groups?.['code']);
});

test('the file prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await virtualLoop().runUntilComplete(main);
  expect(log.mock.calls.flat()).toEqual(['answered', 'indexed 6 words', 'given up: nobody asked']);
  expect(file).toContain(`// Prints: ${log.mock.calls.flat().join(', ')}.`);
});
