/** The published Promises/A+ suite, whole, against `Future` on a host loop. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a future passes the Promises/A+ suite', () => {
  const program = 'test/conformance/fixtures/promises-aplus.js';
  const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  expect(stdout).toMatch(/\b872 passing\b/u);
  expect(status).toBe(0);
});
