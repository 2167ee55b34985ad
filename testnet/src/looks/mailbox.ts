/** A mailbox as somebody might have it: people, conversations, files, labels, strangers, and letters on their way. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  bytesSource,
  callMethod,
  changeAccount,
  decideSender,
  eachMessage,
  markMessage,
  openOperator,
  openStored,
  prepare,
  send,
  uploadSealedFile,
  waitUntilSettled,
} from "@posthorn/client";
import { shape, uuidV7 } from "@posthorn/protocol";
import { Type } from "typebox";
import type { WebClients } from "../browser/index.ts";
import { keepDraft } from "../own-records.ts";
import { haveCompared, inviteTo, joinAs, type TestPerson } from "../people.ts";
import { picture } from "../picture.ts";

export const home = "lindenhof";
export const away = "harbour";

export interface Seeded {
  /** Whose mailbox it is; an operator too. */
  owner: TestPerson;
  /** Who has an account and nothing in it. */
  newcomer: TestPerson;
  /** Whom the owner has compared numbers with. */
  compared: TestPerson;
  /** Of an invitation that nobody has taken. */
  invitation(): Promise<string>;
}

interface Line {
  who: TestPerson;
  subject: string;
  body: string;
  thread?: string;
  files?: readonly { name: string; type: string; bytes: Uint8Array }[];
}

/** Fills the servers of `home` and `away`; takes some seconds. */
export async function seedMailbox({ net }: WebClients): Promise<Seeded> {
  const [here, there] = [net.node(home), net.node(away)];
  const owner = await joinAs(net, here, "ines.albrecht");
  const newcomer = await joinAs(net, here, "theo.brandt");
  const marta = await joinAs(net, there, "marta.keller");
  const jonas = await joinAs(net, there, "jonas.weber");
  const priya = await joinAs(net, here, "priya.raman");
  const oskar = await joinAs(net, there, "oskar.lund");
  const stranger = await joinAs(net, there, "wilma.stein");
  const other = await joinAs(net, there, "paul.hartmann");
  const unread = await joinAs(net, there, "dora.vogel");
  const operator = JSON.parse(await readFile(join(here.folder, "operator.json"), "utf8"));
  await changeAccount(openOperator(net.platform, operator), "ines.albrecht", { operator: true });

  const invited = ["lena.moser", "felix.ott", "clara.weiss", "emil.frank"];
  const newId = () => uuidV7(net.clock.now(), net.platform.randomBytes(16));
  const write = async ({ who, subject, body, thread, files = [] }: Line, to = [owner.address]) => {
    const id = newId();
    const uploaded = await Promise.all(
      files.map(({ name, type, bytes }, place) =>
        uploadSealedFile(who.session, bytesSource(bytes), {
          messageId: id,
          place,
          filename: name,
          mimeType: type,
        }),
      ),
    );
    const draft = {
      id,
      from: who.address,
      to,
      subject,
      body,
      bodyType: "text/markdown" as const,
      ...(thread === undefined ? {} : { thread }),
    };
    await send(who.session, (await prepare(who.session, draft, { files: uploaded })).message);
    // The next one is later.
    await waitUntilSettled(who.session, id, { timeoutMs: 3_000 }).catch(() => undefined);
  };

  // Whom the owner has written to is no stranger.
  const friends = [marta, jonas, oskar].map(({ address }) => address);
  await write({ who: owner, subject: "My new address", body: "From today on you reach me here." }, friends);
  const [garden, boat] = [newId(), newId()];
  const lines: Line[] = [
    {
      who: priya,
      subject: "Minutes of the residents’ meeting",
      body: "Dear all,\n\nthe minutes are attached. Please tell me by Friday if I have misheard anybody.\n\nPriya",
      files: [
        { name: "Minutes November.pdf", type: "application/pdf", bytes: Buffer.alloc(84_000, "minutes ") },
      ],
    },
    {
      who: oskar,
      subject: "Invoice 2026-118, roof repair",
      body: "Good morning,\n\nhere is the invoice for the roof. It is due on 10 December.\n\nOskar Lund",
      files: [
        { name: "Invoice 2026-118.pdf", type: "application/pdf", bytes: Buffer.alloc(31_000, "invoice ") },
      ],
    },
    {
      who: jonas,
      subject: "The boat in spring",
      thread: boat,
      body: "I looked at the hull on Sunday. Two planks have to go, the rest is sound. Shall we order the oak before the prices rise?",
    },
    { who: owner, subject: "The boat in spring", thread: boat, body: "Yes, please order it. I pay half." },
    {
      who: jonas,
      subject: "The boat in spring",
      thread: boat,
      body: "Ordered. It comes in the second week of January, and the yard keeps the hall free for us until Easter.",
    },
    {
      who: marta,
      subject: "Plans for the garden",
      thread: garden,
      body: "Hello Ines,\n\nI have drawn the beds as we said on Saturday. The pear stays where it is; the beans go along the south wall.\n\nIf we dig before the first frost, the compost has all winter.\n\nMarta",
      files: [
        { name: "Beds, first drawing.png", type: "image/png", bytes: picture(320, 200) },
        { name: "Seeds to order.pdf", type: "application/pdf", bytes: Buffer.alloc(22_000, "seeds ") },
      ],
    },
    {
      who: owner,
      subject: "Plans for the garden",
      thread: garden,
      body: "That is lovely. Could we keep a strip for the strawberries beside the path?",
    },
    {
      who: marta,
      subject: "Plans for the garden",
      thread: garden,
      body: "Of course. There are two metres between the path and the beans, which is enough for **forty plants**:\n\n- ten *early* ones by the gate\n- the rest in two rows\n\nI bring the spades on Saturday at nine.\n\nMarta",
    },
    {
      who: priya,
      subject: "Choir on Thursday",
      body: "We begin half an hour later, at eight. Bring the blue book.",
    },
    {
      who: oskar,
      subject: "Snow on the roof",
      body: "The new tiles hold well. I come by in January once more to look at the gutters, at no cost.",
    },
    {
      who: jonas,
      subject: "Tickets for the ferry",
      body: "Two places on the 8.40 ferry on 12 December. I have paid; lunch is yours.",
    },
  ];
  for (const line of lines)
    await write(
      line,
      line.who === owner ? [line.thread === boat ? jonas.address : marta.address] : undefined,
    );

  await write({
    who: stranger,
    subject: "Your article on pear trees",
    body: "I read your article in the paper and have a question about grafting. Would you have ten minutes next week?",
  });
  await write({
    who: other,
    subject: "The flat on the second floor",
    body: "Is the flat still free? We are two people and a quiet dog.",
  });

  // Their server lets nobody look at keys, so what comes from somebody new cannot be opened.
  net.faults.add(({ from, path }) =>
    from === home && path === "/email/keys/dora.vogel" ? { kind: "fail", failure: "refused" } : undefined,
  );
  await decideSender(owner.session, unread.address, "accepted");
  await write({ who: unread, subject: "Dinner", body: "Eight o’clock at ours?" });

  const set = shape(Type.Object({ created: Type.Optional(Type.Any()), updated: Type.Optional(Type.Any()) }));
  const labels = new Map<string, string>();
  for (const name of ["House", "Garden", "Travel"]) {
    const { created } = await callMethod(
      owner.session,
      { method: "Mailbox/set", arguments: { create: { label: { name, parentId: null } } } },
      set,
    );
    labels.set(name, created.label.id);
  }
  const labelOf: Readonly<Record<string, string>> = {
    "Plans for the garden": "Garden",
    "Invoice 2026-118, roof repair": "House",
    "Snow on the roof": "House",
    "Tickets for the ferry": "Travel",
  };
  const starred = ["Plans for the garden", "Tickets for the ferry"];
  const seen = [
    "Minutes of the residents’ meeting",
    "The boat in spring",
    "Snow on the roof",
    "Choir on Thursday",
  ];
  for await (const meta of eachMessage(owner.session)) {
    let subject = "";
    try {
      subject = String(Reflect.get((await openStored(owner.session, meta)).message, "subject") ?? "");
    } catch {
      continue;
    }
    const label = labels.get(labelOf[subject] ?? "");
    if (label !== undefined) {
      await callMethod(
        owner.session,
        { method: "Email/set", arguments: { update: { [meta.id]: { [`mailboxIds/${label}`]: true } } } },
        set,
      );
    }
    if (seen.includes(subject)) await markMessage(owner.session, meta.id, { $seen: true });
    if (starred.includes(subject)) await markMessage(owner.session, meta.id, { $flagged: true });
  }

  await haveCompared(owner.session, marta.address);
  await keepDraft(owner.session, {
    from: owner.address,
    to: [oskar.address],
    cc: [],
    subject: "Re: Invoice 2026-118, roof repair",
    body: "Dear Mr Lund,\n\nthank you. One question about the gutters:",
    bodyType: "text/markdown",
    files: [],
  });
  // One letter is still on its way.
  net.faults.add(({ from, path }) =>
    from === home && path === "/email/receive" ? { kind: "fail", failure: "refused" } : undefined,
  );
  await write({ who: owner, subject: "Lunch on the ferry", body: "Gladly. I bring the bread." }, [
    jonas.address,
  ]);

  return {
    owner,
    newcomer,
    compared: marta,
    invitation: async () => (await inviteTo(net, here, invited.shift() ?? "someone")).url,
  };
}
