/**
 * Functions that could not be found by their addresses: the call fails with what is missing. All
 * of them cross threads.
 */
import { ThreadloopError } from './threadloop-error.js';

/** A task module does not exist, or something that it imports does not. */
export class ModuleNotFoundError extends ThreadloopError {
  override readonly code = 'ERR_MODULE_NOT_FOUND';
}

/** The module has no such export; the message lists those that it has. */
export class ExportNotFoundError extends ThreadloopError {
  override readonly code = 'ERR_EXPORT_NOT_FOUND';
}

/** The export is there, but it is no function. */
export class NotAFunctionError extends ThreadloopError {
  override readonly code = 'ERR_NOT_A_FUNCTION';
}

/** This Node cannot load the TypeScript module as it is; the message says what to do. */
export class TypeScriptModuleError extends ThreadloopError {
  override readonly code = 'ERR_TYPESCRIPT_MODULE';
}
