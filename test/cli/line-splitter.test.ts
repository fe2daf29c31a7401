// Bytes become lines, wherever they are cut into chunks.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter } from '#src/cli/line-splitter.js';

function split(...chunks: ReadonlyArray<string | Buffer>): string[] {
  const splitter = new LineSplitter('input');
  const lines = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
  const last = splitter.end();
  return last === undefined ? lines : [...lines, last];
}

describe('LineSplitter', () => {
  test.for([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\nb', ['a', 'b']],
    ['\n\n', ['', '']],
    ['a\r\nb\r', ['a', 'b']],
    ['a\rb\n', ['a\rb']],
    ['a\u2028b\u2029c\n', ['a\u2028b\u2029c']],
    ['\uFEFFa\n\uFEFFb\n', ['a', '\uFEFFb']],
  ] as const)('cuts %j', ([text, lines]) => {
    expect(split(text)).toEqual(lines);
  });

  test('gives the same lines however the bytes are cut into chunks', () => {
    const texts = fc.array(fc.string({ unit: 'binary' }).map((it) => it.replaceAll(/[\n\r]/g, '')));
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 20 }), { minLength: 1 }), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = (sizes[turn % sizes.length] ?? 0) + 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(split(...chunks)).toEqual(split(bytes));
      }),
    );
  });

  test('puts a sign that is cut in two together again', () => {
    const bytes = Buffer.from('grüße\n');
    expect(split(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['grüße']);
  });

  test('replaces bytes that are not UTF-8', () => {
    expect(split(Buffer.from([0x61, 0xff, 0x62]))).toEqual(['a\uFFFDb']);
  });

  test('refuses a line without an end, naming the stream and the line', () => {
    const splitter = new LineSplitter('big.txt', 10);
    expect(splitter.push(Buffer.from('short\n12345'))).toEqual(['short']);
    expect(() => splitter.push(Buffer.from('678901'))).toThrow(
      /^big\.txt:2: the line is longer than 10 bytes/,
    );
  });

  test('tells how many bytes belong to no whole line', () => {
    const splitter = new LineSplitter('input');
    splitter.push(Buffer.from('abc\nde'));
    expect(splitter.partialBytes).toBe(2);
  });
});
