// A line of output, and what is read back from it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAnswer, readAnswer } from '#src/cli/answer.js';
import { toInput } from '#src/cli/inputs.js';
import { outcomeOfError, outcomeOfValue } from '#src/cli/outcome.js';

test('an answer is one line with input, value or error, time and loop', () => {
  expect(formatAnswer(toInput('a'), outcomeOfValue({ n: 1 }, 1.23456), 'loop-1')).toBe(
    '{"input":"a","value":{"n":1},"ms":1.235,"loop":"loop-1"}\n',
  );
  expect(formatAnswer(toInput(2), outcomeOfError('no', 0), 'loop-2')).toBe(
    '{"input":2,"error":{"name":"ThrownValue","message":"\'no\'"},"ms":0,"loop":"loop-2"}\n',
  );
});

test('any input is read back from its answer as the same text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (input, value) => {
      // As it comes from a line of JSON.
      const parsed = toInput(JSON.parse(JSON.stringify(input)));
      const line = formatAnswer(parsed, outcomeOfValue(value, 1), 'loop-1');
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(readAnswer(line)).toEqual({ inputJson: parsed.json, isError: false });
    }),
  );
});

test('an answer with an error is read back as one', () => {
  const line = formatAnswer(toInput('a'), outcomeOfError(new Error('x'), 1), 'loop-1');
  expect(readAnswer(line)).toEqual({ inputJson: '"a"', isError: true });
});

test.for([
  '',
  'text',
  '5',
  'null',
  '[]',
  '{}',
  '{"input":1}',
  '{"input":1,"value":2}',
  '{"input":1,"value":2,"ms":"1","loop":"l"}',
  '{"input":1,"value":2,"error":{},"ms":1,"loop":"l"}',
  '{"value":2,"ms":1,"loop":"l"}',
])('%s is no answer', (line) => {
  expect(readAnswer(line)).toBeUndefined();
});
