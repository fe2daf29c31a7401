// Random talk over a link, with messages in between that cannot be cloned, and pauses at will.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FunctionAddress } from '#src/wire/message.js';
import { connect, type End, settle } from './connected-links.js';

const urls = ['file:///a.js', 'file:///b.js', 'data:text/javascript,'];
const address = fc.record({
  url: fc.constantFrom(...urls),
  name: fc.constantFrom('tally', 'crawl', 'a#b', ''),
});

type Said =
  | { readonly kind: 'post' | 'call'; readonly to: FunctionAddress; readonly args: Args }
  | { readonly kind: 'cancel' | 'result' | 'notice' | 'pause' | 'flush' };
type Args = readonly (number | 'bad')[];

const said: fc.Arbitrary<Said> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('post' as const, 'call' as const),
      to: address,
      args: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(9) }, fc.constant('bad' as const)), {
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel', 'result', 'notice', 'pause', 'flush'),
    }),
  },
);

/** Says it, and gives what the far side and the near side should hear of it. */
async function say(end: End, id: number, what: Said): Promise<{ far?: string; near?: string }> {
  switch (what.kind) {
    case 'post':
    case 'call': {
      const { kind, to, args } = what;
      end[kind](
        id,
        to,
        args.map((arg) => (arg === 'bad' ? () => {} : arg)),
      );
      if (args.includes('bad')) return { near: `unsendable ${id}` };
      return { far: `${kind} ${id} ${to.name}(${args.join(', ')})` };
    }
    case 'cancel':
      end.link.cancel(id, 'enough');
      return { far: `cancel ${id} enough` };
    case 'result':
      end.link.answerResult(id, [id]);
      return { far: `result ${id} [${id}]` };
    case 'notice':
      end.link.notice('joined', id);
      return { far: `notice joined ${id}` };
    case 'flush':
      end.link.flush();
      return {};
    case 'pause':
      await Promise.resolve();
      return {};
  }
}

test('whatever is said arrives once and in order, but for what cannot be cloned', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { maxLength: 60 }), async (talk) => {
      const [near, far] = connect();
      const expected: { far: string[]; near: string[] } = { far: [], near: [] };
      for (const [id, what] of talk.entries()) {
        const heard = await say(near, id, what);
        if (heard.far !== undefined) expected.far.push(heard.far);
        if (heard.near !== undefined) expected.near.push(heard.near);
      }
      near.link.close();
      await settle();
      expect(far.heard.events).toEqual([...expected.far, 'closed']);
      expect(near.heard.events).toEqual([...expected.near, 'closed']);
      const heardUrls = far.heard.addresses.map(({ url }) => url);
      expect(heardUrls.every((url) => urls.includes(url))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
