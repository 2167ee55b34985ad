import { expect, test } from "vitest";
import { readTrace, whyNoTracer } from "./fsync-proof.ts";

const send =
  'read(23<socket:[7]>, "POST /email/send?undo=9 HTTP/1.1\\r\\nhost: a.test\\r\\n"..., 65536) = 300';
const more = 'read(23<socket:[7]>, "the rest of the body"..., 65536) = 100';
const answer = 'writev(23<socket:[7]>, [{iov_base="HTTP/1.1 202 Accepted\\r\\n"..., iov_len=400}], 1) = 400';
const sync = "fdatasync(19</data/posthorn.db-wal>) = 0";

/** The steps of the one request in a trace of these calls. */
function stepsOf(...calls: string[]): readonly string[] {
  const [answered, ...others] = readTrace(calls.map((call) => `100 ${call}`).join("\n"));
  expect(others).toEqual([]);
  expect(answered).toMatchObject({ request: "POST /email/send", status: 202 });
  return answered?.steps ?? [];
}

test("a sync counts between the last byte of the request and the first of the answer", () => {
  expect(stepsOf(send, more, sync, answer)).toEqual(["sync log"]);
});

test.each([
  ["before the request", [sync, send, answer]],
  ["before the rest of the request", [send, sync, more, answer]],
  ["after the answer", [send, answer, sync]],
  ["when it failed", [send, "fsync(19</data/posthorn.db-wal>) = -1 EIO (Input/output error)", answer]],
  ["of another file", [send, "fsync(19</data/keys/signing.txt>) = 0", answer]],
  ["that has not ended", [send, "fsync(19</data/posthorn.db-wal> <unfinished ...>", answer]],
  [
    "that ends too late",
    [send, "fsync(19</data/posthorn.db-wal> <unfinished ...>", answer, "<... fsync resumed>) = 0"],
  ],
])("none counts %s", (_, calls) => {
  expect(stepsOf(...calls)).toEqual([]);
});

test("calls of several threads that interrupt one another are told apart, and so are connections", () => {
  const trace = [
    `100 ${send}`,
    "100 read(24<socket:[8]>,  <unfinished ...>",
    "101 fsync(30</data/blobs/1-ab.tmp> <unfinished ...>",
    '100 <... read resumed>"PUT /email/blob/ab HTTP/1.1\\r\\n"..., 65536) = 90',
    "101 <... fsync resumed>)              = 0",
    '102 rename("/data/blobs/1-ab.tmp", "/data/blobs/ab/ab") = 0',
    "101 fsync(30</data/blobs/ab>)         = 0",
    `100 ${sync}`,
    `100 ${answer}`,
    '100 writev(24<socket:[8]>, [{iov_base="HTTP/1.1 200 OK\\r\\n"..., iov_len=9}], 1) = 9',
  ];
  expect(readTrace(trace.join("\n"))).toEqual([
    {
      request: "POST /email/send",
      status: 202,
      steps: ["sync file", "rename", "sync folder", "sync log"],
    },
    { request: "PUT /email/blob/ab", status: 200, steps: ["rename", "sync folder", "sync log"] },
  ]);
});

test.each([
  "strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted",
  "strace: test_ptrace_get_syscall_info: PTRACE_TRACEME: Function not implemented",
  "strace: attach: ptrace(PTRACE_SEIZE, 4711): Permission denied",
])("a kernel that refuses to trace is believed by its own words: %s", (line) => {
  const said = `strace: Seccomp filter is requested but there are no syscalls to filter.\n${line}\nstrace: detach: waitpid(4711): No child processes\n`;
  expect(whyNoTracer(said)).toEqual({ kind: "refused", said: line });
});

test.each([
  "strace: unrecognized option '--seccomp-bpf'\nTry 'strace -h' for more information.\n",
  "strace: invalid system call 'renameat2'\n",
  "strace: Can't fopen '/dev/null': Permission denied\n",
  "strace: Can't stat 'true': No such file or directory\n",
  "",
])("a tracer that fails for another reason is not a kernel that refuses: %j", (said) => {
  expect(whyNoTracer(said)).toEqual({ kind: "broken", said: said.trim() });
});
