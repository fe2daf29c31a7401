// The progress display on a terminal that is not there: when it is drawn, and what it leaves.

import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { BusyMeter } from '#src/cli/busy-meter.js';
import { canShowProgress, ProgressDisplay } from '#src/cli/progress.js';
import { Tally } from '#src/cli/tally.js';

class Terminal extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  text = '';

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.text += chunk.toString();
    callback();
  }
}

function draw(terminal: Terminal): { display: ProgressDisplay; meter: BusyMeter } {
  const meter = new BusyMeter(() => [{ name: 'loop-1', utilization: 0.5 }]);
  meter.sample();
  const tally = Object.assign(new Tally(['loop-1'], 10), { answeredCount: 5 });
  return { display: new ProgressDisplay(terminal as unknown as WriteStream, tally, meter), meter };
}

test.for([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{ isTTY: false }, {}, false],
] as const)('on %j with %j it is shown: %s', ([stream, env, isShown]) => {
  expect(canShowProgress(stream, env)).toBe(isShown);
});

test('the display draws the run and its loops, prints other text above, and goes away', () => {
  const terminal = new Terminal();
  const { display, meter } = draw(terminal);
  terminal.write('a task says so\n');
  terminal.write('and ends without ');
  terminal.write('an end of line');
  display.stop();
  meter.stop();
  expect(terminal.text).toContain('████████████░░░░░░░░░░░░ 5/10');
  expect(terminal.text).toContain('loop-1 ██████░░░░░░  50% busy');
  expect(terminal.text).toContain('a task says so\u001B[K\n');
  expect(terminal.text).toContain('and ends without an end of line\u001B[K\n');
  const before = terminal.text;
  terminal.write('the summary\n');
  expect(terminal.text).toBe(`${before}the summary\n`);
  expect(Object.hasOwn(terminal, 'write')).toBe(false);
});
