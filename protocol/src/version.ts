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
    hash: "ab942e064ad6da1a196b8445da367d81ef8a8f547dc17fed0405480bba5117f9",
    note: "First version.",
  },
];
