/**
 * The priority behind one task signal: who hears of its changes, and which signals follow it.
 *
 * A signal that follows another (`TaskSignal.any`) is linked to the one that a controller sets,
 * also through others that follow, so a change goes one level down.
 *
 * | state    | moves to | by                                                                  |
 * |----------|----------|---------------------------------------------------------------------|
 * | settled  | changing | `change` to another priority                                        |
 * | changing | settled  | everyone has heard of it; another `change` meanwhile is refused     |
 */
import { TaskPriorityChangeEvent } from './task-priority-change-event.js';
import type { TaskPriority } from './task-priority.js';

/** Belongs to one signal, and lives as long as it does. */
export class SignalPriority {
  /** Whether it never changes: it was given a priority, and no signal to follow. */
  readonly isFixed: boolean;
  readonly #target: EventTarget;
  readonly #leader: SignalPriority | null;
  #current: TaskPriority;
  #isChanging = false;
  readonly #observers = new Set<() => void>();
  /** In order of creation. Weak, or all that ever followed a long-lived signal would stay. */
  readonly #followers = new Set<WeakRef<SignalPriority>>();
  /** Followers that somebody listens to: these have to stay. */
  readonly #heardFollowers = new Set<SignalPriority>();

  /** @param source - what it is or follows; `isFixed` tells one that nobody can change */
  constructor(
    target: EventTarget,
    source: TaskPriority | SignalPriority,
    { isFixed = false }: { readonly isFixed?: boolean } = {},
  ) {
    this.#target = target;
    if (source instanceof SignalPriority) {
      this.#current = source.#current;
      this.isFixed = source.isFixed;
      this.#leader = source.isFixed ? null : (source.#leader ?? source);
      if (this.#leader !== null) this.#leader.#addFollower(this);
    } else {
      this.#current = source;
      this.isFixed = isFixed;
      this.#leader = null;
    }
  }

  get current(): TaskPriority {
    return this.#current;
  }

  /** Calls back on each change, before the event is dispatched. */
  observe(observer: () => void): void {
    this.#observers.add(observer);
  }

  unobserve(observer: () => void): void {
    this.#observers.delete(observer);
  }

  /** Somebody listens to the event: from now on this one lives as long as what it follows. */
  noteListener(): void {
    if (this.#leader !== null) this.#leader.#heardFollowers.add(this);
  }

  /** @throws DOMException `NotAllowedError` while an earlier change is being told */
  change(priority: TaskPriority): void {
    if (this.#isChanging) {
      throw new DOMException(
        'setPriority() cannot be called while an earlier change of that signal is being told',
        'NotAllowedError',
      );
    }
    if (priority === this.#current) return;
    this.#isChanging = true;
    try {
      const previousPriority = this.#current;
      this.#current = priority;
      for (const observer of this.#observers) observer();
      this.#target.dispatchEvent(
        new TaskPriorityChangeEvent('prioritychange', { previousPriority }),
      );
      for (const follower of this.#followers) follower.deref()?.change(priority);
    } finally {
      this.#isChanging = false;
    }
  }

  #addFollower(follower: SignalPriority): void {
    const ref = new WeakRef(follower);
    this.#followers.add(ref);
    finalizers.register(follower, { followers: this.#followers, ref });
  }
}

const finalizers = new FinalizationRegistry<{
  readonly followers: Set<WeakRef<SignalPriority>>;
  readonly ref: WeakRef<SignalPriority>;
}>(({ followers, ref }) => followers.delete(ref));
