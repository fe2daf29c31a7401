/**
 * Loads task modules, JavaScript and TypeScript, in whichever thread runs their functions.
 *
 * TypeScript loads natively where Node can, else through tsx where that is installed, else the
 * error says what to do. A `.js` that does not exist stands for the `.ts` beside it, as it does
 * for the TypeScript compiler.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import {
  ExportNotFoundError,
  ModuleNotFoundError,
  NotAFunctionError,
  TypeScriptModuleError,
} from '../errors.js';
import type { AnyFunction } from './remote-function.js';

/** The exports of a module. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** By their URLs, those that are loaded: importing one once more would take Node some turns. */
const loadedModules = new Map<string, ModuleExports>();

/**
 * Imports a module by its absolute URL.
 *
 * @throws ModuleNotFoundError for it and what it imports; TypeScriptModuleError; whatever the
 *   module itself throws
 */
export async function loadModule(url: string): Promise<ModuleExports> {
  const loaded = loadedModules.get(url);
  if (loaded !== undefined) return loaded;
  const exports = await importModule(locate(url));
  loadedModules.set(url, exports);
  return exports;
}

/** A function of a module that is loaded; `undefined` where there is none. */
export function loadedExport(url: string, name: string): AnyFunction | undefined {
  const exports = loadedModules.get(url);
  const value = exports && namedExports(exports, name)[name];
  return typeof value === 'function' ? (value as AnyFunction) : undefined;
}

async function importModule(source: string): Promise<ModuleExports> {
  // Where Node remembers a failed import, tsx has to be there before the first attempt.
  if (isTypeScript(source) && remembersFailures && !hasLoader()) await registerTsx(source);
  const hadTsx = registration !== null;
  try {
    return (await import(source)) as ModuleExports;
  } catch (error) {
    const isFixedByTsx = isTypeScript(source) && fixedByTsx.has(codeOf(error));
    if (!isFixedByTsx || hadTsx) throw explain(error, source);
    if (!(await registerTsx(source))) throw withoutTsx(source, error);
  }
  try {
    return (await import(source)) as ModuleExports;
  } catch (error) {
    throw explain(error, source);
  }
}

/**
 * Imports a module and gives one of its functions.
 *
 * @throws ExportNotFoundError, NotAFunctionError, and what `loadModule` throws
 */
export async function resolveExport(url: string, name: string): Promise<AnyFunction> {
  const exports = namedExports(await loadModule(url), name);
  if (!(name in exports)) {
    const names = Object.keys(exports);
    const has = names.length === 0 ? 'no exports' : `the exports ${names.join(', ')}`;
    throw new ExportNotFoundError(`Module '${url}' has no export '${name}'; it has ${has}`);
  }
  const value = exports[name];
  if (typeof value === 'function') return value as AnyFunction;
  throw new NotAFunctionError(
    `Export '${name}' of module '${url}' is not a function but ${inspect(value, { depth: 0 })}`,
  );
}

/** Of a CommonJS module Node finds some names only in the default export. */
function namedExports(exports: ModuleExports, name: string): ModuleExports {
  const { default: whole } = exports;
  const isWhole = typeof whole === 'object' && whole !== null && !(name in exports);
  return isWhole && name in whole ? (whole as ModuleExports) : exports;
}

function locate(url: string): string {
  if (!url.startsWith('file:')) return url;
  if (existsSync(fileURLToPath(url))) return url;
  const typeScript = url.replace(/\.([cm]?)js(?=$|[?#])/u, '.$1ts');
  if (typeScript !== url && existsSync(fileURLToPath(typeScript))) return typeScript;
  throw new ModuleNotFoundError(`Cannot find module '${fileURLToPath(url)}'`);
}

function isTypeScript(url: string): boolean {
  return /\.[cm]?tsx?(?:$|[?#])/u.test(url);
}

/** Node 20 and 22 fail for ever where one import of a module has failed; later ones try again. */
const remembersFailures = Number.parseInt(process.versions.node, 10) < 24;

/** Whether the program was started with something that runs TypeScript in this thread. */
function hasLoader(): boolean {
  // On Node 20 tsx serves the main thread only, though a worker inherits the option.
  if (!isMainThread) return false;
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return /tsx|ts-node|swc|esbuild|jiti|babel/u.test(options);
}

/** What Node says of a TypeScript module that is fine but for Node's means. */
const fixedByTsx: ReadonlySet<unknown> = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  // An import of './x.js' that means './x.ts'.
  'ERR_MODULE_NOT_FOUND',
]);

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

interface Tsx {
  readonly register: () => unknown;
}

/** Once in a thread: each further time would put another layer of hooks on top. */
let registration: Promise<void> | null = null;

/** Lets this thread load TypeScript from now on; `false` where tsx is not installed. */
async function registerTsx(url: string): Promise<boolean> {
  if (registration === null) {
    const require = findTsx(url);
    if (require === null) return false;
    registration = registerHooks(require);
  }
  await registration;
  return true;
}

async function registerHooks(require: NodeJS.Require): Promise<void> {
  // Both kinds: a package without "type": "module" makes its .ts files CommonJS.
  (require('tsx/cjs/api') as Tsx).register();
  // The module's twin for `require` looks for its parts in the wrong place when it is imported.
  const commonJs = require.resolve('tsx/esm/api');
  const esm = pathToFileURL(commonJs.replace(/\.cjs$/u, '.mjs')).href;
  ((await import(esm)) as Tsx).register();
}

/** As the module would find it, else as the program would. */
function findTsx(url: string): NodeJS.Require | null {
  for (const from of [url, pathToFileURL(`${process.cwd()}/`).href]) {
    try {
      const require = createRequire(from);
      require.resolve('tsx/esm/api');
      return require;
    } catch {
      // Not installed there.
    }
  }
  return null;
}

function withoutTsx(url: string, cause: unknown): unknown {
  if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') return explain(cause, url);
  return new TypeScriptModuleError(
    `Node ${process.versions.node} cannot load the TypeScript module '${fileURLToPath(url)}': ` +
      'install tsx (npm install --save-dev tsx), compile the module to JavaScript, or use a ' +
      'newer Node',
    { cause },
  );
}

/** The error that a user needs: Node does not say which module a syntax error is in. */
function explain(error: unknown, url: string): unknown {
  if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') {
    return new ModuleNotFoundError((error as Error).message, { cause: error });
  }
  if (!(error instanceof SyntaxError)) return error;
  const where = `in module '${url}', or one that it imports`;
  return new SyntaxError(`${error.message} (${where})`, { cause: error });
}
