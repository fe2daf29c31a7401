// A loop whose time jumps, and that tells when a program can never end.

import { VirtualEventLoop } from 'threadloop/testing';
import { closedAfterwards } from '../loop/fixtures.js';

export function virtualLoop(): VirtualEventLoop {
  return closedAfterwards(new VirtualEventLoop());
}
