/** Calendar messages for mail programs that know none: in words, and the simple ones as iCalendar (RFC 5545, RFC 6047). */
import {
  type CalendarCancel,
  type CalendarInvite,
  type CalendarReply,
  findTime,
  formatAddress,
  recipientsOf,
  senderOf,
} from "@posthorn/protocol";

/** What is said, one thing to a line. */
export function inviteText(invite: CalendarInvite): string {
  const places = Object.values(invite.locations ?? {}).flatMap(({ name }) =>
    name ? [`Where: ${name}`] : [],
  );
  const online = Object.values(invite.virtualLocations ?? {}).map(({ uri }) => `Online: ${uri}`);
  const repeats = (invite.recurrenceRules ?? []).length > 0;
  const lines = [
    `${invite.status === "cancelled" ? "Cancelled" : "Invitation"}: ${invite.title ?? ""}`,
    `When: ${timeText(invite)}${invite.duration ? `, for ${durationText(invite.duration)}` : ""}`,
    ...(repeats ? ["It is repeated; a calendar that knows Posthorn shows when."] : []),
    ...places,
    ...online,
  ];
  return withComment(lines.join("\n"), invite.description);
}

export function replyText(reply: CalendarReply): string {
  const words = reply.participationStatus ? answers[reply.participationStatus] : "answered";
  return withComment(`${formatAddress(reply.from)} has ${words} the invitation.`, reply.comment);
}

export function cancelText(cancel: CalendarCancel): string {
  const which = cancel.title ? `“${cancel.title}”` : "An event";
  return withComment(`${which} was called off by ${formatAddress(cancel.organizer)}.`, cancel.comment);
}

/** An invitation as iCalendar; undefined for one that is repeated, which only its own form says rightly. */
export function inviteCalendar(invite: CalendarInvite): string | undefined {
  const isRepeated = invite.recurrenceRules || invite.recurrenceOverrides || invite.excludedRecurrenceRules;
  const start = utc(invite.startTime);
  if (isRepeated || start === undefined) return undefined;
  const organizer = formatAddress(senderOf(invite));
  const isWholeDay = invite.showWithoutTime === true;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Posthorn//Posthorn//EN",
    "METHOD:REQUEST",
    "BEGIN:VEVENT",
    `UID:${escapeText(invite.uid ?? invite.id)}`,
    `DTSTAMP:${utc(invite.date) ?? start}`,
    isWholeDay ? `DTSTART;VALUE=DATE:${start.slice(0, 8)}` : `DTSTART:${start}`,
    ...(invite.duration ? [`DURATION:${invite.duration}`] : []),
    `SUMMARY:${escapeText(invite.title ?? "")}`,
    ...(invite.description ? [`DESCRIPTION:${escapeText(invite.description)}`] : []),
    ...Object.values(invite.locations ?? {})
      .flatMap(({ name }) => (name ? [`LOCATION:${escapeText(name)}`] : []))
      .slice(0, 1),
    `SEQUENCE:${invite.sequence ?? 0}`,
    ...(invite.status ? [`STATUS:${invite.status.toUpperCase()}`] : []),
    `ORGANIZER:mailto:${organizer}`,
    ...recipientsOf(invite).map(
      (recipient) => `ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${formatAddress(recipient)}`,
    ),
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return `${lines.map(foldLine).join("\r\n")}\r\n`;
}

const answers: Readonly<Record<string, string>> = {
  accepted: "accepted",
  declined: "declined",
  tentative: "tentatively accepted",
  delegated: "delegated",
};

function withComment(text: string, comment: string | null | undefined): string {
  return comment ? `${text}\n\n${comment}` : text;
}

/** `2025-03-15 11:00 (Europe/Berlin)`. */
function timeText({ startTime, timeZone, showWithoutTime }: CalendarInvite): string {
  const at = findTime(startTime ?? "");
  if (at === undefined) return "";
  if (showWithoutTime === true) return (startTime ?? "").slice(0, 10);
  try {
    const options = { timeZone: timeZone ?? "UTC", dateStyle: "short", timeStyle: "short" } as const;
    // Swedish writes dates as ISO 8601 does.
    return `${new Intl.DateTimeFormat("sv-SE", options).format(at)} (${timeZone ?? "UTC"})`;
  } catch {
    return `${(startTime ?? "").slice(0, 16).replace("T", " ")} (UTC)`;
  }
}

/** `P1DT1H30M` as `1 day 1 h 30 min`. */
function durationText(duration: string): string {
  const [date = "", time = ""] = duration.slice(1).split("T");
  const units: readonly [string, RegExp, string][] = [
    [date, /(\d+)W/, "weeks"],
    [date, /(\d+)D/, "days"],
    [time, /(\d+)H/, "h"],
    [time, /(\d+)M/, "min"],
    [time, /(\d+)S/, "s"],
  ];
  return units
    .flatMap(([text, pattern, unit]) => {
      const count = pattern.exec(text)?.[1];
      return count === undefined
        ? []
        : [`${Number(count)} ${count === "1" ? unit.replace(/s$/, "") || unit : unit}`];
    })
    .join(" ");
}

/** `20250315T100000Z`. */
function utc(time: string | null | undefined): string | undefined {
  return time ? `${time.slice(0, 19).replaceAll(/[-:]/g, "")}Z` : undefined;
}

function escapeText(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, "\\$&")
    .replaceAll(/\r?\n/g, "\\n")
    .replaceAll(/[\p{Cc}]/gu, "");
}

/** RFC 5545 §3.1: 75 octets to a line. */
function foldLine(line: string): string {
  let folded = "";
  let sizeBytes = 0;
  for (const character of line) {
    const more = Buffer.byteLength(character);
    if (sizeBytes + more > 74) {
      folded += "\r\n ";
      sizeBytes = 1;
    }
    folded += character;
    sizeBytes += more;
  }
  return folded;
}
