import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readOperatorFile } from "./operator-file.ts";

test("What a server left for its operator is read; what is missing or damaged says so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-data-"));
  await expect(readOperatorFile(folder)).rejects.toThrow("no server has been started on this folder");
  const plain = { address: "127.0.0.1", port: 8080 };
  const place = { url: "https://a.test", token: "ph_operator_1", listener: plain };
  const trial = { ...place, ca: "/data/local-ca/ca.pem", listener: { ...plain, certificate: "ab" } };
  for (const written of [place, trial]) {
    await writeFile(join(folder, "operator.json"), JSON.stringify(written));
    expect(await readOperatorFile(folder)).toEqual(written);
  }
  await expect(readOperatorFile(join(folder, "operator.json"))).rejects.toThrow("no server has been started");
  const others = [
    { ...place, url: "a.test" },
    { url: "https://a.test" },
    { ...place, listener: undefined },
    { ...place, listener: { port: 1 } },
    { ...place, listener: { ...plain, certificate: 1 } },
  ].map((one) => JSON.stringify(one));
  for (const damaged of ["", "{", "[]", ...others]) {
    await writeFile(join(folder, "operator.json"), damaged);
    await expect(readOperatorFile(folder)).rejects.toThrow("is damaged");
  }
});
