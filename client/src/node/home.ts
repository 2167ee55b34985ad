import { X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { accountOf, fail, parseAddress } from "@posthorn/protocol";
import type { LocalPlace } from "../local/local-store.ts";
import type { Tabs } from "../local/tabs.ts";
import type { Platform } from "../platform.ts";
import type { TokenKeeper } from "../token-keeper.ts";
import { fileKeeper } from "./file-keeper.ts";
import { platformOver } from "./platform.ts";
import { sqlitePlace } from "./sqlite-place.ts";
import { type NodeTransport, nodeTransport } from "./transport.ts";

/**
 * What the programs of one person on one machine share: a folder with a file for each account that is signed in,
 * `alice@example.com.json`, beside it a folder for its mail, `alice@example.com.mail`, and `ca.pem` for local trials. A colon, as some file systems have none, is written `_`.
 */
export interface Home {
  folder: string;
  /** The authorities of local trials; they are trusted for names below `localhost` and for nothing else. */
  caPath: string;
  /** Where the sign-in of an account is kept; a `+tag` does not matter. Throws ProblemError `badAddress`. */
  keeper(address: string): TokenKeeper;
  /** Where the mail of an account is kept, and in which folder; made when it is first opened. Throws as `keeper`. */
  mail(address: string): { folder: string; place: LocalPlace; tabs: Tabs };
  /** Forgets the mail of an account that is kept here. */
  forgetMail(address: string): Promise<void>;
  /** The accounts that are signed in, by name. */
  addresses(): Promise<string[]>;
  /** Trusts the authority of a local trial from here on, beside those trusted before. */
  trust(caPem: string): Promise<void>;
  /** The platform that calls local trials by their own authority and everybody else by the machine's. */
  platform(): Promise<Platform & { transport: NodeTransport }>;
}

export function openHome(folder: string): Home {
  const caPath = join(folder, "ca.pem");
  return {
    folder,
    caPath,
    keeper: (address) => fileKeeper(join(folder, `${fileNameOf(address)}.json`)),
    mail(address) {
      const own = join(folder, `${fileNameOf(address)}.mail`);
      const place = sqlitePlace(join(own, "mail.sqlite"));
      return { folder: own, place, tabs: place.tabs };
    },
    forgetMail: (address) =>
      rm(join(folder, `${fileNameOf(address)}.mail`), { recursive: true, force: true }),
    addresses: () => listAddresses(folder),
    async trust(caPem) {
      const certificate = readCertificate(caPem);
      const known = (await unlessMissing(readFile(caPath, "utf8"))) ?? "";
      if (known.includes(certificate)) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(caPath, `${known}${certificate}\n`);
    },
    async platform() {
      return platformOver(homeTransport(await unlessMissing(readFile(caPath, "utf8"))));
    },
  };
}

/** Where a person's sign-ins are kept when nothing else is said: `POSTHORN_HOME`, or `.posthorn` in their own folder. */
export function usualHomeFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment.POSTHORN_HOME;
  return named === undefined || named === "" ? join(homedir(), ".posthorn") : named;
}

function fileNameOf(address: string): string {
  return accountOf(parseAddress(address)).replace(":", "_");
}

async function listAddresses(folder: string): Promise<string[]> {
  const names = (await unlessMissing(readdir(folder))) ?? [];
  return names.flatMap(addressIn).sort();
}

/** The address in a file's name, none when it is another file. */
function addressIn(fileName: string): string[] {
  const [, id, host] = /^([a-z0-9._-]+)@([a-z0-9._-]+)\.json$/.exec(fileName) ?? [];
  return id === undefined || host === undefined ? [] : [`${id}@${host.replace("_", ":")}`];
}

/** The certificate in its one spelling, by which it is found again. */
function readCertificate(pem: string): string {
  try {
    return new X509Certificate(pem).toString().trim();
  } catch {
    return fail("badRequest", "This is no certificate in PEM. The one of a local trial is called ca.pem.");
  }
}

/** Two transports behind one door, each made at its first use, because making one takes its time. */
function homeTransport(ca: string | undefined): NodeTransport {
  let trial: NodeTransport | undefined;
  let world: NodeTransport | undefined;
  const transport: Platform["transport"] = (request) => {
    const { hostname } = new URL(request.url);
    if (hostname !== "localhost" && !hostname.endsWith(".localhost")) {
      world ??= nodeTransport();
      return world(request);
    }
    trial ??= nodeTransport({ ca, localhost: true });
    return trial(request);
  };
  const close = () => {
    trial?.close();
    world?.close();
  };
  return Object.assign(transport, { close });
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
