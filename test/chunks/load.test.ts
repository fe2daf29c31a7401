// How a thread gets the code that its starter has compiled, instead of reading and compiling it.

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { BornWithChunks } from '#src/chunks/load.js';

type Chunks = BornWithChunks['chunks'];
type Chunk = Chunks['thread'];

const require = createRequire(import.meta.url);
const chunksFolder = new URL('../../dist/src/chunks/', import.meta.url);
const threadFile = new URL('../../dist/workers/loop.cjs', import.meta.url);

const wrapped = (body: string): string =>
  `(function (require, module, importMeta, dynamicImport) {"use strict";${body}\n})`;

const home = new URL('load.cjs', chunksFolder).href;

/** A chunk that posts a word. */
const saying = (word: string): string =>
  `const { parentPort } = require('node:worker_threads'); const word = '${word}';` +
  `module.exports = { runWorker() { parentPort.postMessage(word); } };`;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function codeOf(body: string): Uint8Array {
  return new Script(wrapped(body)).createCachedData();
}

async function wordOfThread(thread: Chunk, from = home): Promise<unknown> {
  const chunks: Chunks = { home: from, thread, everyday: thread };
  const worker = new Worker(threadFile, { workerData: { threadloop: { chunks } } });
  const [word] = (await once(worker, 'message')) as [unknown];
  await worker.terminate();
  return word;
}

describe('a thread', () => {
  test('runs the text that it is born with, not a file that may have changed', async () => {
    const text = bytesOf(saying('given'));
    expect(await wordOfThread({ text, code: codeOf(saying('given')) })).toBe('given');
  });

  test('takes the code that came with the text instead of compiling it', async () => {
    // V8 tells texts apart by their length alone, so the word says which of the two was used.
    const text = bytesOf(saying('from the text'));
    expect(await wordOfThread({ text, code: codeOf(saying('from the code')) })).toBe(
      'from the code',
    );
  });

  test('compiles the text where the code is not for it', async () => {
    const text = bytesOf(saying('from the text'));
    expect(await wordOfThread({ text, code: codeOf(saying('of another length')) })).toBe(
      'from the text',
    );
    expect(await wordOfThread({ text, code: new Uint8Array(100) })).toBe('from the text');
  });
});

test('a thread leaves alone what is of another copy of the package', async () => {
  const thread = { text: bytesOf(saying('given')), code: codeOf(saying('given')) };
  const other = home.replace('/dist/', '/node_modules/threadloop/dist/');
  // It is this copy's own code that runs, and finds nothing to begin with.
  await expect(wordOfThread(thread, other)).rejects.toThrow(TypeError);
});

describe('the chunks', () => {
  const loader = require(`${chunksFolder.pathname}load.cjs`) as {
    compiledChunks(): Chunks;
    loadChunk(name: string): Record<string, unknown>;
  };

  test('lie in shared memory, compiled once', () => {
    const chunks = loader.compiledChunks();
    expect(loader.compiledChunks()).toBe(chunks);
    for (const { text, code } of [chunks.thread, chunks.everyday]) {
      expect(text.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(code.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test('have no character that would make the engine keep them in two bytes each', () => {
    const { thread, everyday } = loader.compiledChunks();
    for (const { text } of [thread, everyday]) expect(text.every((byte) => byte < 128)).toBe(true);
  });

  test('give a module what they give a script', async () => {
    const outer = (await import(`${chunksFolder.href}thread.js`)) as Record<string, unknown>;
    const inner = loader.loadChunk('thread');
    expect(Object.keys(outer).toSorted()).toEqual(Object.keys(inner).toSorted());
    expect(outer['HostEventLoop']).toBe(inner['HostEventLoop']);
  });
});
