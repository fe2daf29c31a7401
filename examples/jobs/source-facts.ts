/**
 * A job for `threadloop map`: facts about one source file.
 *
 * An ordinary module; nothing in it knows of threads. Each loop loads it once and calls
 * `sourceFacts` with one path after the other. Run it on real input with `npm start`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** What is found out about a file. */
export interface SourceFacts {
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
  /** Size after gzip at its best over size before: small for a file that repeats itself. */
  readonly gzipRatio: number;
  /** The most frequent identifiers, with their counts, most frequent first. */
  readonly identifiers: ReadonlyArray<readonly [name: string, count: number]>;
}

const IDENTIFIER_COUNT = 10;

const keywords = new Set(
  (
    'abstract any as async await boolean break case catch class const constructor continue ' +
    'debugger declare default delete do else enum export extends false finally for from function ' +
    'get if implements import in infer instanceof interface is keyof let module namespace never ' +
    'new null number object of out private protected public readonly return set static string ' +
    'super switch symbol this throw true try type typeof undefined unique unknown using var void ' +
    'while with yield'
  ).split(' '),
);

/** Reads a file and finds its facts. */
export function sourceFacts(path: string): SourceFacts {
  const content = readFileSync(path);
  const text = content.toString('utf8');
  return {
    bytes: content.length,
    lines: countLines(content),
    sha256: createHash('sha256').update(content).digest('hex'),
    gzipRatio: content.length === 0 ? 1 : gzipSync(content, { level: 9 }).length / content.length,
    identifiers: frequentIdentifiers(text),
  };
}

function countLines(content: Buffer): number {
  const newline = 0x0a;
  let count = content.length > 0 && content.at(-1) !== newline ? 1 : 0;
  for (let at = content.indexOf(newline); at !== -1; at = content.indexOf(newline, at + 1)) {
    count += 1;
  }
  return count;
}

/** What is passed over, and then an identifier of two or more characters. */
const tokens = new RegExp(
  [
    String.raw`\/\*[^]*?\*\/|\/\/[^\n]*`,
    String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`,
    String.raw`([A-Za-z_$][\w$]+)`,
  ].join('|'),
  'g',
);

function frequentIdentifiers(text: string): Array<[name: string, count: number]> {
  const counts = new Map<string, number>();
  for (const [, word] of text.matchAll(tokens)) {
    if (word !== undefined && !keywords.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, IDENTIFIER_COUNT);
}
