/** What was written in the mailbox of the pictures, and when: some weeks of somebody's life. */
import { picture } from "../picture.ts";

/** Who lives in the pictures. The owner and those with `isHome` have accounts on the same server. */
export const people = {
  ines: { user: "ines.albrecht", called: "Ines Albrecht", isHome: true },
  priya: { user: "priya.raman", called: "Priya Raman", isHome: true },
  marta: { user: "marta.keller", called: "Marta Keller", isHome: false },
  jonas: { user: "jonas.weber", called: "Jonas Weber", isHome: false },
  oskar: { user: "oskar.lund", called: "Oskar Lund", isHome: false },
  hanna: { user: "hanna.sommer", called: "Hanna Sommer", isHome: false },
  tomas: { user: "tomas.novak", called: "Tomáš Novák", isHome: false },
  aiko: { user: "aiko.mori", called: "Aiko Mori", isHome: false },
  dora: { user: "dora.vogel", called: "Dora Vogel", isHome: false },
} as const;

/** Whose keys nobody may look at, so that what they write cannot be opened. */
export const closed = "dora" satisfies Who;

export type Who = keyof typeof people;

export interface Letter {
  from: Who;
  /** The owner when left out. */
  to?: readonly Who[];
  daysAgo: number;
  /** By the clock on the owner's wall, such as 9:05. */
  at: string;
  subject: string;
  body: string;
  /** Letters of one name are a conversation. */
  thread?: string;
  files?: readonly { name: string; type: string; bytes: Uint8Array }[];
}

/** The oldest first. */
export const letters: readonly Letter[] = [
  {
    from: "ines",
    to: ["marta", "jonas", "oskar", "hanna"],
    daysAgo: 16,
    at: "18:20",
    subject: "My new address",
    body: "From today on you reach me here. The old one goes on until the new year.",
  },
  {
    from: "aiko",
    daysAgo: 13,
    at: "20:41",
    subject: "Back in town",
    thread: "aiko",
    body: "We are back since last night, and the cat has forgiven us already. Are you free for tea one of these days?",
  },
  {
    from: "ines",
    to: ["aiko"],
    daysAgo: 13,
    at: "21:10",
    subject: "Back in town",
    thread: "aiko",
    body: "Welcome back. Any day but Thursday; I bring the cake.",
  },
  {
    from: "dora",
    daysAgo: 12,
    at: "18:00",
    subject: "Dinner",
    body: "Eight o’clock at ours?",
  },
  {
    from: "tomas",
    daysAgo: 11,
    at: "14:05",
    subject: "The keys to the workshop",
    body: "They hang behind the blue door now. Please put them back there, not in the drawer.",
  },
  {
    from: "hanna",
    daysAgo: 10,
    at: "10:30",
    subject: "Reading on 12 December",
    body: "We would be glad if you read from the new book. Forty minutes, then questions; there is soup afterwards.",
  },
  {
    from: "jonas",
    daysAgo: 9,
    at: "17:52",
    subject: "The chart of the bay",
    body: "I have found the old chart. The sandbank is further east than we thought.",
    files: [{ name: "Bay, 1962.png", type: "image/png", bytes: picture(480, 320) }],
  },
  {
    from: "oskar",
    daysAgo: 8,
    at: "8:15",
    subject: "Invoice 2026-118, roof repair",
    body: "Good morning,\n\nhere is the invoice for the roof. It is due on 10 December.\n\nOskar Lund",
    files: [
      { name: "Invoice 2026-118.pdf", type: "application/pdf", bytes: Buffer.alloc(31_000, "invoice ") },
    ],
  },
  {
    from: "aiko",
    daysAgo: 5,
    at: "19:34",
    subject: "Lentils with lemon",
    body: "As promised:\n\n1. Soften **two onions** slowly, with cumin.\n2. Add the lentils and twice as much water.\n3. Lemon at the end, and more of it than you think.",
  },
  {
    from: "hanna",
    daysAgo: 4,
    at: "11:20",
    subject: "Two books are waiting for you",
    body: "Both have come in, the one on *hedges* and the one on old harbours. We keep them until the end of the month.",
  },
  {
    from: "tomas",
    daysAgo: 3,
    at: "16:48",
    subject: "Pictures of Sunday",
    body: "Here are the two from the pier. The wind was stronger than they show.",
    files: [
      { name: "Pier, morning.png", type: "image/png", bytes: picture(480, 320) },
      { name: "Pier, noon.png", type: "image/png", bytes: picture(480, 320) },
    ],
  },
  {
    from: "priya",
    daysAgo: 2,
    at: "9:12",
    subject: "Minutes of the residents’ meeting",
    body: "Dear all,\n\nthe minutes are attached. Please tell me by Friday if I have misheard anybody.\n\nPriya",
    files: [
      { name: "Minutes November.pdf", type: "application/pdf", bytes: Buffer.alloc(84_000, "minutes ") },
    ],
  },
  {
    from: "jonas",
    daysAgo: 2,
    at: "12:26",
    subject: "The boat in spring",
    thread: "boat",
    body: "I looked at the hull on Sunday. Two planks have to go, the rest is sound. Shall we order the oak before the prices rise?",
    files: [{ name: "Hull, Sunday.png", type: "image/png", bytes: picture(480, 320) }],
  },
  {
    from: "ines",
    to: ["jonas"],
    daysAgo: 2,
    at: "13:05",
    subject: "The boat in spring",
    thread: "boat",
    body: "Which two? I had hoped that the ones we changed in 2019 would last longer.",
  },
  {
    from: "marta",
    daysAgo: 2,
    at: "18:02",
    subject: "Plans for the garden",
    thread: "garden",
    body: "Hello Ines,\n\nI have drawn the beds as we said on Saturday. The pear stays where it is; the beans go along the south wall.\n\nIf we dig before the first frost, the compost has all winter.\n\nMarta",
    files: [
      { name: "Beds, first drawing.png", type: "image/png", bytes: picture(320, 200) },
      { name: "Seeds to order.pdf", type: "application/pdf", bytes: Buffer.alloc(22_000, "seeds ") },
    ],
  },
  {
    from: "ines",
    to: ["jonas"],
    daysAgo: 1,
    at: "8:30",
    subject: "The boat in spring",
    thread: "boat",
    body: "Yes, please order it. I pay half.",
  },
  {
    from: "oskar",
    daysAgo: 1,
    at: "11:05",
    subject: "Snow on the roof",
    body: "The new tiles hold well. I come by in January once more to look at the gutters, at no cost.",
  },
  {
    from: "ines",
    to: ["hanna"],
    daysAgo: 1,
    at: "13:40",
    subject: "Your letter of last week",
    body: "Gladly, and soup sounds good. Do you have a lamp for the desk?",
  },
  {
    from: "jonas",
    daysAgo: 1,
    at: "16:17",
    subject: "The boat in spring",
    thread: "boat",
    body: "Ordered. It comes in the second week of January, and the yard keeps the hall free for us until Easter. What is left to do by then:\n\n1. The old planks out, **before** the frost\n2. Steam, bend and fit the new ones\n3. Two coats of oil, and a third if you have the patience\n\nWhen they are there: [the hours of the yard](https://yard.example/hours)\n\nJonas",
  },
  {
    from: "ines",
    to: ["marta"],
    daysAgo: 1,
    at: "19:45",
    subject: "Plans for the garden",
    thread: "garden",
    body: "That is lovely. Could we keep a strip for the strawberries beside the path?",
  },
  {
    from: "priya",
    daysAgo: 0,
    at: "7:31",
    subject: "Choir begins at eight",
    body: "Half an hour later than usual, because of the school play. Bring the blue book.",
  },
  {
    from: "jonas",
    daysAgo: 0,
    at: "7:58",
    subject: "Tickets for the ferry",
    body: "Two places on the 8.40 ferry on 12 December. I have paid; lunch is yours.",
  },
  {
    from: "marta",
    daysAgo: 0,
    at: "8:24",
    subject: "Plans for the garden",
    thread: "garden",
    body: "Of course. There are two metres between the path and the beans, which is enough for **forty plants**:\n\n- ten *early* ones by the gate\n- the rest in two rows\n\nI bring the spades on Saturday at nine.\n\nMarta",
  },
];

/** Those who write for the first time. */
export const strangers: readonly (Pick<Letter, "at" | "subject" | "body"> & {
  user: string;
  called: string;
})[] = [
  {
    user: "paul.hartmann",
    called: "Paul Hartmann",
    at: "8:31",
    subject: "The flat on the second floor",
    body: "Is the flat still free? We are two people and a quiet dog.",
  },
  {
    user: "wilma.stein",
    called: "Wilma Stein",
    at: "8:40",
    subject: "Your article on pear trees",
    body: "I read your article in the paper and have a question about grafting. Would you have ten minutes next week?",
  },
];

/** Of the owner, with what they are for. */
export const labels: Readonly<Record<string, readonly string[]>> = {
  Garden: ["Plans for the garden"],
  House: ["Invoice 2026-118, roof repair", "Snow on the roof", "Minutes of the residents’ meeting"],
  Sailing: ["The boat in spring", "The chart of the bay"],
  Travel: ["Tickets for the ferry"],
};

export const starred: readonly string[] = ["Plans for the garden", "Reading on 12 December"];

export const unread: readonly string[] = [
  "Plans for the garden",
  "Tickets for the ferry",
  "Snow on the roof",
  "Two books are waiting for you",
];

/** A draft. */
export const beganLetter = {
  cc: [],
  subject: "Re: Invoice 2026-118, roof repair",
  body: "Dear Mr Lund,\n\nthank you for the quick work. Two questions before I pay:\n\n- Are the **gutters** on the north side in the price?\n- Can the scaffold stay until the painter has been?\n\nInes Albrecht",
  bodyType: "text/markdown" as const,
  files: [],
};

/** What the owner has thrown away. */
export const thrownAway: readonly string[] = ["Choir begins at eight", "The keys to the workshop"];

/** What is to come back in some days. */
export const forLater: readonly string[] = ["Pictures of Sunday", "The chart of the bay"];
