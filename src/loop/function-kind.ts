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
    const told = kindOf(frame.functionName, lines.slice(0, frame.line));
    return { ...frame, kind: agreed(frame.kind, told) };
  });
}

/** What a stack says is certain, but it does not say all: see `parseStack`. */
function agreed(ofStack: FrameKind, ofSource: FrameKind | null): FrameKind {
  if (ofSource === 'async generator') return ofSource;
  return ofStack === 'function' && ofSource !== null ? ofSource : ofStack;
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
    const told = Object.entries(groups).filter(([, text]) => text !== undefined);
    const isAsync = told.some(([key]) => key.startsWith('async'));
    const isGenerator = told.some(([key]) => key.startsWith('star'));
    if (isAsync) return isGenerator ? 'async generator' : 'async function';
    return isGenerator ? 'coroutine' : 'function';
  }
  return null;
}

/** Named groups hold the words that tell: `async`, and the star of a generator. */
function definitionOf(name: string): RegExp {
  const escaped = name.replaceAll('$', String.raw`\$`);
  const declared = String.raw`(?<async1>\basync\s+)?\bfunction\s*(?<star1>\*)?\s*${escaped}\s*[<(]`;
  const before = String.raw`(?:^|[{,;}]|\b(?:static|public|private|protected|override)\b)\s*`;
  const method = String.raw`${before}(?:(?<async2>async\b)\s*)?(?<star2>\*)\s*${escaped}\s*[<(]`;
  const asyncMethod = String.raw`\b(?<async3>async)\s+${escaped}\s*[<(]`;
  const assigned = String.raw`(?<![\w$])${escaped}\s*(?::[^=]*)?[:=]\s*(?<async4>async\b)?\s*`;
  const value = String.raw`(?:function\s*(?<star4>\*)?|\(|[\w$]+\s*=>)`;
  return new RegExp(`${declared}|${method}|${asyncMethod}|${assigned}${value}`);
}
