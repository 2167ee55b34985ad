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
    hash: "85c20d04ede6ae927d795b99a6b1cf8d073c676bc4ab479c5ac36897ee375972",
    note: "First version.",
  },
];
