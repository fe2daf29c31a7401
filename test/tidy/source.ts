// One file of the project as the tidy rules see it: its text, its syntax tree and its imports.
// Parsing is oxc's: fast, and it keeps TypeScript's syntax. Nothing is type-checked here.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type Comment, type Node, parseSync, type Program } from 'oxc-parser';

/** Where an import, a re-export or a dynamic `import()` leads. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Gone after compiling, so it cannot be part of a cycle at run time. */
  readonly typeOnly: boolean;
  /** `import('…')`, as a call or as a type. */
  readonly lazy: boolean;
}

/** A parsed file. Paths are relative to the project and have forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  lineAt(offset: number): number;
}

/** What a rule has to say. Printed as `path:line  what is wrong: what mends it`. */
export type Problem = string;

export function problem(source: Source, line: number, text: string): Problem {
  return `${source.path}:${line}  ${text}`;
}

export function parseSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text, { lang: 'ts', sourceType: 'module' });
  if (errors[0] !== undefined) throw new Error(`${path} does not parse: ${errors[0].message}`);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const lines = text.replace(/\n$/, '').split('\n');
  const imports = findImports(program, lineAt);
  return { path, text, lines, program, comments, imports, lineAt };
}

/** Reads every TypeScript file under the given folders; a folder that is not there has none. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  const sources: Source[] = [];
  for (const folder of folders) {
    for (const path of listFiles(join(root, folder))) {
      const name = relative(root, path).split(sep).join('/');
      sources.push(parseSource(name, readFileSync(path, 'utf8')));
    }
  }
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Folders whose files others have written, or a compiler. */
const notOurs: ReadonlySet<string> = new Set(['node_modules', 'dist']);

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : listFiles(path);
      return entry.isFile() && /\.[cm]?ts$/.test(entry.name) ? [path] : [];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Every node of a tree, parents first. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent') continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value as unknown]) {
      if (isNode(child)) yield* walk(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function findImports(program: Program, lineAt: (offset: number) => number): Import[] {
  const found: Import[] = [];
  const add = (node: Node, specifier: Node | null, typeOnly: boolean, lazy: boolean): void => {
    if (specifier?.type !== 'Literal' || typeof specifier.value !== 'string') return;
    found.push({ specifier: specifier.value, line: lineAt(node.start), typeOnly, lazy });
  };
  for (const node of walk(program)) {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node, node.source, node.importKind === 'type', false);
        break;
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node, node.source, node.exportKind === 'type', false);
        break;
      case 'ImportExpression':
        add(node, node.source, false, true);
        break;
      case 'TSImportType':
        add(node, node.source, true, true);
        break;
      default:
    }
  }
  return found;
}
