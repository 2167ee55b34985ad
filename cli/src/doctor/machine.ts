/** What can be looked at without the server: the Node that runs us, and who may read the data folder. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findStat } from "../find-stat.ts";
import { type Finding, well, wrong } from "./finding.ts";

const leastNode = 24;
const othersMay = 0o077;

export function lookAtNode(version: string): Finding {
  const major = Number(version.split(".")[0]);
  if (major >= leastNode) return well("Node", version);
  return wrong(
    "Node",
    `This is Node ${version}; Posthorn needs ${leastNode}.`,
    "Start it by npm run posthorn.",
  );
}

/** The data folder holds keys and everybody's mail, so nobody but the server's own user may look into it. */
export async function lookAtFolder(dataFolder: string): Promise<Finding> {
  const name = "data folder";
  const found = await findStat(dataFolder);
  if (found?.isDirectory() !== true) {
    const what = found === undefined ? "does not exist" : "is no folder";
    return wrong(name, `${dataFolder} ${what}.`, "Name the folder of your server with --data.");
  }
  const loose = await findLoose(dataFolder);
  const [first] = loose;
  if (first === undefined) return well(name, dataFolder);
  return wrong(name, `Others on this machine may use ${first}.`, `chmod -R go= ${dataFolder}`);
}

/** Of the folder and the files of keys those that others may use. */
async function findLoose(dataFolder: string): Promise<string[]> {
  const keyFolder = join(dataFolder, "keys");
  const names = (await findStat(keyFolder))?.isDirectory() === true ? await readdir(keyFolder) : [];
  const secrets = names.filter((name) => !name.endsWith(".public.txt")).map((name) => join(keyFolder, name));
  const loose: string[] = [];
  for (const path of [dataFolder, join(dataFolder, "operator.json"), ...secrets]) {
    const found = await findStat(path);
    // Windows has no such bits; who may read a folder there is inherited.
    const isLoose = process.platform !== "win32" && found !== undefined && (found.mode & othersMay) !== 0;
    if (isLoose) loose.push(path);
  }
  return loose;
}
