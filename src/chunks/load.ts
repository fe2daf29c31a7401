/**
 * The code that every thread loads, compiled once for all of them.
 *
 * Node 20 compiles modules anew in each thread, and for ours that takes 16 ms of its processor.
 * What a classic script was compiled to can be handed on. So the chunks that threads need are
 * CommonJS (`scripts/chunk-scripts.ts`), and a thread is born with their text and their code as its
 * starter has them. That takes 7 ms, and 1.6 MB less: `bench/life/` has the rows.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';

type ChunkName = 'everyday' | 'thread';

/** A chunk as one thread hands it to another. Both parts lie in shared memory. */
interface CompiledChunk {
  /** In ASCII. */
  readonly text: Uint8Array;
  /** V8's, for just this text. A thread that cannot use it compiles the text. */
  readonly code: Uint8Array;
}

/** The chunks of one copy of the package: a thread may come to load another one, too. */
interface CompiledChunks extends Readonly<Record<ChunkName, CompiledChunk>> {
  /** The address of this file in that copy. */
  readonly home: string;
}

/** Part of what a thread is born with, `workerData.threadloop`. */
export interface BornWithChunks {
  readonly chunks: CompiledChunks;
}

interface LoadedChunk {
  readonly text: Uint8Array;
  readonly script: Script;
  readonly exports: unknown;
}

const loaded = new Map<ChunkName, LoadedChunk>();
const home = import.meta.url;
const requireFrom = createRequire(home);
const born = workerData as { readonly threadloop?: Partial<BornWithChunks> } | null | undefined;
const given = born?.threadloop?.chunks;
let compiled = given?.home === home ? given : null;

/** What a thread that this one starts is to be born with. */
export function compiledChunks(): CompiledChunks {
  compiled ??= { home, everyday: compiledChunk('everyday'), thread: compiledChunk('thread') };
  return compiled;
}

/** What a chunk exports; it runs once in a thread. */
export function loadChunk(name: ChunkName): unknown {
  return theChunk(name).exports;
}

function theChunk(name: ChunkName): LoadedChunk {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const url = new URL(`./${name}.cjs`, home);
  const text = compiled?.[name].text ?? readFileSync(url);
  // As strict as a module, and on the same line, so that lines keep their numbers.
  const start = '(function (require, module, importMeta, dynamicImport) {"use strict";';
  const script = new Script(`${start}${asString(text)}\n})`, {
    filename: url.href,
    columnOffset: -start.length,
    cachedData: compiled?.[name].code,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...given: unknown[]) => void;
  // Code that was handed on has forgotten whom to ask for modules.
  run(requireHere, module, { url: url.href }, (id: string) => import(id));
  const chunk = { text, script, exports: module.exports };
  loaded.set(name, chunk);
  return chunk;
}

function requireHere(id: string): unknown {
  return id === './thread.cjs' ? loadChunk('thread') : requireFrom(id);
}

function compiledChunk(name: ChunkName): CompiledChunk {
  const { text, script } = theChunk(name);
  return { text: shared(text), code: shared(script.createCachedData()) };
}

function asString({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
