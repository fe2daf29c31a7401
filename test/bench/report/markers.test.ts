// What the benchmark writes into a page, and what it leaves alone.
// Pure: text in, text out.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replaceBetweenMarkers } from '../../../bench/report/markers.js';

const page = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8');

test('what stands around the markers stays, and writing twice is writing once', () => {
  const once = replaceBetweenMarkers(page, 'some | table');
  expect(once).toContain('some | table');
  expect(once.startsWith(page.slice(0, page.indexOf('<!-- bench')))).toBe(true);
  expect(once.endsWith(page.slice(page.indexOf('<!-- bench: up to here')))).toBe(true);
  expect(replaceBetweenMarkers(once, 'some | table')).toBe(once);
});

test('a page without its markers is an error that names them', () => {
  expect(() => replaceBetweenMarkers('# Page', 'text')).toThrow(/has to hold '<!-- bench/);
});
