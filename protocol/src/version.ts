/** The version of the wire this package speaks; it stands in discovery (§30.2). */
export const wireVersion = 1;

/**
 * One line for each time a schema, an endpoint, a code or a limit changed, the newest last. `hash` is what
 * `version.test.ts` computes over all of them; it fails when they change without a line here.
 */
export const wireHistory: readonly {
  readonly version: number;
  readonly hash: string;
  readonly note: string;
}[] = [
  {
    version: 1,
    hash: "6fa647ea095fd3256eb553f3de74ca96c483be78a2133c2c2b9a3229cb3eb413",
    note: "First version.",
  },
];
