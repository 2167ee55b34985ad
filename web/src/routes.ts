/** The address of the page says what it shows; this is the one place that reads and writes it. */
import { useSyncExternalStore } from "react";
import { type Place, type RolePlace, rolePlaces } from "./state/place.ts";

export type Route =
  /** `wanted` is the address that was asked for, to which it leads. */
  | { page: "signIn"; wanted?: string }
  | { page: "recover"; wanted?: string }
  | { page: "setup"; token: string }
  | { page: "welcome"; token: string }
  /** `code` is what another device has made; empty where somebody brings it in another way. */
  | { page: "link"; code: string }
  /** By an operator's link, for who has lost password and phrase. */
  | { page: "reset"; token: string }
  | { page: "list"; place: Place; threadId: string | undefined }
  | { page: "compose"; draft: string | undefined }
  | { page: "people"; address: string | undefined }
  /** Without a topic all of them. */
  | { page: "settings"; topic: string }
  | { page: "admin"; topic: string }
  | { page: "nowhere" };

/** Where somebody begins. */
export const home: Route = { page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined };

/** As they stand in addresses, where that is not the role itself. */
const names: Readonly<Partial<Record<RolePlace, string>>> = { snoozed: "later", junk: "spam" };

const roleOfName: ReadonlyMap<string, RolePlace> = new Map(
  rolePlaces.map((role) => [names[role] ?? role, role] as const),
);

export function readRoute(url: URL): Route {
  const [first = "", second, third] = url.pathname
    .split("/")
    .slice(1)
    .map((part) => decode(part));
  const role = roleOfName.get(first);
  if (role !== undefined) return { page: "list", place: { kind: "role", role }, threadId: second };
  switch (first) {
    case "":
      return { page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined };
    case "starred":
    case "all":
      return { page: "list", place: { kind: first }, threadId: second };
    case "label":
      return second === undefined
        ? { page: "nowhere" }
        : { page: "list", place: { kind: "label", id: second }, threadId: third };
    case "search":
      return {
        page: "list",
        place: { kind: "search", query: url.searchParams.get("q") ?? "" },
        threadId: second,
      };
    case "compose":
      return { page: "compose", draft: second };
    case "people":
      return { page: "people", address: second };
    case "settings":
      return { page: "settings", topic: second ?? "" };
    case "admin":
      return { page: "admin", topic: second ?? "overview" };
    case "sign-in":
      return { page: "signIn", ...wantedOf(url) };
    case "recover":
      return { page: "recover", ...wantedOf(url) };
    case "setup":
      return { page: "setup", token: url.hash.slice(1) };
    case "welcome":
      return { page: "welcome", token: second ?? "" };
    case "link":
      return { page: "link", code: url.hash.slice(1) };
    case "reset":
      return { page: "reset", token: url.hash.slice(1) };
    default:
      return { page: "nowhere" };
  }
}

export function writeRoute(route: Route): string {
  switch (route.page) {
    case "list":
      return route.place.kind === "search"
        ? `/search${tail(route.threadId)}?q=${encodeURIComponent(route.place.query)}`
        : `/${placePath(route.place)}${tail(route.threadId)}`;
    case "compose":
      return `/compose${tail(route.draft)}`;
    case "people":
      return `/people${tail(route.address)}`;
    case "settings":
      return `/settings${tail(route.topic === "" ? undefined : route.topic)}`;
    case "admin":
      return `/admin/${encodeURIComponent(route.topic)}`;
    case "signIn":
      return `/sign-in${wantedTail(route.wanted)}`;
    case "recover":
      return `/recover${wantedTail(route.wanted)}`;
    case "setup":
      return `/setup#${route.token}`;
    case "welcome":
      return `/welcome/${route.token}`;
    case "link":
      return route.code === "" ? "/link" : `/link#${route.code}`;
    case "reset":
      return `/reset#${route.token}`;
    case "nowhere":
      return "/inbox";
  }
}

const waysIn: ReadonlySet<Route["page"]> = new Set([
  "signIn",
  "recover",
  "welcome",
  "setup",
  "link",
  "reset",
]);

/** Whether it is met by who is not signed in. */
export function isWayIn({ page }: Route): boolean {
  return waysIn.has(page);
}

/** Whether an address, as a text, is of a page of this client that one can go to when one has come in. */
export function isToBeHad(wanted: string): boolean {
  if (!/^\/(?![/\\])/.test(wanted)) return false;
  const route = readRoute(new URL(wanted, "https://page.invalid"));
  return route.page !== "nowhere" && !isWayIn(route);
}

function wantedOf({ searchParams }: URL): { wanted?: string } {
  const wanted = searchParams.get("wanted");
  return wanted === null ? {} : { wanted };
}

function wantedTail(wanted: string | undefined): string {
  return wanted === undefined ? "" : `?wanted=${encodeURIComponent(wanted)}`;
}

function placePath(place: Place): string {
  if (place.kind === "role") return names[place.role] ?? place.role;
  return place.kind === "label" ? `label/${encodeURIComponent(place.id)}` : place.kind;
}

function tail(part: string | undefined): string {
  return part === undefined ? "" : `/${encodeURIComponent(part)}`;
}

/** What is not well encoded stands for nothing that there is. */
function decode(part: string): string | undefined {
  if (part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

const listeners = new Set<() => void>();
let current: { href: string; route: Route } | undefined;

function routeNow(): Route {
  if (current?.href !== location.href) {
    current = { href: location.href, route: readRoute(new URL(location.href)) };
  }
  return current.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(listen, routeNow);
}

/** Goes there; `replace` leaves no way back to where one was. */
export function go(route: Route, { replace = false }: { replace?: boolean } = {}): void {
  goTo(writeRoute(route), replace);
}

/** To the page that was asked for before one had come in, and where there was none, to where one begins. There is no way back to before. */
export function goToWanted(wanted: string | undefined): void {
  goTo(wanted !== undefined && isToBeHad(wanted) ? wanted : writeRoute(home), true);
}

function goTo(path: string, replace: boolean): void {
  if (comingBack !== undefined) {
    comingBack.push(() => goTo(path, replace));
    return;
  }
  if (`${location.pathname}${location.search}${location.hash}` === path) return;
  // What lies over the page stays over the next.
  if (isOver() && replace) {
    comeBack(() => {
      history.replaceState(null, "", path);
      layOver();
    });
    return;
  }
  const wasOver = isOver();
  if (replace || wasOver) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  if (wasOver) layOver();
  tellAll();
}

const overPage = "over the page";
/** While an entry is being gone back over: what is done when that is done. */
let comingBack: (() => void)[] | undefined;

/** Whether the newest entry is of something that lies over the page: back takes that away and leaves the page. */
export function useIsOver(): boolean {
  return useSyncExternalStore(listen, isOver);
}

/** Gives what lies over the page an entry of its own, at the same address. */
export function layOver(): void {
  if (isOver()) return;
  history.pushState(overPage, "");
  tellAll();
}

/** Goes back over the entry of what lay over the page, where there is one. */
export function takeOff(): void {
  if (isOver()) comeBack(takeOff);
}

function isOver(): boolean {
  return history.state === overPage;
}

function comeBack(then: () => void): void {
  if (comingBack !== undefined) {
    comingBack.push(then);
    return;
  }
  comingBack = [then];
  history.back();
}

function listen(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener("popstate", onPopState);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener("popstate", onPopState);
  };
}

function onPopState(): void {
  const next = comingBack ?? [];
  comingBack = undefined;
  for (const step of next) step();
  tellAll();
}

function tellAll(): void {
  for (const listener of listeners) listener();
}
