/** What settings and people's pages watch. */
import type { Absence, Compared, Identity, Rule } from "@posthorn/client";
import type { ApiToken } from "@posthorn/protocol";
import { type Arrival, hasMailOfOthers, readArrivals } from "./arrivals.ts";
import { deskOf } from "./desk-of.ts";
import {
  type Device,
  type OwnSettings,
  readDevices,
  readIdentities,
  readOwnAbsence,
  readOwnSettings,
  readRules,
  readSenders,
  readStorage,
  readTokens,
  type SenderList,
  type Storage,
} from "./own-account.ts";
import { type Consent, readOwnConsent } from "./own-consent.ts";
import { countWaiting, readRole } from "./own-role.ts";
import { type KnownPerson, listPeople, type PersonView, readPerson } from "./people.ts";
import type { Person } from "./persons.ts";
import { hasLost, isPhraseOwed, type PhraseHealth, readPhraseHealth } from "./phrase.ts";
import { namePerson } from "./recipients.ts";
import { readTelling, type Telling } from "./telling.ts";
import { readTemplates, type Template } from "./templates.ts";
import { readCompared, readStanding, readTrust, type Standing, type Trust } from "./trust.ts";
import { view } from "./view.ts";

type Nothing = Record<string, never>;
export interface Whom {
  address: string;
}

export const ownViews = {
  ownSettings: view<Nothing, OwnSettings>(["account", "settings"], async (room) =>
    readOwnSettings(deskOf(room)),
  ),
  identities: view<Nothing, Identity[]>(["account", "settings"], async (room) =>
    readIdentities(deskOf(room)),
  ),
  /** Null for an account that keeps none. */
  templates: view<Nothing, Template[] | null>(["account", "settings"], async (room) =>
    readTemplates(deskOf(room)),
  ),
  rules: view<Nothing, Rule[]>(["account", "settings"], async (room) => readRules(deskOf(room))),
  absence: view<Nothing, Absence>(["account", "settings"], async (room) => readOwnAbsence(deskOf(room))),
  telling: view<Nothing, Telling>(["account", "settings"], async (room) => readTelling(deskOf(room))),
  arrivals: view<Nothing, Arrival[]>(["account", "rows", "texts", "names", "status"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? [] : readArrivals(desk);
  }),
  hasMailOfOthers: view<Nothing, boolean>(["account", "rows"], async (room) => {
    const desk = room.desk();
    return desk !== undefined && hasMailOfOthers(desk);
  }),
  senders: view<Nothing, SenderList>(["account", "people"], async (room) => readSenders(deskOf(room))),
  devices: view<Nothing, Device[]>(["account", "settings"], async (room) => readDevices(deskOf(room))),
  tokens: view<Nothing, ApiToken[]>(["account", "settings"], async (room) => readTokens(deskOf(room))),
  phraseHealth: view<Nothing, PhraseHealth>(["account", "settings"], async (room) =>
    readPhraseHealth(deskOf(room)),
  ),
  phraseOwed: view<Nothing, boolean>(["account", "settings"], async (room) => {
    const desk = room.desk();
    return desk !== undefined && isPhraseOwed(desk);
  }),
  lostMail: view<Nothing, boolean>(["account", "settings"], async (room) => hasLost(deskOf(room))),
  consent: view<Nothing, Consent>(["account", "settings"], async (room) => readOwnConsent(deskOf(room))),
  /** When the account is erased, whose owner has closed it; null for one that stays. */
  closing: view<Nothing, number | null>(["account", "role"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? null : (await readRole(desk)).eraseAtMs;
  }),
  /** How many letters have not left yet. */
  waitingLetters: view<Nothing, number>(["account", "sending"], async (room) => countWaiting(deskOf(room))),
  storage: view<Nothing, Storage>(["account", "settings"], async (room) => readStorage(deskOf(room))),

  people: view<Nothing, KnownPerson[]>(["account", "rows", "names"], async (room) =>
    listPeople(deskOf(room)),
  ),
  person: view<Whom, PersonView>(["account", "rows", "texts", "names"], async (room, whom) =>
    readPerson(deskOf(room), whom),
  ),
  named: view<Whom, Person>(["account", "names"], async (room, whom) => namePerson(deskOf(room), whom)),
  trust: view<Whom, Trust>(["account", "people"], async (room, whom) => readTrust(deskOf(room), whom)),
  compared: view<Nothing, Compared[]>(["account", "people"], async (room) => readCompared(deskOf(room))),
  standing: view<Whom, Standing>(["account", "people"], async (room, whom) =>
    readStanding(deskOf(room), whom),
  ),
};
