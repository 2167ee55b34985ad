import { createSocket, type Socket } from "node:dgram";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openResolver } from "./resolver.ts";

const typeA = 1;
const typeAaaa = 28;
const nameError = 3;

/** A name server of one answer table: "name type" → addresses as bytes; a name that is not in it does not exist. */
class NameServer {
  readonly questions: string[] = [];
  readonly #socket: Socket = createSocket("udp4");
  readonly #answers: Map<string, readonly number[][]>;

  constructor(answers: Record<string, readonly number[][]>) {
    this.#answers = new Map(Object.entries(answers));
    this.#socket.on("message", (question, from) =>
      this.#socket.send(this.#answer(question), from.port, from.address),
    );
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#socket.bind(0, "127.0.0.1", resolve));
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(question: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.toString("latin1", at + 1, at + 1 + length).toLowerCase());
      at += 1 + length;
    }
    const type = question.readUInt16BE(at + 1);
    const key = `${labels.join(".")} ${type === typeA ? "A" : type === typeAaaa ? "AAAA" : type}`;
    this.questions.push(key);
    const addresses = this.#answers.get(key) ?? [];
    const isKnown = [...this.#answers.keys()].some((known) => known.startsWith(`${labels.join(".")} `));
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(0x8180 | (isKnown ? 0 : nameError), 2);
    head.writeUInt16BE(addresses.length, 6);
    head.writeUInt32BE(0, 8);
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address]),
    );
    return Buffer.concat([head, question.subarray(12, at + 5), ...records]);
  }
}

const ipv6 = [0x26, 0x06, 0x47, 0, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11];
let nameServer: NameServer;
let servers: string[];

beforeEach(async () => {
  nameServer = new NameServer({
    "both.example A": [
      [93, 184, 216, 34],
      [10, 0, 0, 1],
    ],
    "both.example AAAA": [ipv6],
    "four.example A": [[1, 1, 1, 1]],
    "six.example AAAA": [ipv6],
  });
  servers = [await nameServer.open()];
});

afterEach(() => nameServer.close());

test("every address of both families is given, also the ones that will be refused", async () => {
  const resolver = openResolver({ servers });
  expect(await resolver.resolve("both.example")).toEqual([
    "93.184.216.34",
    "10.0.0.1",
    "2606:4700:4700::1111",
  ]);
});

test("a name with addresses of one family only is found", async () => {
  const resolver = openResolver({ servers });
  expect(await resolver.resolve("four.example")).toEqual(["1.1.1.1"]);
  expect(await resolver.resolve("six.example")).toEqual(["2606:4700:4700::1111"]);
});

test("a name without any address is a failure", async () => {
  await expect(openResolver({ servers }).resolve("nobody.example")).rejects.toThrow("ENOTFOUND");
});

test("names below localhost are this machine in local trials, and nobody is asked", async () => {
  const resolver = openResolver({ servers, localhost: true });
  expect(await resolver.resolve("a.localhost")).toEqual(["127.0.0.1"]);
  expect(nameServer.questions).toEqual([]);
});

test("without the operator's switch names below localhost are asked for like any other", async () => {
  await expect(openResolver({ servers }).resolve("a.localhost")).rejects.toThrow();
});
