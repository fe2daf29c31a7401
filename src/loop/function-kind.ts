/**
 * What kind of function a frame of a running stack belongs to, told from its source.
 *
 * JavaScript's stacks do not tell an async generator from an async function, and often not that
 * from a plain one. So the nearest definition of that name above the frame's line is looked for in
 * the file. A guess that only a label depends on; where it finds nothing the stack's word stands.
 */
import { readFileSync } from 'node:fs';
import type { FrameKind, StackFrame } from './stack-frame.js';

/** The frames, with their kinds as their sources tell. Reads each file once. */
export function withKinds(frames: readonly StackFrame[]): StackFrame[] {
  const sources = new Map<string, readonly string[]>();
  return frames.map((frame) => {
    if (frame.file === null || frame.line === null) return frame;
    let lines = sources.get(frame.file);
    if (lines === undefined) sources.set(frame.file, (lines = linesOf(frame.file)));
    const kind = kindOf(frame.functionName, lines.slice(0, frame.line));
    return kind === null ? frame : { ...frame, kind };
  });
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function kindOf(functionName: string, linesAbove: readonly string[]): FrameKind | null {
  const name = /#?[\w$]+$/.exec(functionName)?.[0];
  if (name === undefined) return null;
  const definition = definitionOf(name);
  for (const line of linesAbove.toReversed()) {
    const groups = definition.exec(line)?.groups;
    if (groups === undefined) continue;
    const isGenerator = Object.entries(groups).some(([key, text]) => key[0] === 's' && text);
    const isAsync = Object.entries(groups).some(([key, text]) => key[0] === 'a' && text);
    if (isAsync) return isGenerator ? 'async generator' : 'async function';
    return isGenerator ? 'coroutine' : 'function';
  }
  return null;
}

/** Groups that begin with `a` are the word `async`, those with `s` the star. */
function definitionOf(name: string): RegExp {
  const escaped = name.replaceAll('$', String.raw`\$`);
  const declared = String.raw`(?<a1>\basync\s+)?\bfunction\s*(?<s1>\*)?\s*${escaped}\s*[<(]`;
  const before = String.raw`(?:^|[{,;}]|\b(?:static|public|private|protected|override)\b)\s*`;
  const method = String.raw`${before}(?:(?<a2>async\b)\s*)?(?<s2>\*)\s*${escaped}\s*[<(]`;
  const asyncMethod = String.raw`\b(?<a3>async)\s+${escaped}\s*[<(]`;
  const assigned = String.raw`(?<![\w$])${escaped}\s*(?::[^=]*)?[:=]\s*(?<a4>async\b)?\s*`;
  const value = String.raw`(?:function\s*(?<s4>\*)?|\(|[\w$]+\s*=>)`;
  return new RegExp(`${declared}|${method}|${asyncMethod}|${assigned}${value}`);
}
