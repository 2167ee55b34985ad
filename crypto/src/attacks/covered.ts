/**
 * What a signature covers (threats A3, CVE-2026-28432; RFC 9421 §7.2.1, §7.2.2, §7.3.4): every removal, doubling, exchange and
 * addition, once as someone on the wire does it, without a key, and once signed anew by a peer whose key is good.
 */
import { forgeRequest, goodRequest, requestIdentifiers } from "./actors.ts";
import { type Attack, exchanged, headerOf, pairs, setHeader, swap } from "./attack.ts";

const list = requestIdentifiers.join(" ");
const extraNames = [
  "@scheme",
  "@target-uri",
  "@request-target",
  "@status",
  "@query-param",
  "@signature-params",
  "content-length",
  "date",
  "host",
  "signature",
];

function onTheWire(name: string, identifiers: string): Attack {
  return {
    name: `the list on the wire ${name}`,
    reason: "malformedInput",
    async wire() {
      const wire = await goodRequest();
      return setHeader(wire, "signature-input", swap(headerOf(wire, "signature-input"), list, identifiers));
    },
  };
}

function signedAnew(name: string, identifiers: readonly string[]): Attack {
  return {
    name: `a list signed anew ${name}`,
    reason: "malformedInput",
    wire: () => forgeRequest({ identifiers }),
  };
}

function both(name: string, identifiers: readonly string[]): Attack[] {
  return [onTheWire(name, identifiers.join(" ")), signedAnew(name, identifiers)];
}

const names = requestIdentifiers;

export const coveredAttacks: readonly Attack[] = [
  both("covers nothing", []),
  both("is backwards", names.toReversed()),
  names.flatMap((removed) =>
    both(
      `lacks ${removed}`,
      names.filter((name) => name !== removed),
    ),
  ),
  names.flatMap((doubled) =>
    both(
      `has ${doubled} twice`,
      names.flatMap((name) => (name === doubled ? [name, name] : [name])),
    ),
  ),
  names.flatMap((doubled) => signedAnew(`has ${doubled} again at the end`, [...names, doubled])),
  pairs(names.length).flatMap(([first, second]) =>
    both(`has ${names[first]} and ${names[second]} exchanged`, exchanged(names, first, second)),
  ),
  extraNames.flatMap((extra) => both(`has "${extra}" at the end`, [...names, `"${extra}"`])),
  extraNames.flatMap((extra) => signedAnew(`has "${extra}" in front`, [`"${extra}"`, ...names])),
  names.flatMap((wanted) =>
    [";req", ";tr", ";sf", ";bs", ';key="a"', ";name", ";x=1"].map((parameter) =>
      signedAnew(
        `has ${wanted}${parameter}`,
        names.map((name) => (name === wanted ? name + parameter : name)),
      ),
    ),
  ),
  names.map((wanted) => onTheWire(`has ${wanted} in capitals`, swap(list, wanted, wanted.toUpperCase()))),
  names.map((wanted) => onTheWire(`has ${wanted} without quotes`, swap(list, wanted, wanted.slice(1, -1)))),
  names.map((wanted) => onTheWire(`has ${wanted} emptied`, swap(list, wanted, '""'))),
  [
    onTheWire("has two spaces", swap(list, " ", "  ")),
    onTheWire("has a tab for a space", swap(list, " ", "\t")),
    onTheWire("has commas", list.replaceAll(" ", ", ")),
    onTheWire("has a space in front", ` ${list}`),
    onTheWire("has a space at the end", `${list} `),
    onTheWire("has single quotes", list.replaceAll('"', "'")),
    onTheWire("is a list in a list", `(${list})`),
    onTheWire("has an escaped letter", swap(list, "@method", "\\@method")),
    onTheWire("has percent-encoding", swap(list, "@method", "%40method")),
    onTheWire("has a number", `${list} 1`),
  ],
].flat();
