import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readOperatorFile } from "./operator-file.ts";

test("What a server left for its operator is read; what is missing or damaged says so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-data-"));
  await expect(readOperatorFile(folder)).rejects.toThrow("no server has been started on this folder");
  const place = { url: "https://a.test", token: "ph_operator_1", ca: "/data/local-ca/ca.pem" };
  await writeFile(join(folder, "operator.json"), JSON.stringify(place));
  expect(await readOperatorFile(folder)).toEqual(place);
  for (const damaged of ["", "{", "[]", '{"url":"a.test","token":"t"}', '{"url":"https://a.test"}']) {
    await writeFile(join(folder, "operator.json"), damaged);
    await expect(readOperatorFile(folder)).rejects.toThrow("is damaged");
  }
});
