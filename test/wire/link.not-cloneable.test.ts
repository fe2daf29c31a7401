// One bad message in a batch, both ends of the link in this thread.

import { NotCloneableError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { connect, crawl, settle, tally } from './connected-links.js';

const doNothing = (): void => {};

describe('a message that cannot be cloned', () => {
  test('fails alone in the middle of its batch, with the argument named', async () => {
    const [near, far] = connect();
    near.call(1, tally, ['a']);
    near.call(2, crawl, ['b', { deep: [doNothing] }]);
    near.call(3, tally, ['c']);
    near.post(4, crawl, ['d']);
    await settle();
    expect(far.heard.events).toEqual([
      'call 1 tally("a")',
      'call 3 tally("c")',
      'post 4 crawl("d")',
    ]);
    expect(near.heard.events).toEqual(['unsendable 2']);
    const error = near.heard.errors[0] as NotCloneableError;
    expect(error).toBeInstanceOf(NotCloneableError);
    expect(error.message).toMatch(/^argument 2 of crawl\(\) cannot be copied to another thread: /);
    expect(error.message).toContain('the function doNothing (at .deep[0]) is not cloneable');
    expect(error.cause).toMatchObject({ name: 'DataCloneError' });
  });

  test('fails alone although it is the first to name its function', async () => {
    const [near, far] = connect();
    near.call(1, tally, [doNothing]);
    near.call(2, tally, ['b']);
    await settle();
    near.call(3, tally, ['c']);
    await settle();
    expect(near.heard.events).toEqual(['unsendable 1']);
    expect(far.heard.events).toEqual(['call 2 tally("b")', 'call 3 tally("c")']);
  });

  test('fails alone also when each of a full batch but one is such', async () => {
    const [near, far] = connect();
    for (let id = 1; id <= 300; id += 1) {
      near.post(id, tally, [id === 150 ? id : doNothing]);
    }
    await settle();
    expect(far.heard.events).toEqual(['post 150 tally(150)']);
    expect(near.heard.events).toHaveLength(299);
  });

  test('is a result: the call fails and says so, and the others are answered', async () => {
    const [near, far] = connect();
    near.link.answerResult(1, 'a');
    near.link.answerResult(2, { page: Promise.resolve() });
    near.link.answerResult(3, 'c');
    await settle();
    expect(far.heard.events.slice(0, 2)).toEqual(['result 1 "a"', 'result 3 "c"']);
    const error = far.heard.errors[0] as NotCloneableError;
    expect(error).toBeInstanceOf(NotCloneableError);
    expect(error.message).toMatch(
      /^the result cannot be copied to another thread: .*\(at \.page\)/,
    );
    expect(near.heard.events).toEqual([]);
  });

  test.for([
    [
      'a getter that throws',
      {
        get trap(): never {
          throw new Error('a trap');
        },
      },
    ],
    [
      'a value that cannot even be shown',
      Object.assign(() => {}, {
        [Symbol.for('nodejs.util.inspect.custom')]: () => {
          throw new Error('a trap');
        },
      }),
    ],
    [
      'a function whose name is no text',
      Object.defineProperty(() => {}, 'name', { value: Symbol('x') }),
    ],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          get() {
            throw new Error('a trap');
          },
          ownKeys() {
            throw new Error('a trap');
          },
        },
      ),
    ],
    [
      'a thenable that throws',
      {
        get then(): never {
          throw new Error('a trap');
        },
      },
    ],
    ['a symbol', Symbol('nothing')],
    ['a very deep object that ends in a function', deepObject(500)],
  ] as const)('may be %s', async ([, value]) => {
    const [near, far] = connect();
    near.call(1, tally, ['a']);
    near.call(2, tally, [value]);
    near.call(3, tally, ['c']);
    await settle();
    expect(near.heard.events).toEqual(['unsendable 2']);
    expect(near.heard.errors[0]).toBeInstanceOf(NotCloneableError);
    expect(far.heard.events).toEqual(['call 1 tally("a")', 'call 3 tally("c")']);
  });

  test('may be told of by a listener that goes on calling', async () => {
    const [near, far] = connect();
    near.heard.onUnsendable = (id) => {
      if (id < 5) near.call(id + 1, tally, [id < 4 ? doNothing : 'at last']);
    };
    near.call(1, tally, [doNothing]);
    near.call(9, tally, ['meanwhile']);
    await settle();
    expect(far.heard.events).toEqual(['call 9 tally("meanwhile")', 'call 5 tally("at last")']);
  });
});

function deepObject(depth: number): object {
  let value: object = { end: doNothing };
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}
