import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { withoutOwnFrames } from '#src/threads/own-frames.js';

const dist = new URL('../../dist/src/', import.meta.url);
const src = new URL('../../src/', import.meta.url);

const head = ['Error: what happened', 'on two lines'];
const theirs = [
  '    at crawl (file:///home/ada/tasks.js:3:4)',
  '    at async main (/home/ada/src/threads/main.ts:1:2)',
  '    at node:internal/process/task_queues:95:5',
];

function stackWith(ours: string): string {
  return [...head, theirs[0], `    at call (${ours}:5:6)`, theirs[1], theirs[2]].join('\n');
}

const expected = [...head, ...theirs].join('\n');

describe('a stack', () => {
  test.for([
    ['as it was built', new URL('threads/exchange.js', dist).href],
    ['as a path', fileURLToPath(new URL('threads/exchange.js', dist))],
    ['as source maps tell it', fileURLToPath(new URL('threads/exchange.ts', src))],
    ['as source maps tell it, by URL', new URL('threads/exchange.ts', src).href],
  ] as const)('loses the frames of this package: %s', ([, ours]) => {
    expect(withoutOwnFrames(stackWith(ours))).toBe(expected);
  });

  test('keeps them in debug mode', () => {
    vi.stubEnv('THREADLOOP_DEBUG', '1');
    const stack = stackWith(new URL('threads/exchange.js', dist).href);
    expect(withoutOwnFrames(stack)).toBe(stack);
  });

  test('keeps what mentions the package in its message, and is never left empty', () => {
    const frame = `    at call (${dist.href}threads/exchange.js:5:6)`;
    expect(withoutOwnFrames(frame)).toBe(frame);
    expect(withoutOwnFrames('')).toBe('');
    const message = `Error: Cannot find module '${dist.href}nowhere.js'`;
    expect(withoutOwnFrames(`${message}\n${theirs[0]}`)).toBe(`${message}\n${theirs[0]}`);
  });
});
