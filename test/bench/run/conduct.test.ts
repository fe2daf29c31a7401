// The order of a run: rounds in turn, who is left out, and two builds beside each other.
// No process is started: what would be run is written down.

import { expect, test } from 'vitest';
import type { Row } from '../../../bench/row.js';
import type { Command, Outcome } from '../../../bench/run/child-process.js';
import { conduct, type Measured, type Plan } from '../../../bench/run/conduct.js';
import { sampleRow } from '../sample-results.js';

const row: Row = {
  ...sampleRow({}),
  contenders: {
    threadloop: () => ({}),
    peer: () => ({}),
    asyncio: { python: 'asyncio', script: 'calls/rows.py', row: 'sample' },
    uvloop: { python: 'uvloop', script: 'calls/rows.py', row: 'sample' },
  },
};

async function conductWith(plan: Partial<Plan>, answer: (who: string) => Outcome) {
  const order: string[] = [];
  const run = (command: Command): Promise<Outcome> => {
    const who = [command.args.at(-2), command.env?.['BENCH_SUBJECT']].filter(Boolean).join(' of ');
    order.push(who);
    return Promise.resolve(answer(who));
  };
  const pythons = {
    asyncio: { file: 'python3', version: '3' },
    uvloop: { problem: 'no uvloop' },
  };
  const common = { rows: [row], roundCount: 2, isQuick: true, pythons, onProgress: () => {} };
  const contenders: Measured[] = [];
  for await (const measured of conduct({ ...common, run, ...plan })) {
    contenders.push(...measured.contenders);
  }
  return { order, contenders };
}

const fine = (): Outcome => ({ figures: { rate: 1 } });

test('every contender is asked once a round, and who is missing is not', async () => {
  const { order, contenders } = await conductWith({}, fine);
  expect(order).toEqual(['threadloop', 'peer', 'asyncio', 'threadloop', 'peer', 'asyncio']);
  expect(contenders.map(({ rounds }) => rounds.length)).toEqual([2, 2, 2, 0]);
  expect(contenders.at(-1)).toMatchObject({ name: 'uvloop', problem: 'no uvloop' });
});

test('who has failed is not asked again, and the others go on', async () => {
  const { order, contenders } = await conductWith({}, (who) =>
    who === 'peer' ? { problem: 'it hung' } : fine(),
  );
  expect(order).toEqual(['threadloop', 'peer', 'asyncio', 'threadloop', 'asyncio']);
  expect(contenders[1]).toMatchObject({ name: 'peer', rounds: [], problem: 'it hung' });
});

test('a quick run leaves out whom the row can spare', async () => {
  const rows = [{ ...row, fullOnly: ['peer'] }];
  expect((await conductWith({ rows, roundCount: 1 }, fine)).order).toEqual([
    'threadloop',
    'asyncio',
  ]);
  const { order } = await conductWith({ rows, roundCount: 1, isQuick: false }, fine);
  expect(order).toEqual(['threadloop', 'peer', 'asyncio']);
});

test('a row may want fewer rounds', async () => {
  const { order } = await conductWith({ rows: [{ ...row, maxRoundCount: 1 }] }, fine);
  expect(order).toEqual(['threadloop', 'peer', 'asyncio']);
});

test('two builds take turns, without anybody else', async () => {
  const builds = { before: 'file:///a/', after: 'file:///b/' };
  const { order, contenders } = await conductWith({ builds }, fine);
  const turn = ['threadloop of file:///a/', 'threadloop of file:///b/'];
  expect(order).toEqual([...turn, ...turn]);
  expect(contenders.map(({ name }) => name)).toEqual(['before: threadloop', 'after: threadloop']);
});
