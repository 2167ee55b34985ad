/** A file of a hundred megabytes, sealed as it goes and opened as it comes. */
import type { Plan } from "../plan.ts";
import { bareCipherFile, webCryptoPiecesFile, webCryptoWholeFile } from "./aes-file.ts";
import { enter, type Rates, ratesOf, ratiosOf, takeTurns, warmUp } from "./contender.ts";
import { openPgpFile } from "./openpgp-file.ts";
import { posthornFile } from "./posthorn-file.ts";

/** Rates are megabytes, of a million bytes, per second. */
export interface SealedFile {
  bytes: number;
  rounds: number;
  posthorn: Rates;
  bareCipher: Rates;
  webCryptoPieces: Rates;
  webCryptoWhole: Rates;
  openPgp: Rates;
  toBareCipher: Rates;
  toWebCryptoPieces: Rates;
  toWebCryptoWhole: Rates;
  toOpenPgp: Rates;
}

/** Each once a round, however long it takes. */
const once = 0;

export async function measureFile({ seal }: Plan): Promise<SealedFile> {
  const { bytes, rounds } = seal.file;
  const posthorn = enter(await posthornFile(bytes));
  const bareCipher = enter(await bareCipherFile(bytes));
  const webCryptoPieces = enter(await webCryptoPiecesFile(bytes));
  const webCryptoWhole = enter(await webCryptoWholeFile(bytes));
  const openPgp = enter(await openPgpFile(bytes));
  const all = [posthorn, bareCipher, webCryptoPieces, webCryptoWhole, openPgp];
  await warmUp(all, once);
  for (let round = 0; round < rounds; round++) await takeTurns(all, once);
  const megabytes = bytes / 1e6;
  return {
    bytes,
    rounds,
    posthorn: ratesOf(posthorn, megabytes),
    bareCipher: ratesOf(bareCipher, megabytes),
    webCryptoPieces: ratesOf(webCryptoPieces, megabytes),
    webCryptoWhole: ratesOf(webCryptoWhole, megabytes),
    openPgp: ratesOf(openPgp, megabytes),
    toBareCipher: ratiosOf(posthorn, bareCipher),
    toWebCryptoPieces: ratiosOf(posthorn, webCryptoPieces),
    toWebCryptoWhole: ratiosOf(posthorn, webCryptoWhole),
    toOpenPgp: ratiosOf(posthorn, openPgp),
  };
}
