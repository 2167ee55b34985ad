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
    hash: "d0fd8df5cdf327bd18dad9679f581c3987951ec557bcbd5d8cf655c6ce50c89f",
    note: "First version.",
  },
];
