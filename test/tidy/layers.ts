// The folder list is the architecture: who may import whom, what a door is, and no cycles.
// The order is that of docs/architecture.md; a new folder under src/ gets its line here first.

import { dirname, join } from 'node:path/posix';
import { type Import, problem, type Problem, type Source } from './source.js';

const base = ['errors', 'queues'];
const threadSide = ['shared', 'wire', 'tasks', 'sync', 'scheduling', 'trio', 'loop', ...base];

/** Which folders each folder may import, beside itself. Nearest first. */
const allowedLayers: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  chunks: [],
  queues: [],
  loop: base,
  tasks: ['loop', ...base],
  sync: ['loop', ...base],
  trio: ['loop', ...base],
  scheduling: ['loop', ...base],
  introspection: ['loop', ...base],
  wire: base,
  shared: ['wire', 'sync', 'loop', ...base],
  threads: ['chunks', ...threadSide],
  coordinator: ['threads', ...threadSide],
  executors: ['threads', ...threadSide],
  proxies: ['threads', ...threadSide],
  'trio-threads': ['coordinator', 'threads', ...threadSide],
  bridges: ['coordinator', 'threads', ...threadSide],
  // It holds the test bodies of the three seams: Clock, Port and Spawner.
  testing: ['coordinator', 'threads', 'wire', 'tasks', 'loop', ...base],
  cli: ['coordinator', 'executors', 'proxies', 'threads', ...threadSide],
  workers: ['threads', 'chunks'],
};

/** The packages a folder may load. Everything else runs on Node alone. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  // Each in a folder of its own; test/bridges/doors.test.ts sees that no door loads another's.
  bridges: ['rxjs', 'effect', 'effection'],
  cli: ['cli-progress', 'commander', 'tinyglobby'],
  executors: ['piscina'],
  proxies: ['comlink'],
  threads: ['tsx'],
};

/** `src/loop/task.ts` → `loop`; `workers/x.ts` → `workers`; a door → `door`. */
export function layerOf(path: string): string | undefined {
  if (path.startsWith('workers/')) return 'workers';
  if (path === 'src/errors.ts') return 'errors';
  const [top, folder, ...rest] = path.split('/');
  if (top !== 'src' || folder === undefined) return undefined;
  return rest.length === 0 ? 'door' : folder;
}

/** Imports go one way, and nobody imports a door. */
export function checkDirection(source: Source): Problem[] {
  const from = layerOf(source.path);
  if (from === undefined) return checkOutsider(source);
  const allowed = allowedLayers[from];
  if (from !== 'door' && allowed === undefined) {
    const mend = 'give it a line in test/tidy/layers.ts and a place in docs/architecture.md';
    return [problem(source, 1, `src/${from}/ is no known layer: ${mend}`)];
  }
  const problems: Problem[] = [];
  for (const { specifier, line } of source.imports) {
    const target = resolveRelative(source, specifier);
    if (target === undefined) {
      const text = checkPackage(from, specifier);
      if (text !== undefined) problems.push(problem(source, line, text));
      continue;
    }
    const to = layerOf(target);
    if (to === 'door') {
      const mend = 'import the file that defines the name';
      problems.push(problem(source, line, `${target} is a door, which nobody imports: ${mend}`));
    } else if (to === undefined) {
      const mend = 'src/ and workers/ import from src/ alone';
      problems.push(problem(source, line, `${target} is outside the package: ${mend}`));
    } else if (allowed !== undefined && to !== from && !allowed.includes(to)) {
      const list = allowed.join(', ') || 'no other layer';
      const text = `${from} must not import ${to} (it may import ${list}): move the code down`;
      problems.push(problem(source, line, text));
    }
  }
  return problems;
}

/** Tests, examples and benchmarks come in by the package's name. */
function checkOutsider(source: Source): Problem[] {
  return source.imports
    .filter(({ specifier }) => /^\.\.?\/(.*\/)?(src|workers|dist)\//.test(specifier))
    .map(({ specifier, line }) => {
      const mend = "import 'threadloop', one of its subpaths, or in tests '#src/…'";
      return problem(source, line, `'${specifier}' goes round the package's doors: ${mend}`);
    });
}

function checkPackage(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:') && from !== 'workers') return undefined;
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  if (allowedPackages[from]?.includes(name) === true) return undefined;
  if (specifier.startsWith('#') || name === 'threadloop') {
    return `'${specifier}' leads back through the package's own name: use a relative path`;
  }
  const list = allowedPackages[from]?.join(', ') ?? 'none';
  return `${from} must not import '${specifier}' (packages it may import: ${list})`;
}

/** A door holds re-exports and nothing else. */
export function checkDoor(source: Source): Problem[] {
  if (layerOf(source.path) !== 'door') return [];
  const problems: Problem[] = [];
  for (const node of source.program.body) {
    const reExports =
      node.type === 'ExportAllDeclaration' ||
      (node.type === 'ExportNamedDeclaration' && node.source !== null);
    if (reExports) continue;
    const text = 'a door only re-exports: move this statement into a file of a layer';
    problems.push(problem(source, source.lineAt(node.start), text));
  }
  return problems;
}

/** No ring of files that need each other's values while they load. */
export function checkCycles(sources: readonly Source[]): Problem[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const problems: Problem[] = [];
  const visit = (source: Source, trail: readonly string[]): void => {
    if (done.has(source.path)) return;
    for (const { target, line } of valueTargets(source)) {
      const next = byPath.get(target);
      if (next === undefined) continue;
      const path = [...trail, source.path];
      const start = path.indexOf(target);
      if (start === -1) {
        visit(next, path);
      } else {
        const ring = [...path.slice(start), target].join(' → ');
        const mend = 'move what both need into a third file, or import types only';
        problems.push(problem(source, line, `closes a ring of imports, ${ring}: ${mend}`));
      }
    }
    done.add(source.path);
  };
  for (const source of sources) visit(source, []);
  return problems;
}

function valueTargets(source: Source): Array<{ target: string; line: number }> {
  return source.imports.flatMap(({ specifier, line, typeOnly, lazy }: Import) => {
    const target = typeOnly || lazy ? undefined : resolveRelative(source, specifier);
    return target === undefined ? [] : [{ target, line }];
  });
}

/** The file behind a relative import: `./x.js` in a source means `./x.ts`. */
function resolveRelative(source: Source, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return join(dirname(source.path), specifier).replace(/\.js$/, '.ts');
}
