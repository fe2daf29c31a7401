// What arrives of an error that crosses to another thread. The wire itself is stood in for by
// structuredClone, which is what a port does to the encoded form.

import {
  CancelledError,
  isCancelled,
  LoopDiedError,
  registerError,
  ThreadloopError,
  TimeoutError,
} from 'threadloop';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorClasses } from '#src/errors.js';
import { decodeError, encodeError } from '#src/wire/error-codec.js';

/** There and back, as over a port. */
function carry<T>(thrown: T): T {
  return decodeError(structuredClone(encodeError(thrown))) as T;
}

class QuotaError extends RangeError {
  readonly code = 'E_QUOTA';
  readonly limit: number;

  constructor(limit: number) {
    super(`more than ${limit}`);
    this.limit = limit;
  }
}

describe('the class of an error', () => {
  let known: [string, ReturnType<typeof errorClasses.get>][];
  beforeEach(() => {
    known = [...errorClasses];
  });
  afterEach(() => {
    errorClasses.clear();
    for (const [name, errorClass] of known) if (errorClass) errorClasses.set(name, errorClass);
  });

  test.for([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    'arrives when it is built in: %o',
    (builtIn) => {
      const error = carry(new builtIn('what happened'));
      expect(Object.getPrototypeOf(error)).toBe(builtIn.prototype);
      expect(error.message).toBe('what happened');
      expect(error.name).toBe(builtIn.name);
      expect(Object.keys(error)).toEqual([]);
    },
  );

  test('arrives when it is one of ours, with its code and fields', () => {
    const timeout = carry(new TimeoutError('late'));
    expect(timeout).toBeInstanceOf(TimeoutError);
    expect(timeout.code).toBe('ERR_TIMEOUT');
    const death = { loop: 'loop-1', exitCode: 3, reason: 'it broke' };
    const died = carry(new LoopDiedError(death));
    expect(died).toBeInstanceOf(LoopDiedError);
    expect(died).toMatchObject({ ...death, code: 'ERR_LOOP_DIED' });
    expect(isCancelled(carry(new CancelledError('enough')))).toBe(true);
  });

  test('arrives when it is registered, and its constructor is not run', () => {
    registerError(QuotaError);
    const error = carry(new QuotaError(7));
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ message: 'more than 7', code: 'E_QUOTA', limit: 7 });
    expect(error.name).toBe('RangeError');
  });

  test('becomes its nearest known ancestor when it is not registered, name and fields kept', () => {
    class DiskQuotaError extends QuotaError {
      override name = 'DiskQuotaError';
    }
    const stranger = carry(new DiskQuotaError(7));
    expect(stranger).not.toBeInstanceOf(QuotaError);
    expect(stranger).toBeInstanceOf(RangeError);
    expect(stranger).toMatchObject({ name: 'DiskQuotaError', code: 'E_QUOTA', limit: 7 });
    registerError(QuotaError);
    const acquaintance = carry(new DiskQuotaError(7));
    expect(acquaintance).toBeInstanceOf(QuotaError);
    expect(acquaintance).not.toBeInstanceOf(DiskQuotaError);
    expect(acquaintance.name).toBe('DiskQuotaError');
    expect(carry(new (class extends ThreadloopError {})('x'))).toBeInstanceOf(ThreadloopError);
  });

  test('is not taken from another class of the same name', () => {
    const impostor = { TypeError: class extends RangeError {} }.TypeError;
    const error = carry(new impostor('not really'));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).not.toBeInstanceOf(TypeError);
  });

  test('arrives of a DOMException, with its name and number', () => {
    const error = carry(new DOMException('stopped', 'AbortError'));
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ name: 'AbortError', message: 'stopped', code: 20 });
    const cause = new TypeError('why');
    expect(
      carry(new Error('outer', { cause: new DOMException('inner', 'DataError') })).cause,
    ).toMatchObject({ name: 'DataError' });
    expect(carry(AbortSignal.abort(cause).reason)).toBeInstanceOf(TypeError);
  });
});

describe('the parts of an error', () => {
  test('are its own properties, and what they refer to', () => {
    const details = { path: '/a', tried: [1, 2n, new Date(0), new Map([['k', new Set([1])]])] };
    const error = carry(Object.assign(new Error('no'), { code: 'ENOENT', errno: -2, details }));
    expect(Object.entries(error)).toEqual(Object.entries({ code: 'ENOENT', errno: -2, details }));
    expect(error.details).not.toBe(details);
  });

  test('are its name and message as they were set, and its stack', () => {
    const error = new Error('before');
    error.name = 'Renamed';
    error.message = 'after';
    error.stack = 'Renamed: after\n    at somewhere (far:1:2)';
    const arrived = carry(error);
    expect(arrived.name).toBe('Renamed');
    expect(arrived.message).toBe('after');
    expect(arrived.stack).toBe('Renamed: after\n    at somewhere (far:1:2)');
    expect(Object.keys(arrived)).toEqual([]);
  });

  test('are its causes, errors or not, down a chain', () => {
    const root = new RangeError('root');
    const error = carry(new Error('top', { cause: new TypeError('middle', { cause: root }) }));
    const middle = error.cause as Error;
    expect(middle).toBeInstanceOf(TypeError);
    expect(middle.cause).toBeInstanceOf(RangeError);
    expect((middle.cause as Error).message).toBe('root');
    expect(carry(new Error('top', { cause: { status: 404 } })).cause).toEqual({ status: 404 });
    expect(carry(new Error('top', { cause: undefined }))).toHaveProperty('cause', undefined);
    expect('cause' in carry(new Error('top'))).toBe(false);
    expect(Object.keys(error)).toEqual([]);
  });

  test('are the errors of an AggregateError, nested too', () => {
    const inner = new AggregateError([new TypeError('a')], 'inner');
    const error = carry(new AggregateError([inner, 'a word', new RangeError('b')], 'outer'));
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.message).toBe('outer');
    const [first, second, third] = error.errors as [AggregateError, string, Error];
    expect(first.errors[0]).toBeInstanceOf(TypeError);
    expect(second).toBe('a word');
    expect(third).toBeInstanceOf(RangeError);
    expect(Object.keys(error)).toEqual([]);
  });

  test('may refer to each other in a circle, and stay one object where they were one', () => {
    const shared = new Error('shared');
    const error = new AggregateError([shared, shared], 'all') as AggregateError & {
      self?: unknown;
    };
    error.cause = shared;
    shared.cause = error;
    error.self = error;
    const arrived = carry(error);
    expect(arrived.self).toBe(arrived);
    expect(arrived.errors[0]).toBe(arrived.cause);
    expect(arrived.errors[1]).toBe(arrived.cause);
    expect((arrived.cause as Error).cause).toBe(arrived);
  });

  test('may be a chain of many thousand causes', () => {
    let error = new Error('0');
    for (let depth = 1; depth < 20_000; depth += 1) error = new Error(`${depth}`, { cause: error });
    let depth = 0;
    for (let each: unknown = carry(error); each instanceof Error; each = each.cause) depth += 1;
    expect(depth).toBe(20_000);
  });

  test('that are errors inside a property arrive as errors', () => {
    const error = Object.assign(new Error('no'), { reason: new TypeError('because') });
    expect(carry(error).reason).toBeInstanceOf(TypeError);
  });
});

describe('what cannot be carried', () => {
  test('of the properties arrives as text, and the rest as it is', () => {
    const error = Object.assign(new Error('no'), {
      retry: () => {},
      socket: { write() {} },
      id: Symbol('x'),
      status: 503,
    });
    const arrived = carry(error);
    expect(arrived.status).toBe(503);
    expect(arrived.retry).toBe('[Function: retry]');
    expect(typeof arrived.socket).toBe('string');
    expect(arrived.id).toBe('Symbol(x)');
  });

  test('of cause and errors arrives as text', () => {
    const cause = function culprit(): void {};
    expect(carry(new Error('no', { cause })).cause).toContain('culprit');
    expect(carry(new AggregateError([cause])).errors).toEqual([expect.stringContaining('culprit')]);
  });

  test.for(['cause', 'errors', 'stack', 'name', 'message', 'detail'])(
    'is a getter that throws: %s',
    (key) => {
      const error = new TypeError('no');
      Object.defineProperty(error, key, {
        enumerable: true,
        get() {
          throw new Error('a trap');
        },
      });
      expect(carry(error)).toBeInstanceOf(TypeError);
    },
  );

  test.for([
    ['a name that is no text', { name: Symbol('n') }],
    ['a name that cannot become text', { name: Object.create(null) as unknown }],
    ['a message that is an object', { message: { deep: true } }],
    ['a stack that is an array of call sites', { stack: [1, 2] }],
    ['errors that is no array', { errors: 3 }],
    ['a part that cannot even be shown', { part: unshowable() }],
    ['a cause that cannot even be shown', { cause: unshowable() }],
  ] as const)('leaves the error whole: %s', ([, fields]) => {
    const arrived = carry(Object.assign(new TypeError('no'), fields));
    expect(arrived).toBeInstanceOf(TypeError);
    expect(typeof arrived.name).toBe('string');
    expect(typeof arrived.stack).toBe('string');
  });

  test('leaves an error of a strange prototype an Error', () => {
    const strange = Object.create(Error.prototype, { constructor: { value: undefined } }) as object;
    const error = Object.setPrototypeOf(new Error('odd'), strange) as Error;
    expect(carry(error)).toBeInstanceOf(Error);
    expect(carry(error).message).toBe('odd');
    expect(carry(Object.create(Error.prototype) as Error)).toBeInstanceOf(Error);
  });
});

describe('what was thrown and is no error', () => {
  test.for([undefined, null, 0, -0, NaN, '', 'a word', 12n, true])(
    'arrives as it is: %s',
    (value) => {
      expect(carry(value)).toBe(value);
    },
  );

  test('arrives as a copy, when it is an object', () => {
    const thrown = { code: 404, at: [new Date(0)], error: new TypeError('inside') };
    const arrived = carry(thrown);
    expect(arrived).toEqual(thrown);
    expect(arrived).not.toBe(thrown);
  });

  test('arrives as text, when it cannot be copied', () => {
    expect(carry<unknown>(function culprit() {})).toBe('[Function: culprit]');
    expect(carry<unknown>(Symbol('s'))).toBe('Symbol(s)');
    expect(typeof carry<unknown>(unshowable())).toBe('string');
    expect(typeof carry<unknown>(Promise.resolve())).toBe('string');
  });
});

function unshowable(): object {
  const trap = (): never => {
    throw new Error('a trap');
  };
  return { trap, [Symbol.for('nodejs.util.inspect.custom')]: trap };
}
