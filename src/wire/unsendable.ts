/**
 * Why a message could not be sent, in an error that names the argument and the part of it.
 *
 * Runs only after the sending has failed, so it may be slow.
 */
import { NotCloneableError, show } from '../errors.js';
import { argumentsStart, Operation, operationOf, slotOf } from './message.js';
import type { Batch, Carried } from './message.js';
import { findCulprit, isCloneable, isDetached, notCloneable } from './not-cloneable.js';
import { Part } from './revival.js';
import type { Revival } from './revival.js';
import type { EncodedValues } from './value-encoder.js';

/**
 * The error for an operation that could not be copied.
 *
 * @param nameOf - the name of a function, by its slot
 */
export function unsendable(
  operation: Batch,
  carried: Carried | null,
  cause: unknown,
  nameOf: (slot: number) => string,
): NotCloneableError {
  const context = Object.entries(carried?.context ?? {}).find(([, data]) => !isCloneable(data));
  if (context !== undefined) {
    return notCloneable(`the context carried as '${context[0]}'`, context[1], cause);
  }
  const encoded = uncloneablePart(carried?.revival);
  if (encoded !== null) return notCloneable(encoded.what, encoded.value, cause);
  const heading = operation[0] as number;
  const kind = operationOf(heading);
  if (kind === Operation.Result || kind === Operation.Error) {
    return notCloneable('the result', operation[1], cause);
  }
  const args = operation.slice(argumentsStart(operation, 0));
  const index = args.findIndex((arg) => !isCloneable(arg));
  const what = `argument ${index + 1} of ${nameOf(slotOf(heading))}()`;
  return notCloneable(what, args[index], cause);
}

/** The error for values that could not be sent because something in them was to be moved. */
export function notMovable(
  { values, revival, transferList }: EncodedValues,
  describe: (index: number) => string,
  cause: unknown,
): NotCloneableError {
  const excused = new Set<unknown>(transferList.filter((each) => !isDetached(each)));
  for (const [index, value] of values.entries()) {
    const culprit = isCloneable(value) ? null : findCulprit(value, '', new Set(), excused);
    if (culprit !== null) return notCloneable(describe(index), value, cause, undefined, excused);
  }
  const encoded = uncloneablePart(revival);
  if (encoded !== null) return notCloneable(encoded.what, encoded.value, cause, undefined, excused);
  const reason = cause instanceof Error ? cause.message : show(cause);
  const first = describe(0).replace(/^argument 1 of /u, 'a value moved with ');
  return new NotCloneableError(`${first} cannot be moved to another thread: ${reason}`, { cause });
}

/** What a registered instance was encoded to, if that is what cannot be cloned. */
function uncloneablePart(
  revival: Revival | null | undefined,
): { readonly what: string; readonly value: unknown } | null {
  if (revival === null || revival === undefined) return null;
  for (let index = 0; index < revival.parts.length; index += 3) {
    const [kind, name, data] = revival.parts.slice(index, index + 3);
    if (kind !== Part.Instance || isCloneable(data)) continue;
    return { what: `the encoded form of ${String(name)}`, value: (data as unknown[])[0] };
  }
  return null;
}
