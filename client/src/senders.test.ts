import { expect, test } from "vitest";
import { parseSender } from "./senders.ts";

test.each([
  ["bob@b.example", "bob@b.example"],
  ["Bob+Shop@B.Example", "bob@b.example"],
  ["*@B.Example", "*@b.example"],
  ["*@b.localhost:8443", "*@b.localhost:8443"],
  ["*@*", "*@*"],
])("%s means %s, as its server keeps it", (given, kept) => {
  expect(parseSender(given)).toBe(kept);
});

test.each([
  "",
  "bob",
  "*",
  "*@",
  "@b.example",
  "*@not a host",
  "*@*.example",
  "**@b.example",
  "*b@b.example",
])("“%s” means nobody", (given) => {
  expect(() => parseSender(given)).toThrow(/Write it like/);
});
