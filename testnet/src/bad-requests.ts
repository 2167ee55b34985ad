/** What a client can get wrong of a request besides a message, as tables. */
const json = "application/json";

const bytes32 = "A".repeat(43);
const signature = "A".repeat(86);
const wrapped = "A".repeat(139);
const at = "2026-11-25T10:00:00.000Z";
const keyId = "A".repeat(22);
const recovery = { wrapped, proofKey: bytes32 };
const epochs = [{ keyId, wrapped }];
/** Well formed, and signed by nobody. */
const statement = {
  statement: {
    address: "bob@alpha.test",
    seq: 0,
    prev: bytes32,
    identityKey: bytes32,
    epochs: [{ keyId, publicKey: "A".repeat(1622), validFrom: at, validUntil: at }],
    policy: "sealed",
    vaultHead: bytes32,
    validFrom: at,
    reason: "first",
  },
  signature,
  previousSignature: signature,
};

/** A good body of every route that takes one, messages aside, with every field it knows. */
export const goodInputs: Readonly<Record<string, object>> = {
  registerStart: { invite: "a".repeat(32), name: "bob", registrationRequest: "AAAA" },
  registerFinish: {
    invite: "a".repeat(32),
    name: "bob",
    registrationRecord: "AAAA",
    device: "phone",
    keys: { statement, password: wrapped, recovery, epochs },
  },
  loginStart: { name: "bob", startLoginRequest: "AAAA" },
  loginFinish: { loginId: "a".repeat(32), finishLoginRequest: "AAAA", device: "phone" },
  refresh: { refreshToken: "a".repeat(32) },
  closeAccount: { loginId: "a".repeat(32), finishLoginRequest: "AAAA" },
  createToken: { name: "robot", scopes: ["read"], expiresInS: 3600 },
  createInvite: { name: "bob", expiresInS: 3600, quotaBytes: 1_000_000, operator: true },
  patchAccount: { suspended: true, operator: true, quotaBytes: 1_000_000 },
  patchPeer: { policy: "block" },
  patchPolicy: {
    quotaBytes: 1_000_000,
    screening: true,
    greeting: true,
    recipientsPerMinute: 600,
    recipientsAtOnce: 3000,
    contact: "ops@alpha.test",
  },
  addStatement: { statement, epochs, identity: { registrationRecord: "AAAA", password: wrapped, recovery } },
  passwordStart: { registrationRequest: "AAAA" },
  passwordFinish: { registrationRecord: "AAAA", proof: { kind: "identity", wrapped, signature } },
  setRecovery: { recovery, signature },
  recoverStart: { name: "bob" },
  createDeviceLink: { token: "A".repeat(43), wrapped },
  redeemDeviceLink: { token: "A".repeat(43), device: "phone" },
  resetLook: { token: "A".repeat(43) },
  resetStart: { token: "A".repeat(43), registrationRequest: "AAAA" },
  resetFinish: {
    token: "A".repeat(43),
    registrationRecord: "AAAA",
    device: "phone",
    keys: { statement, password: wrapped, recovery, epochs },
  },
  regainKeys: { identityKey: bytes32, epochs },
  recoverFinish: { recoveryId: "A".repeat(43), signature, device: "phone" },
  patchKeyConsent: { hidden: true, allow: ["bob@alpha.test"], forbid: ["carol@alpha.test"] },
  jmapApi: {
    using: ["urn:ietf:params:jmap:core"],
    methodCalls: [["Core/echo", { hello: true }, "0"]],
    createdIds: { k1: "m1" },
  },
};

/** What a body may have of the routes that take more than others. */
export const largerBodies: Readonly<Record<string, number>> = {
  addStatement: 1024 * 1024,
  regainKeys: 1024 * 1024,
  jmapApi: 10_000_000,
};

/** Routes whose bodies may have more than is known here (RFC 8620 §3.3). */
export const openInputs: ReadonlySet<string> = new Set(["jmapApi"]);

/** Content types that are taken for JSON (§85.1). */
export const takenForJson: Readonly<Record<string, string>> = { jmapApi: "text/plain" };

/** What stands in the place of a name or an id. */
export const badNames: readonly string[] = [
  ..."0 -1 1e9 NaN null undefined true 9007199254740993 99999999999999999999999999 0x10 1.5".split(" "),
  ..."__proto__ constructor toString hasOwnProperty .. . * ; ' %27%20OR%20%271%27=%271 a,b".split(" "),
  ..."%2e%2e %2e%2e%2f%2e%2e%2fkeys %2F %5C %00 %0d%0aX:y".split(" "),
  ..."% %Z %ZZ %FF %ED%A0%BD %E2%80%AE %F0%9F%93%AF".split(" "),
  ..."ALICE alice@alpha.test alice%40alpha.test 127.0.0.1 %5B::1%5D xn--a localhost a.test:443".split(" "),
  "g".repeat(64),
  "a".repeat(5_000),
  "ab".repeat(32).toUpperCase(),
  `${"ab".repeat(32)}/`,
  "0192F0C1-7B5E-7C3A-9D42-3F1B8A6C2E10",
];

/** Calls of JMAP that take an id or a state, with this text in its place. */
export const namingCalls: readonly [method: string, asked: (name: string) => object][] = [
  ["Mailbox/get", (name) => ({ ids: [name] })],
  ["Mailbox/set", (name) => ({ update: { [name]: { isSubscribed: false } }, destroy: [name] })],
  ["Mailbox/changes", (name) => ({ sinceState: name })],
  ["Email/get", (name) => ({ ids: [name] })],
  ["Email/get", (name) => ({ ids: [], properties: [name] })],
  ["Email/set", (name) => ({ update: { [name]: { "keywords/$seen": true } } })],
  ["Email/set", (name) => ({ destroy: [name] })],
  ["Email/set", (name) => ({ ifInState: name, update: {} })],
  ["Email/set", (name) => ({ create: { one: { mailboxIds: { [name]: true } } } })],
  ["Email/changes", (name) => ({ sinceState: name })],
  ["Email/query", (name) => ({ filter: { inMailbox: name } })],
  ["Email/query", (name) => ({ filter: { wireIds: [name] } })],
  ["Email/query", (name) => ({ filter: { [name]: "x" } })],
  ["Email/query", (name) => ({ sort: [{ property: name }] })],
  ["Email/query", (name) => ({ anchor: name })],
  ["Email/queryChanges", (name) => ({ sinceQueryState: name })],
  ["Thread/get", (name) => ({ ids: [name] })],
  ["Blob/get", (name) => ({ ids: [name] })],
  ["Record/get", (name) => ({ collection: name, ids: [name] })],
  ["Record/set", (name) => ({ collection: "drafts", destroy: [name] })],
  ["Identity/get", (name) => ({ ids: [name] })],
];

/** A route, its query, and what is answered; when all is well there is no code. */
type Query = [
  route: string,
  query: string,
  status: number,
  code: string | undefined,
  pointer: string | undefined,
];

const bad = (route: string, query: string, pointer?: string): Query => [
  route,
  query,
  400,
  "badRequest",
  pointer,
];
const fine = (route: string, query: string): Query => [route, query, 200, undefined, undefined];

export const oddQueries: readonly Query[] = [
  ...[
    "yesterday",
    "",
    "0",
    "2026-11-25",
    "2026-11-25T10:00:00",
    "2026-11-25T10:00:00+01:00",
    "2026-11-25T24:00:00Z",
  ]
    .concat(["2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2028-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    .concat(["99999-12-31T23:59:59Z", "2026-11-25T10:00:00.1234567890Z", "%00", "a".repeat(5_000)])
    .map((text) => bad("send", `sendAt=${text}`, "/sendAt")),
  ...[
    "-1",
    "601",
    "3601",
    "1.5",
    "1e1",
    "99999999999999999999",
    "010",
    "",
    "ten",
    "+1",
    "0x10",
    "%EF%BC%91",
  ].map((text) => bad("send", `undo=${text}`, "/undo")),
  bad("send", "undo=10&sendAt=2026-11-25T10:00:00Z", "/undo"),
  bad("send", "undo=10&undo=20"),
  bad("send", "undo=10&%75ndo=20"),
  bad("send", "__proto__=1"),
  ...["-1", "1.5", "many", "", "1e1", "0x10", "+1", "%FF"].map((text) => bad("jmapEvents", `ping=${text}`)),
  bad("jmapEvents", "ping=99999999999999999", "/ping"),
  ...["", "yes", "STATE", "%00"].map((text) => bad("jmapEvents", `closeafter=${text}`)),
  bad("jmapEvents", `types=${"a".repeat(1_001)}`, "/types"),
  ...["ALICE", "a@b", "..", ""].map((text) => bad("accounts", `after=${text}`, "/after")),
  ...["A.test", "localhost", "1.2.3.4", "a.test:443", ""].map((text) =>
    bad("peers", `after=${text}`, "/after"),
  ),
  ...["A.test", "..", "a.test/b", ""].map((text) => bad("discovery", `host=${text}`, "/host")),
  bad("jmapEvents", "ping=15&ping=16"),
  bad("jmapEvents", "unknown=1&constructor=2", "/unknown"),
  bad("jmapEvents", "Ping=15", "/Ping"),
  bad("send", "sendat=2026-12-01T10:00:00Z", "/sendat"),
  bad("send", "undo=10&sendAt%20=2026-12-01T10:00:00Z", "/sendAt "),
  bad("jmapSession", "limit=1", "/limit"),
  bad("createInvite", "name=bob", "/name"),
  bad("accounts", "before=bob", "/before"),
  fine("discovery", "host=alpha.test&of=a-later-version"),
  ["discovery", "host=other.test", 404, "notFound", undefined],
];

/** Of a message that is handed in. */
export const badHeaders: readonly [string, Record<string, string | readonly string[]>, number, string][] = [
  ["no text is no Idempotency-Key", { "idempotency-key": "" }, 400, "badHeader"],
  ["256 characters are no Idempotency-Key", { "idempotency-key": "k".repeat(256) }, 400, "badHeader"],
  ["two words are no Idempotency-Key", { "idempotency-key": "two words" }, 400, "badHeader"],
  ["a text beyond ASCII is no Idempotency-Key", { "idempotency-key": "schlüssel" }, 400, "badHeader"],
  ["two fields are no Idempotency-Key", { "idempotency-key": ["a", "b"] }, 400, "badHeader"],
  ["no token is nobody's", { authorization: "" }, 401, "unauthorized"],
  ["two tokens are nobody's", { authorization: ["Bearer a", "Bearer b"] }, 401, "unauthorized"],
  ["a password is no token", { authorization: "Basic YWxpY2U6cGFzc3dvcmQ=" }, 401, "unauthorized"],
  ["a token of spaces is nobody's", { authorization: `Bearer ${" ".repeat(5_000)}` }, 401, "unauthorized"],
  [
    "a token of 5,000 characters is nobody's",
    { authorization: `Bearer ${"a".repeat(5_000)}` },
    401,
    "unauthorized",
  ],
  ["half an API token is nobody's", { authorization: "Bearer ph_0123456789abcdef" }, 401, "unauthorized"],
  [
    "a token without a signature is nobody's (CVE-2026-22817)",
    { authorization: "Bearer e30.e30." },
    401,
    "unauthorized",
  ],
  ["another content type is refused", { "content-type": "text/html" }, 415, "unsupportedType"],
  [
    "another charset is refused",
    { "content-type": "application/json; charset=utf-16" },
    415,
    "unsupportedType",
  ],
  [
    "two content types are refused",
    { "content-type": [json, "application/x-ndjson"] },
    415,
    "unsupportedType",
  ],
  [
    "a signature makes no peer of an account",
    { signature: "posthorn=:AAAA:", authorization: "" },
    401,
    "unauthorized",
  ],
];
