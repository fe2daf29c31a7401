import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameKind, StackFrame } from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withKinds } from '#src/loop/function-kind.js';

/** The kind of a function `f` in the last line of a file. */
function kindIn(text: string, ofStack: FrameKind = 'function', functionName = 'f'): FrameKind {
  const folder = mkdtempSync(join(tmpdir(), 'threadloop-kind-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'tasks.js');
  writeFileSync(file, text);
  const line = text.split('\n').length;
  const frame: StackFrame = { functionName, file, line, column: 1, kind: ofStack };
  return withKinds([frame])[0]?.kind as FrameKind;
}

describe('the source of a function tells that it is', () => {
  test.for([
    ['function f() {', 'function'],
    ['async function f() {', 'async function'],
    ['function* f() {', 'coroutine'],
    ['function *f(a, b) {', 'coroutine'],
    ['export async function* f<T>(a: T) {', 'async generator'],
    ['  async f() {', 'async function'],
    ['  *f() {', 'coroutine'],
    ['  static *f() {', 'coroutine'],
    ['  async *f() {', 'async generator'],
    ['  private async* f() {', 'async generator'],
    ['const f = async () => {', 'async function'],
    ['const f = async (a) => {', 'async function'],
    ['const f = async a => {', 'async function'],
    ['const f = function* () {', 'coroutine'],
    ['const f = async function* () {', 'async generator'],
    ['const f: Task = async () => {', 'async function'],
    ['const o = { f: async () => {', 'async function'],
    ['const f = () => {', 'function'],
  ] as const)('%s → %s', ([text, kind]) => {
    expect(kindIn(text)).toBe(kind);
    expect(kindIn(`// before\n${text}\n  yield* other();`)).toBe(kind);
  });

  test.for([
    ['a call', 'async function g() {\n  yield* f();'],
    ['a product', 'const a = b * f(1);'],
    ['a longer name', 'async function* elf() {'],
    ['nothing', ''],
  ] as const)('nothing where there is but %s', ([, text]) => {
    expect(kindIn(text)).toBe('function');
    expect(kindIn(text, 'async function')).toBe('async function');
  });

  test('the nearest of several of that name', () => {
    expect(kindIn('async function* f() {}\nfunction* f() {\n  work();')).toBe('coroutine');
  });

  test('reads names of methods, private ones too', () => {
    expect(kindIn('  async *visit() {', 'function', 'Crawler.visit')).toBe('async generator');
    expect(kindIn('  async #visit() {', 'function', '#visit')).toBe('async function');
    expect(kindIn('  *$() {', 'function', 'Query.$')).toBe('coroutine');
  });
});

describe('the word of the stack', () => {
  test.for([
    ['coroutine', 'function f() {', 'coroutine'],
    ['coroutine', 'async function f() {', 'coroutine'],
    ['coroutine', 'async function* f() {', 'async generator'],
    ['async function', 'function f() {', 'async function'],
    ['async function', 'async function* f() {', 'async generator'],
  ] as const)('stands: %s, %s', ([ofStack, text, kind]) => {
    expect(kindIn(text, ofStack)).toBe(kind);
  });

  test('stands where there is no source, no name, and no position', () => {
    const frame: StackFrame = {
      functionName: 'f',
      file: '/nowhere/at/all.js',
      line: 1,
      column: 1,
      kind: 'async function',
    };
    const unplaced = { ...frame, file: null, line: null, column: null };
    expect(withKinds([frame, unplaced])).toEqual([frame, unplaced]);
    expect(kindIn('async () => {', 'function', '<anonymous>')).toBe('function');
  });
});
