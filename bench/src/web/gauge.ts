/** What times the client within its page, by the clock of the browser: put into each page before its own scripts. */

/** In that page, as `gauge`. */
interface Gauge {
  /** From the next key or press of a button on, until a frame is painted in which this holds. */
  arm(isDone: () => boolean): void;
  /** The milliseconds that it took. Rejects when it did not come to hold. */
  took(): Promise<number>;
  /** When this holds, on the page's own clock. */
  fromStart(isDone: () => boolean): Promise<number>;
  /** Looks at each frame of this list from now on. */
  watchFrames(list: Element): void;
  /** Ends that. */
  frames(): Frames;
  /** Whether a row's place is empty there now. */
  isBlank(list: Element): boolean;
  nextFrame(): Promise<void>;
  readonly seen: SeenByObservers;
}

export interface Frames {
  /** Between each two. */
  gapsMs: number[];
  /** In how many of them a row's place was empty. */
  blank: number;
}

export interface SeenByObservers {
  /** Of what moved though nobody had done anything: the sum of all shifts. */
  layoutShift: number;
  /** Of each task of more than 50 ms what is more than that. */
  blockedMs: number;
  /** From a key to the next frame, whatever that shows; in steps of 8 ms, and 16 for all that took less. */
  keysMs: number[];
}

declare global {
  var gauge: Gauge;
}

/** Runs in the page, so it names nothing from outside itself. */
export function installGauge(): void {
  const seen: SeenByObservers = { layoutShift: 0, blockedMs: 0, keysMs: [] };
  const observe = (type: string, options: object, note: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({
      type,
      buffered: true,
      ...options,
    });
  observe("layout-shift", {}, (entry) => {
    if (Reflect.get(entry, "hadRecentInput") !== true)
      seen.layoutShift += Number(Reflect.get(entry, "value"));
  });
  observe("longtask", {}, ({ duration }) => {
    seen.blockedMs += duration - 50;
  });
  observe("event", { durationThreshold: 16 }, ({ name, duration }) => {
    if (name === "keydown") seen.keysMs.push(duration);
  });

  const mostMs = 20_000;
  /** Rejects when it lasts too long. */
  const painted = (isDone: () => boolean) =>
    new Promise<number>((resolve, reject) => {
      const begunAtMs = performance.now();
      const look = () => {
        if (isDone()) {
          // A task that is asked for within a frame comes when the frame is painted.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now());
          port2.postMessage(undefined);
        } else if (performance.now() - begunAtMs > mostMs) reject(new Error(`not so: ${String(isDone)}`));
        else requestAnimationFrame(look);
      };
      look();
    });

  let taking: Promise<number> = Promise.reject(new Error("nothing was armed"));
  taking.catch(() => undefined);
  let frames: Frames = { gapsMs: [], blank: 0 };
  let watched: Element | undefined;

  const isBlank = (list: Element) => {
    const [canvas] = [...list.children].slice(-1);
    let shown = 0;
    const [top, bottom] = [list.scrollTop, list.scrollTop + list.clientHeight];
    for (const child of canvas?.children ?? []) {
      if (!(child instanceof HTMLElement) || child.firstElementChild?.ariaHidden === "true") continue;
      const end = Math.min(bottom, child.offsetTop + child.offsetHeight);
      shown += Math.max(0, end - Math.max(top, child.offsetTop));
    }
    // Half a row is what headings leave free around them.
    return shown < list.clientHeight - 32;
  };

  globalThis.gauge = {
    seen,
    isBlank,
    nextFrame: () => new Promise((come) => requestAnimationFrame(() => come())),
    arm(isDone) {
      let startedAtMs: number | undefined;
      const begun = new AbortController();
      const start = ({ timeStamp }: Event) => {
        startedAtMs ??= timeStamp;
        begun.abort();
      };
      for (const type of ["keydown", "pointerdown"])
        addEventListener(type, start, { capture: true, signal: begun.signal });
      taking = painted(() => startedAtMs !== undefined && isDone()).then(
        (nowMs) => nowMs - (startedAtMs ?? 0),
      );
      taking.catch(() => undefined);
    },
    took: () => taking,
    fromStart: painted,
    watchFrames(list) {
      frames = { gapsMs: [], blank: 0 };
      watched = list;
      let before: number | undefined;
      const look = (nowMs: number) => {
        if (watched !== list) return;
        if (before !== undefined) frames.gapsMs.push(nowMs - before);
        before = nowMs;
        if (isBlank(list)) frames.blank++;
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    },
    frames() {
      watched = undefined;
      return frames;
    },
  };
}
