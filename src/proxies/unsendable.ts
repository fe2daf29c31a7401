/**
 * Why a request or an answer could not be posted: which argument it was, and which part of it.
 *
 * Runs only after a post has failed. Values of transfer handlers are taken to be in order.
 */
import type { NotCloneableError } from '../errors.js';
import { isCloneable, notCloneable } from '../wire/not-cloneable.js';
import type { Request, Response, WireValue } from './messages.js';

/** @param what - the request in words */
export function whyUnsendable(what: string, request: Request, cause: unknown): NotCloneableError {
  const { argumentList = [], value } = request;
  if (value !== undefined) return blame(`the value for ${what}`, value, cause);
  const index = argumentList.findIndex((each) => each.type === 'RAW' && !isCloneable(each.value));
  // A port or a buffer that was to be moved may be in use, or gone: the cause says so.
  if (index === -1) return blame(`an argument of ${what}`, argumentList[0], cause);
  return blame(`argument ${index + 1} of ${what}`, argumentList[index], cause);
}

/** @param what - the request in words */
export function whyUnanswerable(what: string, answer: Response, cause: unknown): NotCloneableError {
  return blame(`the result of ${what}`, answer, cause);
}

function blame(what: string, wireValue: WireValue | undefined, cause: unknown): NotCloneableError {
  const instead = 'mark it with proxy() where it is an argument or result itself';
  return notCloneable(what, wireValue?.value, cause, instead);
}
