/** One set of strokes on a grid of 20, drawn for this client. */
import type { ReactElement } from "react";

const paths = {
  archive: "M3 4.5h14v3H3zM4.25 7.5v8h11.5v-8M8 10.5h4",
  trash: "M3.5 5.5h13M8 5.5v-2h4v2M5 5.5l.8 11h8.4l.8-11M8.25 8.5v5M11.75 8.5v5",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6.5V10l2.5 1.75",
  star: "M10 3l2.1 4.4 4.9.6-3.6 3.3.95 4.8L10 13.7l-4.35 2.4.95-4.8L3 8l4.9-.6z",
  envelope: "M3 5h14v10.5H3zM3 5.5l7 5.5 7-5.5",
  opened: "M3 8l7-5 7 5v8H3zM3 8.5l7 4.5 7-4.5",
  label: "M3 3.5h6.5L17 11l-6 6-7.5-7.5zM6.5 7h.01",
  more: "M4.1 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0M9.6 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0M15.1 10a.4.4 0 1 0 .8 0 .4.4 0 1 0-.8 0",
  search: "M8.75 3.5a5.25 5.25 0 1 0 0 10.5 5.25 5.25 0 0 0 0-10.5M12.6 12.6l4 4",
  pen: "M4 16l.8-3.4L13.2 4.2l2.6 2.6-8.4 8.4zM11.5 6l2.6 2.6",
  back: "M12 4.5L6.5 10l5.5 5.5",
  forward: "M8 4.5l5.5 5.5L8 15.5",
  up: "M4.5 12L10 6.5l5.5 5.5",
  down: "M4.5 8l5.5 5.5L15.5 8",
  close: "M5 5l10 10M15 5L5 15",
  check: "M4 10.5l4 4 8-9",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  unlocked: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 5.7-1.3",
  shield: "M10 2.75l6 2.25v4.5c0 3.9-2.5 6.4-6 7.75-3.5-1.35-6-3.85-6-7.75V5zM7.25 9.75l2 2 3.5-3.75",
  info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 9.25v4M10 6.5h.01",
  warning: "M10 3.5l7 12.5H3zM10 8v4M10 14h.01",
  clip: "M14.5 8.5l-5.6 5.6a2.8 2.8 0 0 1-4-4l6-6a2 2 0 0 1 2.8 2.8l-5.7 5.7a1 1 0 0 1-1.4-1.4l5-5",
  reply: "M8 5L3.5 9.5 8 14M3.5 9.5H12a4.5 4.5 0 0 1 4.5 4.5v1",
  replyAll: "M7 5L2.5 9.5 7 14M11 5L6.5 9.5 11 14M6.5 9.5H13a4.5 4.5 0 0 1 4.5 4.5v1",
  forwardMail: "M12 5l4.5 4.5L12 14M16.5 9.5H8A4.5 4.5 0 0 0 3.5 14v1",
  inbox: "M3 11l2-7h10l2 7v5H3zM3 11h4l1 2h4l1-2h4",
  sent: "M3 9.5L17 3.5 12.5 16.5 9.5 11zM9.5 11L17 3.5",
  draft: "M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5M7.5 10.5h5M7.5 13h5",
  template: "M4 3.5h12v13H4zM7 7h6M7 10h6M7 13h2.5",
  spam: "M7 3h6l4 4v6l-4 4H7l-4-4V7zM10 6.5v4.5M10 13.5h.01",
  person: "M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M4 16.5c.4-3.2 2.9-4.75 6-4.75s5.6 1.55 6 4.75",
  people:
    "M7.5 4a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5M2.5 16c.3-2.8 2.3-4.25 5-4.25s4.7 1.45 5 4.25M13 4.4a2.6 2.6 0 0 1 0 4.8M14.6 12.1c1.6.6 2.6 1.9 2.9 3.9",
  settings: "M4 6h7M15 6h1M4 14h1M9 14h7M13 4.25v3.5M7 12.25v3.5",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  expand: "M12 3.5h4.5V8M8 16.5H3.5V12M16.5 3.5L11.5 8.5M3.5 16.5l5-5",
  undo: "M7 4L3.5 7.5 7 11M3.5 7.5H12a4.25 4.25 0 0 1 0 8.5H8",
  all: "M3 5.5h14v3H3zM3 11.5h14v3H3z",
  screener: "M3 4h14l-5.5 6.5V16l-3-1.5v-4z",
  server: "M3.5 4h13v5h-13zM3.5 11h13v5h-13zM6 6.5h.01M6 13.5h.01",
  key: "M12.5 3.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8M9.7 10.3L3.5 16.5M5.5 14.5l1.75 1.75M7.5 12.5l1.5 1.5",
  device: "M3 4h14v9H3zM7.5 16.5h5M10 13v3.5",
  devices: "M9.5 13.5H3V4.5h12V7M6 16.5h3.5M11.5 9h5.5v7.5h-5.5zM14.25 14.25h.01",
  phone: "M6 3h8v14H6zM10 14.25h.01",
  copy: "M7 7h9v9.5H7zM4 13V3.5h9",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  upload: "M10 13V4M6 7.5l4-4 4 4M4 16.5h12",
  pause: "M7 4.5v11M13 4.5v11",
  play: "M6.5 4.5l9 5.5-9 5.5z",
  image: "M3 4h14v12H3zM3 13l4-4 3.5 3.5L13 10l4 4M13 7h.01",
  file: "M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5",
  bold: "M6 4h4.5a3 3 0 0 1 0 6H6zM6 10h5.25a3.1 3.1 0 0 1 0 6.2H6z",
  italic: "M8.5 4H14M6 16h5.5M11.75 4L8.5 16",
  list: "M7.5 5.5H17M7.5 10H17M7.5 14.5H17M3.75 5.5h.01M3.75 10h.01M3.75 14.5h.01",
  quote: "M4 5.5v9M8 6.5h8.5M8 10h8.5M8 13.5h5.5",
  code: "M7 6L3 10l4 4M13 6l4 4-4 4",
  link: "M8.5 11.5l3-3M7.5 8.5L5 11a2.8 2.8 0 0 0 4 4l2.5-2.5M12.5 11.5L15 9a2.8 2.8 0 0 0-4-4L8.5 7.5",
  globe:
    "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M3 10h14M10 3c2.2 2 3.2 4.3 3.2 7S12.2 15 10 17c-2.2-2-3.2-4.3-3.2-7S7.8 5 10 3",
  bell: "M5 14.5V9.25a5 5 0 0 1 10 0v5.25M3.5 14.5h13M8.5 17h3",
  muted: "M5 14.5V9.25a5 5 0 0 1 8.6-3.5M15 9.5v5H7M8.5 17h3M3.5 16.5l13-13",
  keyboard: "M2.5 5h15v10h-15zM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M5.5 11h.01M14.5 11h.01M7.5 12.5h5",
  print: "M6 7V3.5h8V7M6 13.5H3.5V7h13v6.5H14M6 11.5h8v5H6z",
  collapse: "M16.5 7.5h-4v-4M3.5 12.5h4v4M12.5 7.5l4-4M3.5 16.5l4-4",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2.5v1.25M10 16.25v1.25M2.5 10h1.25M16.25 10h1.25M4.7 4.7l.9.9M14.4 14.4l.9.9M4.7 15.3l.9-.9M14.4 5.6l.9-.9",
} as const;

export type IconName = keyof typeof paths;

/** Says nothing to a screen reader: what it stands for is said beside it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={size < 20 ? 1.75 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
