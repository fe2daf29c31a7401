// Lines of files and streams as inputs, plain and as JSON.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import type { InputSource } from '#src/cli/inputs.js';
import { fileLines, streamLines } from '#src/cli/line-inputs.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(content: string): string {
  const path = join(directory, `${Math.random()}.txt`);
  writeFileSync(path, content);
  return path;
}

async function values(source: InputSource): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const batch of source.batches()) all.push(...batch.map(({ value }) => value));
  return all;
}

describe('lines of a file', () => {
  test('are counted first and then read', async () => {
    const source = await fileLines(file('a\n\nb'), { isJson: false });
    expect(source.total).toBe(3);
    expect(await values(source)).toEqual(['a', '', 'b']);
  });

  test('are parsed as JSON, blank ones left out', async () => {
    const source = await fileLines(file('1\n\n{"a":[true]}\r\n  \n"x"\n'), { isJson: true });
    expect(source.total).toBe(3);
    expect(await values(source)).toEqual([1, { a: [true] }, 'x']);
  });

  test('that are not JSON are told before any is given, with their number', async () => {
    const path = file('1\n\n{"a":\n4\n');
    await expect(fileLines(path, { isJson: true })).rejects.toThrow(
      new RegExp(`^${path}:3: not JSON: .*; with --json every line is one JSON value$`),
    );
  });

  test('of a file that is missing or a directory are refused', async () => {
    await expect(fileLines(join(directory, 'none'), { isJson: false })).rejects.toThrow(
      /^cannot read '.*none': no such file or directory$/,
    );
    await expect(fileLines(directory, { isJson: false })).rejects.toThrow(/it is a directory/);
  });
});

describe('lines of a stream', () => {
  test('that come before a bad one are still given', async () => {
    const source = streamLines('standard input', Readable.from([Buffer.from('1\n2\nx\n4\n')]), {
      isJson: true,
    });
    expect(source.total).toBeUndefined();
    const batches = source.batches()[Symbol.asyncIterator]();
    const first = (await batches.next()).value as ReadonlyArray<{ value: unknown }>;
    expect(first.map(({ value }) => value)).toEqual([1, 2]);
    await expect(batches.next()).rejects.toThrow(/^standard input:3: not JSON/);
  });

  test('come as soon as they are whole', async () => {
    const stream = new PassThrough();
    const batches = streamLines('s', stream, { isJson: false }).batches()[Symbol.asyncIterator]();
    stream.write('one\ntw');
    expect((await batches.next()).value).toEqual([{ value: 'one', json: '"one"' }]);
    stream.write('o\n');
    expect((await batches.next()).value).toEqual([{ value: 'two', json: '"two"' }]);
    stream.destroy();
  });

  test('end when the source is closed, also for a reader who waits', async () => {
    const stream = new PassThrough();
    const source = streamLines('s', stream, { isJson: false });
    const pending = source.batches()[Symbol.asyncIterator]().next();
    source.close();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(stream.destroyed).toBe(true);
  });

  test('that fail name the stream and the reason', async () => {
    const stream = new PassThrough();
    const pending = values(streamLines('pipe', stream, { isJson: false }));
    stream.destroy(new Error('torn'));
    await expect(pending).rejects.toThrow("cannot read 'pipe': torn");
  });
});
