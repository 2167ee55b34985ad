import { formatAddress, ProblemError, parseAddress, readJson, readMessage } from "@posthorn/protocol";
import { list, member, readSet, text } from "./read.ts";
import { type SetResult, tally } from "./set.ts";

const encoder = new TextEncoder();
const hash = "a".repeat(64);

/** Where a string is put: builds a message with it, and finds it again in the message that was read. */
interface Place {
  name: string;
  pointer: string;
  build(naughty: string): object;
  find(message: unknown): unknown;
}

const places: readonly Place[] = [
  {
    name: "subject",
    pointer: "/subject",
    build: (naughty) => ({ subject: naughty, body: "" }),
    find: (message) => member(message, "subject"),
  },
  {
    name: "body",
    pointer: "/body",
    build: (naughty) => ({ subject: "", body: naughty }),
    find: (message) => member(message, "body"),
  },
  {
    name: "chat text",
    pointer: "/text",
    build: (naughty) => ({ type: "chat_message", text: naughty }),
    find: (message) => member(message, "text"),
  },
  {
    name: "file name",
    pointer: "/attachments/0/filename",
    build: (naughty) => ({ subject: "", body: "", attachments: [{ hash, filename: naughty, size: 1 }] }),
    find: (message) => member(member(member(message, "attachments"), "0"), "filename"),
  },
  {
    name: "recipient's id",
    pointer: "/to/0/id",
    build: (naughty) => ({ subject: "", body: "", to: [{ id: naughty, host: "b.test" }] }),
    find: (message) => member(member(member(message, "to"), "0"), "id"),
  },
  {
    name: "recipient's host",
    pointer: "/to/0/host",
    build: (naughty) => ({ subject: "", body: "", to: [{ id: "bob", host: naughty }] }),
    find: (message) => member(member(member(message, "to"), "0"), "host"),
  },
];

/**
 * The big list of naughty strings, each as a subject, a body, a chat's text, a file's name and an address: stored and
 * read back identical, or refused with the field named; as a JSON document and as an address that a person types:
 * read or refused. Never anything else thrown.
 */
export async function runNaughtyStrings(folder: string): Promise<SetResult> {
  const { count, note, result } = tally("naughty strings");
  const strings = list(await readSet(folder, "blns/blns.json"), "blns").map((one) => text(one, "blns"));
  for (const [at, naughty] of strings.entries()) {
    let fault = findJsonFault(naughty) ?? findAddressFault(naughty);
    for (const place of places) {
      const placed = putInto(place, naughty);
      fault ??= placed.fault;
      if (placed.refused) note(`refused as ${place.name}`);
    }
    count(`${at} ${JSON.stringify(naughty).slice(0, 60)}`, fault);
  }
  return result();
}

function putInto(place: Place, naughty: string): { refused: boolean; fault: string | undefined } {
  const message = {
    id: "0192f0c1-0000-7000-8000-000000000000",
    type: "email",
    from: { id: "alice", host: "a.test" },
    to: [{ id: "bob", host: "b.test" }],
    cc: [],
    date: "2026-11-24T12:00:00Z",
    ...place.build(naughty),
  };
  try {
    const found = place.find(readMessage(encoder.encode(JSON.stringify(message))));
    const same = found === naughty;
    return { refused: false, fault: same ? undefined : `came back as another ${place.name}` };
  } catch (error) {
    if (!(error instanceof ProblemError)) return { refused: false, fault: `threw ${String(error)}` };
    const named = error.problem.pointer === place.pointer || error.problem.code === "badJson";
    return { refused: true, fault: named ? undefined : `refused as ${place.name}, but ${error.message}` };
  }
}

function findJsonFault(naughty: string): string | undefined {
  return findThrown(() => readJson(encoder.encode(naughty)));
}

/** What is taken as an address must be the same address when it is written and read again. */
function findAddressFault(naughty: string): string | undefined {
  for (const typed of [naughty, `${naughty}@b.test`, `bob@${naughty}`]) {
    const fault = findThrown(() => {
      const written = formatAddress(parseAddress(typed));
      if (formatAddress(parseAddress(written)) !== written) throw new Error(`${written} is not itself again`);
    });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findThrown(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof ProblemError ? undefined : `threw ${String(error)}`;
  }
}
