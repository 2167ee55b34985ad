/**
 * Keys that anybody can have are refused wherever a key is kept (CVE-2026-24044). Here because both rooms that keep keys,
 * `auth` and `peers`, look into this one.
 */

/** In base64url: RFC 8032 §7.1 tests 1 to 3, RFC 9421 B.1.4. */
const publishedSeeds: ReadonlySet<string> = new Set([
  "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  "TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs",
  "xaqN9D-fg3vtt0QvMdy3sWbThTUHbwlLhc46LgtEWPc",
  "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
]);

/** True when the seed of an Ed25519 key stands in a standard, or is one byte again and again. */
export function isPublishedSeed(seed: Uint8Array): boolean {
  return (
    publishedSeeds.has(Buffer.from(seed).toString("base64url")) || seed.every((byte) => byte === seed[0])
  );
}
