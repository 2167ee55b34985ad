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
    hash: "c56d244e4620a21e7724b13cc84eaa1911c581ee9dd856e7a24e7e70411146a6",
    note: "First version.",
  },
];
