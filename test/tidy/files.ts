// Rules that look at one file by itself: its name, its size, its opening, its forbidden words.

import { basename, dirname, join } from 'node:path/posix';
import type { Comment } from 'oxc-parser';
import { problem, type Problem, type Source, walk } from './source.js';

const maxFileLines = 300;
const maxColumns = 100;
const maxWorkerLines = 20;
const maxExampleLines = 60;
const minHeaderLines = 2;
const minReasonLength = 10;

const vagueNames = /^(utils?|helpers?|common|types|misc)$/;

/** Lines and columns; URLs may run on. */
export function checkSize(source: Source): Problem[] {
  const problems: Problem[] = [];
  const limit = source.path.startsWith('workers/') ? maxWorkerLines : maxFileLines;
  if (source.lines.length > limit) {
    const mend = limit === maxWorkerLines ? 'move the logic to src/threads/' : 'cut it in two';
    const text = `has ${source.lines.length} lines, more than ${limit}: ${mend}`;
    problems.push(problem(source, limit + 1, text));
  }
  source.lines.forEach((line, index) => {
    const columns = line.length;
    if (columns <= maxColumns || /https?:\/\//.test(line)) return;
    const text = `is ${columns} columns wide, more than ${maxColumns}: break the line`;
    problems.push(problem(source, index + 1, text));
  });
  return problems;
}

/** A file says what it is before it says anything else. */
export function checkHeader(source: Source): Problem[] {
  if (headerLines(source).length >= minHeaderLines) return [];
  const mend = 'say what it is, on which thread it runs, and what it promises';
  const text = `opens with no comment of ${minHeaderLines} or more lines: ${mend}`;
  return [problem(source, 1, text)];
}

/** A file is named by the word that a user or the field would use. */
export function checkName(source: Source): Problem[] {
  const words = source.path.split('/').map((part) => part.replace(/(\.test)?\.[cm]?ts$/, ''));
  const vague = words.find((word) => vagueNames.test(word));
  if (vague === undefined) return [];
  return [problem(source, 1, `'${vague}' names no idea: name the file by what it holds`)];
}

/** No `any`, no enum, no silenced compiler, no test left out. */
export function checkWords(source: Source): Problem[] {
  const problems: Problem[] = [];
  const report = (offset: number, text: string): void => {
    problems.push(problem(source, source.lineAt(offset), text));
  };
  for (const node of walk(source.program)) {
    if (node.type === 'TSEnumDeclaration') {
      report(node.start, 'is an enum: use a union of string literals');
    } else if (node.type === 'TSAnyKeyword' && !isWaived(source, node.start, 'no-explicit-any')) {
      report(node.start, 'is any: use unknown, never, or a type parameter');
    } else if (node.type === 'MemberExpression' && isLeftOutTest(source, node.start, node.end)) {
      report(node.start, 'leaves tests out: run them all, or delete this one');
    }
  }
  for (const comment of source.comments) {
    if (/@ts-(ignore|nocheck)/.test(comment.value)) {
      report(comment.start, 'silences the compiler: mend the type, or use @ts-expect-error: why');
    }
    if (/(ox|es)lint-(disable|enable)/.test(comment.value) && !isReasonedWaiver(comment)) {
      report(
        comment.start,
        'is a waiver without a reason: // oxlint-disable-next-line <rule> -- <why>',
      );
    }
  }
  return problems;
}

/** An example fits a screen and says what it shows, how to run it and what it prints. */
export function checkExample(source: Source): Problem[] {
  if (!/^examples\/\d/.test(source.path)) return [];
  const problems: Problem[] = [];
  if (!/^examples\/\d\d-[a-z0-9-]+\.ts$/.test(source.path)) {
    problems.push(problem(source, 1, 'is misnamed: examples/NN-word.ts'));
  }
  if (source.lines.length >= maxExampleLines) {
    const text = `has ${source.lines.length} lines: keep it under ${maxExampleLines}`;
    problems.push(problem(source, maxExampleLines, text));
  }
  const header = headerLines(source);
  for (const word of ['Shows', 'Run', 'Prints']) {
    const said = header.some((line) => line.startsWith(word));
    if (said) continue;
    const mend = `add a line '// ${word}…' to the opening comment`;
    problems.push(problem(source, 1, `does not say '${word}': ${mend}`));
  }
  return problems;
}

/** The text lines of the comment before the first statement, up to the first gap. */
function headerLines(source: Source): string[] {
  const firstStatement = source.program.body[0]?.start ?? source.text.length;
  const lines: string[] = [];
  let expectedLine: number | undefined;
  for (const comment of source.comments) {
    const line = source.lineAt(comment.start);
    if (comment.start > firstStatement) break;
    if (expectedLine !== undefined && line !== expectedLine) break;
    if (comment.value.startsWith('!')) continue;
    lines.push(...comment.value.split('\n').map((text) => text.replace(/^[\s*]+/, '').trim()));
    expectedLine = source.lineAt(comment.end) + 1;
  }
  return lines.filter((line) => line !== '');
}

/** `test.only`, `describe.skip`, `it.concurrent.todo` and the like. */
function isLeftOutTest(source: Source, start: number, end: number): boolean {
  const text = source.text.slice(start, end).replace(/\s+/g, '');
  return /^(test|it|describe|suite|bench)(\.\w+)*\.(only|skip|todo)$/.test(text);
}

/** One line, named rules, and a reason after ` -- `. */
function isReasonedWaiver(comment: Comment): boolean {
  const match = /^\s*oxlint-disable-(next-)?line [\w/, -]+? -- (?<why>.+)$/.exec(comment.value);
  return (match?.groups?.['why']?.trim().length ?? 0) >= minReasonLength;
}

function isWaived(source: Source, offset: number, rule: string): boolean {
  const line = source.lineAt(offset);
  return source.comments.some((comment) => {
    const target = source.lineAt(comment.start) + (comment.value.includes('-next-line') ? 1 : 0);
    return target === line && isReasonedWaiver(comment) && comment.value.includes(rule);
  });
}

/** `test/<layer>/<file>.test.ts`, or `<file>.<aspect>.test.ts`, stands for a file of src/. */
export function checkMirror(source: Source, paths: ReadonlySet<string>): Problem[] {
  const match = /^test\/(?<layer>[^/]+)\/(?<rest>.+)\.test\.ts$/.exec(source.path);
  const { layer, rest } = match?.groups ?? {};
  if (layer === undefined || rest === undefined || freeTestFolders.has(layer)) return [];
  const top = layer === 'bench' ? '' : 'src';
  const subject = join(top, layer, dirname(rest), `${basename(rest).split('.')[0]}.ts`);
  if (paths.has(subject)) return [];
  const free = [...freeTestFolders].join(', ');
  const mend = `name it after its subject, or put it in one of test/{${free}}`;
  return [problem(source, 1, `mirrors no file (${subject} is not there): ${mend}`)];
}

/** Folders of tests whose subject is not one file. */
const freeTestFolders: ReadonlySet<string> = new Set([
  'contract',
  'conformance',
  'examples',
  'faults',
]);
