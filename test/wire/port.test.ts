// The real body of the port seam, over Node's MessagePort; both ends live in this thread.

import { MessageChannel } from 'node:worker_threads';
import { NodePort, type PortListener } from 'threadloop/lowlevel';
import { describe, expect, onTestFinished, test } from 'vitest';

class Ear implements PortListener {
  readonly heard: unknown[] = [];
  readonly closed: Promise<void>;
  #onClosed!: () => void;

  constructor() {
    this.closed = new Promise((resolve) => (this.#onClosed = resolve));
  }

  onBatch(batch: unknown[]): void {
    this.heard.push(...batch);
  }

  onUnreadable(error: unknown): void {
    this.heard.push(error);
  }

  onClose(): void {
    this.heard.push('closed');
    this.#onClosed();
  }
}

function openPair(): [NodePort, NodePort] {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return [new NodePort(port1), new NodePort(port2)];
}

function countOpenPorts(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length;
}

describe('a port', () => {
  test('delivers copies in order, also of what came before anybody listened', async () => {
    const [near, far] = openPair();
    const ear = new Ear();
    const value = { list: [1] };
    near.post(['a', value], []);
    near.post(['b'], []);
    value.list.push(2);
    far.listen(ear);
    near.post(['c'], []);
    near.close();
    await ear.closed;
    expect(ear.heard).toEqual(['a', { list: [1] }, 'b', 'c', 'closed']);
  });

  test('throws, and sends nothing, when a part cannot be cloned', async () => {
    const [near, far] = openPair();
    const ear = new Ear();
    far.listen(ear);
    expect(() => near.post(['a', () => {}], [])).toThrow(
      expect.objectContaining({ name: 'DataCloneError' }),
    );
    near.close();
    await ear.closed;
    expect(ear.heard).toEqual(['closed']);
  });

  test('hands over what the transfer list names', async () => {
    const [near, far] = openPair();
    const ear = new Ear();
    far.listen(ear);
    const buffer = new ArrayBuffer(8);
    near.post([buffer], [buffer]);
    expect(buffer.byteLength).toBe(0);
    near.close();
    await ear.closed;
    expect((ear.heard[0] as ArrayBuffer).byteLength).toBe(8);
  });

  test('gives what has arrived on request, each batch once and in order', async () => {
    const [near, far] = openPair();
    const ear = new Ear();
    far.listen(ear);
    near.post(['a'], []);
    near.post(['b'], []);
    near.post(['c'], []);
    expect(far.take()).toEqual(['a']);
    expect(far.take()).toEqual(['b']);
    near.close();
    await ear.closed;
    expect(ear.heard).toEqual(['c', 'closed']);
  });

  test('has nothing to give when nothing came, and once it has closed', async () => {
    const [near, far] = openPair();
    const [nearEar, farEar] = [new Ear(), new Ear()];
    near.listen(nearEar);
    far.listen(farEar);
    expect(far.take()).toBeUndefined();
    near.post(['lost'], []);
    far.close();
    expect(far.take()).toBeUndefined();
    await Promise.all([nearEar.closed, farEar.closed]);
    // A port that was closed for some time is the one that takes Node 20 down.
    for (let turn = 0; turn < 3; turn += 1) {
      expect([near.take(), far.take()]).toEqual([undefined, undefined]);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(farEar.heard).toEqual(['closed']);
  });

  test('takes what is sent after its end, and loses it', async () => {
    const [near, far] = openPair();
    const ear = new Ear();
    near.listen(ear);
    far.close();
    await ear.closed;
    near.post(['late'], []);
    near.close();
    near.close();
    near.ref();
    near.unref();
    expect(ear.heard).toEqual(['closed']);
  });

  test('keeps the process alive only while it is referenced', () => {
    const [near] = openPair();
    const before = countOpenPorts();
    near.listen(new Ear());
    expect(countOpenPorts()).toBe(before);
    near.ref();
    expect(countOpenPorts()).toBe(before + 1);
    near.unref();
    expect(countOpenPorts()).toBe(before);
  });
});
