/** Parts of the page that are fetched when they are first needed. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

const pausesMs = [300, 2_000];

/** A part could not be fetched: the server does not answer, or it has another version by now. */
export class PartMissing extends Error {
  constructor(cause: unknown) {
    super("A part of the page could not be fetched.", { cause });
    this.name = "PartMissing";
  }
}

/** A component out of a module of its own. What draws it throws PartMissing when it cannot be had. */
export function part<Module, Props>(
  load: () => Promise<Module>,
  pick: (module: Module) => ComponentType<Props>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: pick(await fetchPart(load)) }));
}

/** Who is not connected gets it when they are again; what fails for another reason is tried twice more. Throws PartMissing. */
async function fetchPart<Part>(load: () => Promise<Part>): Promise<Part> {
  for (const pauseMs of pausesMs) {
    try {
      return await load();
    } catch {
      await isConnected();
      await new Promise((done) => setTimeout(done, pauseMs));
    }
  }
  return load().catch((cause: unknown) => {
    throw new PartMissing(cause);
  });
}

async function isConnected(): Promise<void> {
  if (navigator.onLine) return;
  await new Promise((done) => addEventListener("online", done, { once: true }));
}
