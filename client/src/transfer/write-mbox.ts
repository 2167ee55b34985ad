/** A mail as it stands in a file of many (mbox, RFC 4155), its lines quoted so that it comes out as it went in. */
import { joined } from "./split-mbox.ts";

const encoder = new TextEncoder();
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `sender` is its address; what is no plain address becomes `MAILER-DAEMON`. */
export function writeMbox(mail: Uint8Array, sender: string, receivedAtMs: number): Uint8Array<ArrayBuffer> {
  const who = /^[!-~]{1,300}$/.test(sender) ? sender : "MAILER-DAEMON";
  const parts = [encoder.encode(`From ${who} ${asctime(receivedAtMs)}\n`)];
  let begin = 0;
  while (begin < mail.length) {
    const end = mail.indexOf(0x0a, begin);
    const line = mail.subarray(begin, end < 0 ? undefined : end + 1);
    if (needsQuoting(line)) parts.push(encoder.encode(">"));
    parts.push(new Uint8Array(line));
    begin += line.length;
  }
  parts.push(encoder.encode(mail.at(-1) === 0x0a ? "\n" : "\n\n"));
  return joined(parts);
}

function needsQuoting(line: Uint8Array): boolean {
  let at = 0;
  while (line[at] === 0x3e) at++;
  return "From ".split("").every((letter, index) => line[at + index] === letter.charCodeAt(0));
}

/** As C writes it (RFC 4155, appendix A), in UTC. */
function asctime(ms: number): string {
  const time = new Date(Number.isFinite(ms) ? ms : 0);
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()];
  const words = clock.map((part) => String(part).padStart(2, "0")).join(":");
  const day = String(time.getUTCDate()).padStart(2, " ");
  const year = String(time.getUTCFullYear()).padStart(4, "0");
  return `${days[time.getUTCDay()]} ${months[time.getUTCMonth()]} ${day} ${words} ${year}`;
}
