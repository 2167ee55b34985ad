/**
 * The parameters of a signature (threats A3, A12; RFC 9421 §2.3, §7.2.2, §7.3.6): everything here is signed anew by a peer
 * whose key is good, so that only the profile can refuse it.
 */
import type { SignatureRefusal } from "../signature-refusal.ts";
import { alphaKeyId, createdS, expiresS, forgeRequest, nonce, requestParameters } from "./actors.ts";
import { type Attack, exchanged, pairs } from "./attack.ts";

const [created = "", expires = "", ...rest] = requestParameters;

function signed(
  name: string,
  parameters: readonly string[],
  reason: SignatureRefusal = "malformedInput",
): Attack {
  return { name: `parameters ${name}`, reason, wire: () => forgeRequest({ parameters }) };
}

/** The good parameters with the one of that name replaced. */
function withOne(name: string, value: string, reason?: SignatureRefusal): Attack {
  const parameters = requestParameters.map((parameter) =>
    parameter.startsWith(`${name}=`) ? `${name}${value}` : parameter,
  );
  return signed(`with ${name}${value.length > 60 ? `${value.slice(0, 60)}…` : value}`, parameters, reason);
}

function nameOf(parameter: string): string {
  return parameter.slice(0, parameter.indexOf("="));
}

const extra = [
  'alg="ed25519"',
  'alg="hmac-sha256"',
  'alg="rsa-v1_5-sha256"',
  'alg="none"',
  "alg",
  'context="posthorn"',
  "x=1",
  "sf",
  "req",
];

const secondsForms = (seconds: number) => [
  "",
  `="${seconds}"`,
  `=${seconds}.0`,
  `=@${seconds}`,
  `=0${seconds}`,
  `=+${seconds}`,
  `=-${seconds}`,
  `=${seconds}e0`,
  `=0x${seconds.toString(16)}`,
  `= ${seconds}`,
  "=",
  "=?1",
  "=NaN",
  "=99999999999999999999",
  "=1800000000,1800000000",
];

export const parameterAttacks: readonly Attack[] = [
  [signed("that are none", [])],
  requestParameters.map((removed) =>
    signed(
      `without ${nameOf(removed)}`,
      requestParameters.filter((one) => one !== removed),
    ),
  ),
  requestParameters.map((doubled) =>
    signed(
      `with ${nameOf(doubled)} twice`,
      requestParameters.flatMap((one) => (one === doubled ? [one, one] : [one])),
    ),
  ),
  pairs(requestParameters.length).map(([first, second]) =>
    signed(
      `with ${nameOf(requestParameters[first] ?? "")} and ${nameOf(requestParameters[second] ?? "")} exchanged`,
      exchanged(requestParameters, first, second),
    ),
  ),
  extra.map((one) => signed(`with ${one} at the end`, [...requestParameters, one])),
  extra.map((one) => signed(`with ${one} in front`, [one, ...requestParameters])),
  requestParameters.map((wanted) =>
    signed(
      `with ${nameOf(wanted)} in capitals`,
      requestParameters.map((one) =>
        one === wanted ? one.replace(nameOf(one), nameOf(one).toUpperCase()) : one,
      ),
    ),
  ),
  requestParameters.map((wanted) =>
    signed(
      `with a space before ${nameOf(wanted)}`,
      requestParameters.map((one) => (one === wanted ? ` ${one}` : one)),
    ),
  ),
  secondsForms(createdS).map((form) => withOne("created", form)),
  secondsForms(expiresS).map((form) => withOne("expires", form)),
  [
    "",
    "=",
    '=""',
    `=${nonce}`,
    `=:${nonce}==:`,
    `="${nonce}=="`,
    `="${nonce.slice(0, 21)}"`,
    `="${"A".repeat(65)}"`,
    `="${nonce.slice(1)}+"`,
    `="${nonce.slice(1)} "`,
    `="${nonce.slice(1)}\\""`,
    `="${nonce.slice(1)}é"`,
    "=1",
  ].map((form) => withOne("nonce", form)),
  [
    "",
    '=""',
    "=alpha",
    '="alpha.example"',
    '="/2026-11"',
    '="alpha.example/"',
    '="alpha.example/2026-11/2026-11"',
    '="Alpha.example/2026-11"',
    '="https://alpha.example/2026-11"',
    '="alpha.example/2026-11#main"',
    '="alpha.example/2026 11"',
    '=" alpha.example/2026-11"',
    '="alpha.example\\"/2026-11"',
    '="alpha.example@evil.example/2026-11"',
    '="älpha.example/2026-11"',
    `="${"a".repeat(260)}/2026-11"`,
    `="alpha.example/${"1".repeat(65)}"`,
    `=("${alphaKeyId}")`,
    `=:${Buffer.from(alphaKeyId).toString("base64")}:`,
  ].map((form) => withOne("keyid", form)),
  [
    "",
    '=""',
    "=posthorn-1",
    '="posthorn-2"',
    '="posthorn"',
    '="Posthorn-1"',
    '="posthorn-1 "',
    '="posthorn-10"',
    '="posthorn-answer-1"',
    '="posthorn-key"',
    '="app-123"',
    '="posthorn-1";tag="posthorn-1"',
  ].map((form) => withOne("tag", form)),
  [
    withOne("expires", `=${createdS}`, "badLifetime"),
    withOne("expires", `=${createdS - 1}`, "badLifetime"),
    withOne("expires", "=0", "badLifetime"),
    withOne("expires", `=${createdS + 301}`, "badLifetime"),
    withOne("expires", `=${createdS + 86_400}`, "badLifetime"),
    withOne("expires", "=999999999999", "badLifetime"),
    withOne("created", "=0", "badLifetime"),
    signed("of last year", ["created=1768464000", "expires=1768464240", ...rest], "expired"),
    signed("of the first second", ["created=0", "expires=240", ...rest], "expired"),
    signed("of next year", ["created=1831536000", "expires=1831536240", ...rest], "notYetValid"),
    signed("in milliseconds", [`${created}000`, `${expires}000`, ...rest]),
    signed("of the last second", ["created=999999999700", "expires=999999999999", ...rest], "notYetValid"),
  ],
].flat();
