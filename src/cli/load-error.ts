/**
 * What stands in the way of the user's function, in one line.
 *
 * Loops report it as an error with a stack in some worker; the user needs the module, the reason,
 * and the place in the module.
 */
import {
  ExportNotFoundError,
  LoopDiedError,
  ModuleNotFoundError,
  NotAFunctionError,
  TypeScriptModuleError,
} from '../errors.js';
import type { Target } from './target.js';
import { UsageError } from './usage-error.js';

/** Errors whose message says it all. */
const plainErrors = [
  ExportNotFoundError,
  ModuleNotFoundError,
  NotAFunctionError,
  TypeScriptModuleError,
];

/** The error for the user. */
export function asLoadError(error: unknown, target: Target): UsageError {
  if (plainErrors.some((errorClass) => error instanceof errorClass)) {
    return new UsageError(toOneLine((error as Error).message), { cause: error });
  }
  const text =
    error instanceof LoopDiedError
      ? `its thread ended (${error.reason}); a module must leave its thread alive`
      : `${describe(error)}${placeOf(error)}`;
  return new UsageError(`cannot load '${target.module}': ${text}`, { cause: error });
}

function describe(error: unknown): string {
  return error instanceof Error ? toOneLine(`${error.name}: ${error.message}`) : String(error);
}

/** The first place in a file that the stack names. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [place] = /file:\/\/\S+?:\d+(?::\d+)?/.exec(stack) ?? [];
  return place === undefined ? '' : ` (at ${place})`;
}

function toOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '; ');
}
