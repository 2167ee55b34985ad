/** One thing that was looked at. */
export interface Finding {
  name: string;
  /** Null when it could not be looked at because of another finding. */
  ok: boolean | null;
  /** What was found. */
  detail: string;
  /** What to do about it, when it is not well. */
  next?: string;
}

export function well(name: string, detail: string): Finding {
  return { name, ok: true, detail };
}

export function wrong(name: string, detail: string, next: string): Finding {
  return { name, ok: false, detail, next };
}

export function skipped(name: string, why: string): Finding {
  return { name, ok: null, detail: why };
}

/** What `find` finds; when it cannot, that with what to do. Never throws. */
export async function look(name: string, find: () => Promise<Finding>): Promise<Finding> {
  try {
    return await find();
  } catch (error) {
    return wrong(name, error instanceof Error ? error.message : String(error), "Look at the server's log.");
  }
}
