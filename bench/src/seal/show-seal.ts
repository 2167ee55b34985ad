import { hundredths, spread, whole } from "../figures.ts";
import { table } from "../table.ts";
import type { BrowserOpening } from "./browser-opening.ts";
import type { Rates } from "./contender.ts";
import type { SealedFile } from "./file.ts";
import type { Messages } from "./messages.ts";
import type { Seal } from "./seal.ts";

export function showSeal({ payloadBytes, rounds, messages, file, browser }: Seal): string {
  return [
    `Sealing: a message of ${whole(payloadBytes)} bytes, in ${rounds} rounds with the bare primitives and OpenPGP.js in turn, and`,
    `${whole(file.bytes / 1e6)} MB of a file in ${file.rounds}. Ratios are Posthorn to the other.`,
    "",
    table([
      ["messages/s", "ratio", "Posthorn", "the other", "aim"],
      ...messages.flatMap(messageRows),
      [""],
      ["file, MB/s", "ratio", "Posthorn", "the other", "aim"],
      ...fileRows(file),
      [""],
      ...browserRows(browser),
    ]),
  ].join("\n");
}

function messageRows({ recipients, posthorn, ...others }: Messages): string[][] {
  const { primitives, toPrimitives, openPgp, toOpenPgp } = others;
  const to = `to ${recipients}`;
  return [
    ...rows([`seal ${to}`, `open, sealed ${to}`], "primitives", toPrimitives, posthorn, primitives, ""),
    ...rows([`seal ${to}`, `open, sealed ${to}`], "OpenPGP.js", toOpenPgp, posthorn, openPgp, ""),
  ];
}

function fileRows(file: SealedFile): string[][] {
  const { posthorn, bareCipher, webCryptoPieces, webCryptoWhole, openPgp } = file;
  const names: [string, string] = ["seal", "open"];
  return [
    ...rows(names, "AES-GCM, one cipher", file.toBareCipher, posthorn, bareCipher, "≥ 0.50"),
    ...rows(names, "WebCrypto, 16 KiB each", file.toWebCryptoPieces, posthorn, webCryptoPieces, "≥ 0.50"),
    ...rows(names, "WebCrypto, one call", file.toWebCryptoWhole, posthorn, webCryptoWhole, "≥ 0.50"),
    ...rows(names, "OpenPGP.js", file.toOpenPgp, posthorn, openPgp, ""),
  ];
}

function browserRows({ cold, inTurn, atOnce }: BrowserOpening): string[][] {
  const what = "50 opened in a browser, ms";
  return [
    [what, "", spread(inTurn, whole), "", "< 150"],
    [`${what}; all at once`, "", spread(atOnce, whole), "", ""],
    [`${what}; the first time`, "", spread(cold, whole), "", ""],
  ];
}

function rows(
  [seal, open]: [string, string],
  beside: string,
  ratio: Rates,
  posthorn: Rates,
  other: Rates,
  aim: string,
): string[][] {
  const row = (what: string, part: keyof Rates) => [
    `${what}; ${beside}`,
    spread(ratio[part], hundredths),
    spread(posthorn[part], whole),
    spread(other[part], whole),
    aim,
  ];
  return [row(seal, "seal"), row(open, "open")];
}
