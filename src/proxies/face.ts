/**
 * What users hold: Comlink's proxy, with what it lacks around it.
 *
 * Like Comlink's it makes one more proxy for each step of a path, and asks nothing before a member
 * is called, constructed, set, or waited for. What it gives then is a future of ours.
 */
import type { CallerEnd } from './caller-end.js';
import { comlink } from './comlink.js';

/** Comlink's own proxy, in the shapes in which it is used. */
interface Inner {
  (...args: unknown[]): PromiseLike<unknown>;
  new (...args: unknown[]): PromiseLike<unknown>;
  [key: PropertyKey]: Inner;
}

const faces = new WeakSet<object>();

/** Whether a value is a proxy of another thread's object. */
export function isFace(value: unknown): value is object {
  return typeof value === 'function' && faces.has(value);
}

/** The proxy that leads to whatever is at the other side of the end's port. */
export function createFace(end: CallerEnd, wrapped: unknown): object {
  return faceOf(end, wrapped as Inner, []);
}

function faceOf(end: CallerEnd, inner: Inner, path: readonly PropertyKey[]): object {
  const ask = () => end.request(() => read(inner));
  // Not before it is called: whoever only looks whether there is a `then` asks for nothing.
  const waitFor: PromiseLike<unknown>['then'] = (onValue, onError) => ask().then(onValue, onError);
  // A function that can be constructed, so that the proxy can.
  const target = function remote(): void {};
  const face = new Proxy(target, {
    get: (_target, key) => {
      if (key === comlink().releaseProxy || key === Symbol.dispose) return () => end.release();
      // A proxy is no promise, so that it can be what an async function returns; a member is one.
      if (key === 'then' && path.length === 0) return undefined;
      end.assertUsable();
      if (key === 'then') return waitFor;
      if (key === Symbol.iterator && path.length > 0) return () => ask()[Symbol.iterator]();
      if (typeof key === 'symbol' && key !== comlink().createEndpoint) return undefined;
      return faceOf(end, inner[key] as Inner, [...path, key]);
    },
    set: (_target, key, value) => {
      end.assertUsable();
      return typeof key === 'string' && Reflect.set(inner, key, end.write(value));
    },
    apply: (_target, _self, args: unknown[]) => {
      end.assertUsable();
      if (path.at(-1) === 'bind') {
        // Comlink's answer to it is the proxy that was to be bound.
        return faceOf(end, inner() as unknown as Inner, path.slice(0, -1));
      }
      return end.request(() => inner(...args.map((each) => end.write(each))));
    },
    construct: (_target, args: unknown[]) => {
      end.assertUsable();
      return end.request(() => new inner(...args.map((each) => end.write(each))));
    },
    deleteProperty: () => false,
    defineProperty: () => false,
  });
  faces.add(face);
  return face;
}

/** Comlink asks for a member's value when its `then` is looked at. */
function read(inner: Inner): Promise<unknown> {
  return new Promise((resolve, reject) => {
    void (inner as unknown as PromiseLike<unknown>).then(resolve, reject);
  });
}
