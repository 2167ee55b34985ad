import { stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { DemoFailure } from "./failure.ts";

export const usage = `Usage: npm run demo -- [options]
  --check                   do it once, print what crossed as JSON, and end (0 when all was right, else 1)
  --store sqlite|postgres   where the servers keep their tables (sqlite)
  --data DIR                keep everything in this folder (demo-data)
  --subject TEXT            of the letter
  --body TEXT               of the letter
  --attach FILE             to go with it`;

export interface DemoOptions {
  check: boolean;
  help: boolean;
  store: "sqlite" | "postgres";
  data: string;
  subject: string | undefined;
  body: string | undefined;
  attach: string | undefined;
}

/** Throws DemoFailure, which ends with 2. */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const { values } = parse(args);
  const { store } = values;
  if (store !== "sqlite" && store !== "postgres")
    throw new DemoFailure(`--store is sqlite or postgres, not ${store}.`, 2);
  const { check = false, help = false, data, subject, body, attach } = values;
  return { check, help, store, data, subject, body, attach };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        check: { type: "boolean" },
        store: { type: "string", default: "sqlite" },
        data: { type: "string", default: "demo-data" },
        subject: { type: "string" },
        body: { type: "string" },
        attach: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [said = ""] = error.message.split(/[.\n]/);
    throw new DemoFailure(`${said}. To see what there is: npm run demo -- --help`, 2, error);
  }
}

/** Looks at the file before anything is started. Throws DemoFailure. */
export async function checkAttachment(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const found = await stat(path).catch((error: unknown) => {
    throw new DemoFailure(`There is no file ${path}, or you may not read it.`, 1, error);
  });
  if (!found.isFile()) throw new DemoFailure(`${path} is no file, and --attach takes one.`);
}
