import { expect, it } from "vitest";
import { peopleOf } from "./persons.ts";

const eve = "eve@evil.test";
const names = {
  given: (): string | undefined => undefined,
  find: (address: string) => (address === "ana@a.test" ? "Ana Ruiz" : undefined),
  isShared: (name: string, address: string) => name === "Ana Ruiz" && address !== "ana@a.test",
};
const address = { id: "eve", host: "evil.test" };
const wire = {
  id: "0192f0c1-7b3a-7000-8000-000000000001",
  type: "email",
  from: address,
  to: [],
  cc: [],
  date: "2026-11-24T00:00:00Z",
  thread: "0192f0c1-7b3a-7000-8000-000000000001",
  inReplyTo: null,
  target: null,
  sealed: true,
  attachments: [],
  size: 10,
};

it("a server does not say how those are called whose messages are opened here", () => {
  const list = [{ name: "Your bank", email: eve }];
  expect(peopleOf({ wire }, list, names)).toEqual([{ address: eve }]);
  expect(peopleOf({ wire }, list, names, "Eve Adler")).toEqual([{ address: eve, name: "Eve Adler" }]);
  expect(peopleOf({ wire: null }, list, names)).toEqual([{ address: eve, name: "Your bank" }]);
});

it("who has the name of somebody else is marked, and a name that is none is left out", () => {
  expect(peopleOf({ wire }, [{ name: null, email: eve }], names, "Ana Ruiz")).toEqual([
    { address: eve, name: "Ana Ruiz", isShared: true },
  ]);
  expect(peopleOf({ wire }, [{ name: null, email: eve }], names, "ana@a.test")).toEqual([{ address: eve }]);
  expect(peopleOf({ wire }, [{ name: null, email: "ana@a.test" }], names)).toEqual([
    { address: "ana@a.test", name: "Ana Ruiz" },
  ]);
});

it("the name that was given here stands, whatever they write of themselves", () => {
  const own = { ...names, given: () => "The lamp seller" };
  expect(peopleOf({ wire }, [{ name: null, email: eve }], own, "Ana Ruiz")).toEqual([
    { address: eve, name: "The lamp seller" },
  ]);
});
