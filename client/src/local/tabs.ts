/** What the tabs of a browser share beside what is stored: wires between them, and locks that one of them holds. */

/** Reaches all others that have opened a channel of that name, and not who posts. */
export interface Channel {
  /** What structured cloning carries. */
  post(message: unknown): void;
  /** Messages are what other tabs have posted, which may run another version of the program. */
  listen(listener: (message: unknown) => void): void;
  close(): void;
}

export interface Tabs {
  openChannel(name: string): Channel;
  /**
   * Waits until no other tab holds the lock, then holds it while `work` runs; a tab that ends lets go. Rejects with the
   * signal's reason when that aborts before it is got.
   */
  withLock<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

/**
 * Of a program, which is alone: everything within it that is given the same one shares it. A `sqlitePlace`, which other
 * programs may open too, has `tabs` of its own.
 */
export function soloTabs(): Tabs {
  const channels = new Map<string, Set<(message: unknown) => void>>();
  const locks = new Map<string, Promise<unknown>>();
  return {
    openChannel(name) {
      const all = channels.get(name) ?? new Set();
      channels.set(name, all);
      const mine = new Set<(message: unknown) => void>();
      return {
        post(message) {
          for (const listener of [...all]) {
            if (!mine.has(listener)) queueMicrotask(() => all.has(listener) && listener(message));
          }
        },
        listen(listener) {
          mine.add(listener);
          all.add(listener);
        },
        close() {
          for (const listener of mine) all.delete(listener);
        },
      };
    },
    async withLock(name, signal, work) {
      while (locks.has(name)) await firstOf(locks.get(name), signal);
      signal.throwIfAborted();
      const working = work();
      locks.set(
        name,
        working.catch(() => undefined),
      );
      return working.finally(() => locks.delete(name));
    },
  };
}

/** Waits for what holds a lock. Rejects when the signal aborts. */
async function firstOf(holding: Promise<unknown> | undefined, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([holding, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

/** As much of browsers' Web Locks (https://www.w3.org/TR/web-locks/) as is used here. */
declare const navigator: {
  locks: {
    request<Result>(
      name: string,
      options: { signal: AbortSignal },
      work: () => Promise<Result>,
    ): Promise<Result>;
  };
};

/** Of a browser: the tabs and workers of one origin. */
export function browserTabs(): Tabs {
  return {
    openChannel(name) {
      const channel = new BroadcastChannel(name);
      return {
        post: (message) => channel.postMessage(message),
        listen(listener) {
          channel.onmessage = ({ data }: MessageEvent) => listener(data);
        },
        close: () => channel.close(),
      };
    },
    withLock: (name, signal, work) => navigator.locks.request(name, { signal }, work),
  };
}
