/**
 * What a server had synced to disk before it answered: seen by a tracer in its system calls, or told by its effects.
 * A tracer sees what the disk was really asked for, so it also finds a database that does not sync its commits.
 */
import { execFile } from "node:child_process";

/** What a message or a blob waits for: the commit in the database's log, a file, its rename, the folder it is in. */
export type Step = "sync log" | "sync file" | "rename" | "sync folder";

/** One request that was answered, and what happened between its last byte and the first byte of the answer. */
export interface Answered {
  /** Method and path. */
  request: string;
  status: number;
  steps: readonly Step[];
}

const traced = ["read", "recvfrom", "write", "writev", "sendto", "sendmsg", "fsync", "fdatasync"];
const renames = ["rename", "renameat", "renameat2"];

/** The command that runs a program so that its system calls are written to `tracePath`. */
export function tracer(tracePath: string): readonly string[] {
  const calls = [...traced, ...renames.map((name) => `?${name}`)].join(",");
  return ["strace", "-f", "-y", "--seccomp-bpf", "-s", "128", "-e", `trace=${calls}`, "-o", tracePath];
}

/** Whether this machine has the tracer and lets us use it; if not, in whose words. */
export type Tracer =
  | { kind: "ready" }
  | { kind: "missing" }
  /** By the kernel: nobody may trace here, whatever is installed. */
  | { kind: "refused"; said: string }
  | { kind: "broken"; said: string };

export function findTracer(): Promise<Tracer> {
  const [command = "", ...flags] = tracer("/dev/null");
  const env = { ...process.env, LC_ALL: "C" };
  return new Promise((resolve) => {
    execFile(command, [...flags, "true"], { env }, (error, _, stderr) => {
      if (error === null) resolve({ kind: "ready" });
      else resolve(error.code === "ENOENT" ? { kind: "missing" } : whyNoTracer(stderr));
    });
  });
}

/** What the tracer's complaint means: only a call of ptrace(2) that failed for want of permission is the kernel's refusal. */
export function whyNoTracer(stderr: string): Extract<Tracer, { said: string }> {
  const refusal =
    /^strace: .*\bPTRACE_[A-Z]+\b.*: (?:Operation not permitted|Permission denied|Function not implemented)$/m;
  const said = refusal.exec(stderr)?.[0];
  return said === undefined ? { kind: "broken", said: stderr.trim() } : { kind: "refused", said };
}

/** One system call that succeeded, with the lines of the trace at which it began and ended. */
interface Call {
  name: string;
  /** What stands behind the name: arguments, with the path of each descriptor, and the result. */
  text: string;
  began: number;
  ended: number;
}

/** Every request of a trace that was answered, in the order of the answers. */
export function readTrace(trace: string): Answered[] {
  const calls = readCalls(trace);
  const open = new Map<string, { request: string; readUntil: number }>();
  const answered: Answered[] = [];
  for (const { name, text, began, ended } of calls) {
    const socket = /^\(\d+<socket:\[\d+\]>/.exec(text)?.[0];
    if (socket === undefined) continue;
    const status = Number(/HTTP\/1\.1 ([2-5]\d\d) /.exec(text)?.[1] ?? Number.NaN);
    const exchange = open.get(socket);
    if (name === "read" || name === "recvfrom") {
      const request = exchange?.request ?? /"([A-Z]+ [^ ?"]+)[^"]* HTTP\/1\.1\\r\\n/.exec(text)?.[1];
      if (request !== undefined) open.set(socket, { request, readUntil: ended });
    } else if (exchange !== undefined && !Number.isNaN(status)) {
      open.delete(socket);
      const { request, readUntil } = exchange;
      const between = calls.filter((call) => call.began > readUntil && call.ended < began);
      answered.push({ request, status, steps: between.flatMap(stepOf) });
    }
  }
  return answered;
}

/** Calls that were interrupted by another thread's are put together again. */
function readCalls(trace: string): Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, Call>();
  for (const [line, whole] of trace.split("\n").entries()) {
    const [, thread = "", rest = ""] = /^(\d+) +(.*)$/.exec(whole) ?? [];
    const [, resumed, tail = ""] = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest) ?? [];
    const [, name = "", text = ""] = /^(\w+)(\(.*)$/.exec(rest) ?? [];
    if (resumed !== undefined) {
      const begun = unfinished.get(thread);
      unfinished.delete(thread);
      if (begun?.name === resumed) calls.push({ ...begun, text: begun.text + tail, ended: line });
    } else if (text.endsWith("<unfinished ...>")) {
      unfinished.set(thread, {
        name,
        text: text.slice(0, -"<unfinished ...>".length),
        began: line,
        ended: 0,
      });
    } else if (name !== "") {
      calls.push({ name, text, began: line, ended: line });
    }
  }
  return calls.filter(({ text }) => !/ = -1 E[A-Z]+/.test(text));
}

function stepOf({ name, text }: Call): Step[] {
  if (name.startsWith("rename")) return text.includes("/blobs/") ? ["rename"] : [];
  if (name !== "fsync" && name !== "fdatasync") return [];
  const path = /^\(\d+<([^>]*)>/.exec(text)?.[1] ?? "";
  if (path.endsWith("-wal")) return ["sync log"];
  if (/\/blobs\/[^/]+\.tmp$/.test(path)) return ["sync file"];
  return /\/blobs\/[0-9a-f]{2}$/.test(path) ? ["sync folder"] : [];
}

const stepsOfEffects: Readonly<Record<string, Step>> = {
  "store.commit": "sync log",
  "file.fsync": "sync file",
  "file.rename": "rename",
  "file.fsyncdir": "sync folder",
};

/** The step that an effect is, once it is done. */
export function stepOfEffect(name: string, when: "before" | "after"): Step[] {
  const step = stepsOfEffects[name];
  return step === undefined || when === "before" ? [] : [step];
}
