/** How much is measured. Everything else about a run is the same, however long it is. */
export interface Plan {
  letterBytes: number;
  senders: number;
  recipients: number;
  delivery: {
    /** Letters before anything counts: a server of Node is at its best only after some thousands. */
    warmUp: number;
    rounds: number;
    lettersInRound: number;
    /** Of single letters on an idle pair, in each round. */
    idleLetters: number;
  };
  growth: {
    warmUp: number;
    rounds: number;
    lettersInRound: number;
    idleLetters: number;
    /** In each mailbox of the pair that others are held against; the large mailboxes have ten times as many. */
    mailboxLetters: number;
    deadPeers: number;
    lettersPerDeadPeer: number;
  };
  seal: {
    messages: {
      /** Of one message each, all measured. */
      recipients: readonly number[];
      rounds: number;
      /** How long each of those compared seals in a round, and again as long it opens. */
      turnMs: number;
    };
    file: { bytes: number; rounds: number };
    /** Each round in a page of its own, which opens the letters so many times in both ways, and once before. */
    browser: { rounds: number; passes: number };
  };
  sync: {
    /** Messages in each mailbox, the fewest first. */
    mailboxes: readonly number[];
    warmUp: number;
    rounds: number;
    /** To open each inbox in a round, and a fourth of it to hear of changes. */
    requests: number;
    streams: number;
    pushes: number;
  };
  search: {
    letters: number;
    /** How often each query is asked of an index that has answered it before. */
    passes: number;
  };
  web: {
    /** In the inbox. */
    letters: number;
    /** Of the whole page. */
    reloads: number;
    /** Of each thing that people do. */
    times: number;
    flings: number;
    /** Of opening a conversation and closing it. */
    rounds: number;
  };
}

const usual = { letterBytes: 4_096, senders: 10, recipients: 100 };

export const fullPlan: Plan = {
  ...usual,
  delivery: { warmUp: 6_000, rounds: 4, lettersInRound: 8_000, idleLetters: 100 },
  growth: {
    warmUp: 2_000,
    rounds: 3,
    lettersInRound: 4_000,
    idleLetters: 70,
    mailboxLetters: 300,
    deadPeers: 1_000,
    lettersPerDeadPeer: 3,
  },
  seal: {
    messages: { recipients: [1, 10, 100], rounds: 7, turnMs: 120 },
    file: { bytes: 100_000_000, rounds: 5 },
    browser: { rounds: 5, passes: 6 },
  },
  sync: {
    mailboxes: [1_000, 10_000, 100_000, 1_000_000],
    warmUp: 800,
    rounds: 4,
    requests: 400,
    streams: 1_000,
    pushes: 1_000,
  },
  search: { letters: 100_000, passes: 5 },
  web: { letters: 100_000, reloads: 5, times: 40, flings: 6, rounds: 500 },
};

/** Shows that everything works. Its speeds are those of servers that have only just begun. */
export const quickPlan: Plan = {
  ...usual,
  delivery: { warmUp: 200, rounds: 2, lettersInRound: 500, idleLetters: 10 },
  growth: {
    warmUp: 100,
    rounds: 1,
    lettersInRound: 300,
    idleLetters: 10,
    mailboxLetters: 10,
    deadPeers: 100,
    lettersPerDeadPeer: 3,
  },
  seal: {
    messages: { recipients: [1, 10, 100], rounds: 2, turnMs: 20 },
    file: { bytes: 10_000_000, rounds: 2 },
    browser: { rounds: 2, passes: 2 },
  },
  sync: { mailboxes: [1_000, 10_000], warmUp: 100, rounds: 1, requests: 100, streams: 50, pushes: 50 },
  search: { letters: 3_000, passes: 2 },
  web: { letters: 3_000, reloads: 2, times: 5, flings: 2, rounds: 10 },
};
