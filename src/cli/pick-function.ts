/**
 * Gets the function out of the user's module, on the loop that is to run it.
 *
 * A name that was typed must be that of a function. Without one it is the default export, or else
 * the only function that the module exports: a module of one function needs no `#`.
 */
import { ExportNotFoundError, NotAFunctionError } from '../errors.js';
import { loadModule, resolveExport } from '../threads/module-loader.js';

/** The user's function: plain, async or a generator function. */
export type TargetFunction = (input: unknown, signal?: AbortSignal) => unknown;

/**
 * Loads the module, once per thread, and gives its function.
 *
 * @throws ModuleNotFoundError, TypeScriptModuleError, or what the module throws while it loads
 * @throws ExportNotFoundError when there is no such export, or more than one to choose from
 * @throws NotAFunctionError when the export cannot be called
 */
export async function pickFunction(
  url: string,
  exportName: string | undefined,
): Promise<TargetFunction> {
  const name = exportName ?? soleFunctionName(await loadModule(url), url);
  const fn = (await resolveExport(url, name)) as TargetFunction;
  if (isClass(fn)) {
    throw new NotAFunctionError(
      `export '${name}' of ${url} is a class, which cannot be called; ` +
        `export a function that makes one`,
    );
  }
  return fn;
}

function soleFunctionName(module: Record<string, unknown>, url: string): string {
  if (typeof module['default'] === 'function') return 'default';
  const names = Object.keys(module).filter((it) => typeof module[it] === 'function');
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new ExportNotFoundError(
    only === undefined
      ? `${url} exports no function; export one`
      : `${url} has no default function; say which one to run, with # and its name: ` +
          names.join(', '),
  );
}

function isClass(fn: TargetFunction): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
