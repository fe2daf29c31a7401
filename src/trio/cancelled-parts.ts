/**
 * Errors that hold a cancel: which of their parts a scope takes, and which are left. After Trio's
 * rule that a scope splits a group.
 */
import { ExceptionGroup, isCancelled } from '../errors.js';

/** An error, boxed, since anything can be thrown; `null` for none. */
export type Raised = { readonly error: unknown } | null;

/** Whether an error means "cancelled"; also Node's `AbortError`, caused by a signal of ours. */
export function meansCancelled(error: unknown): boolean {
  if (isCancelled(error)) return true;
  return error instanceof Error && error.name === 'AbortError' && isCancelled(error.cause);
}

/** What is left of an error without its cancelled parts; groups keep their shape. */
export function withoutCancelled(error: unknown): Raised {
  if (meansCancelled(error)) return null;
  if (!(error instanceof ExceptionGroup)) return { error };
  const rest = error.errors.flatMap((part) => withoutCancelled(part) ?? []);
  if (rest.length === 0) return null;
  const isWhole = rest.every(({ error: part }, index) => part === error.errors[index]);
  if (isWhole && rest.length === error.errors.length) return { error };
  const group = new ExceptionGroup(
    error.message,
    rest.map(({ error: part }) => part),
  );
  if (error.stack !== undefined) group.stack = error.stack;
  return { error: group };
}

/** One error for all those of a nursery: a group, or one cancel if that is all there was. */
export function groupOf(errors: readonly unknown[]): Raised {
  if (errors.length === 0) return null;
  const others = errors.filter((error) => !meansCancelled(error));
  const cancel = errors.filter(meansCancelled).slice(0, 1);
  if (others.length === 0) return { error: cancel[0] };
  return { error: new ExceptionGroup('Exceptions from Trio nursery', [...others, ...cancel]) };
}
