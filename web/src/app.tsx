/** What is shown, by the address of the page and by whether somebody is signed in. */
import { type ReactElement, Suspense, useEffect } from "react";
import { Composing, Writing } from "./composing.tsx";
import { ComingIn, type Sitting } from "./login/somebody-sits.tsx";
import { MailPage, type SearchParts } from "./mail/mail-page.tsx";
import { NotStarted } from "./not-started.tsx";
import { Nowhere } from "./nowhere.tsx";
import { go, goToWanted, isWayIn, type Route, useRoute } from "./routes.ts";
import { SearchField } from "./search/search-field.tsx";
import type { SettingsParts } from "./settings/settings-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { notStarted, tellDrawn } from "./state/desk.ts";
import { awayAccount, lastAccount, noteAccount } from "./state/last-account.ts";
import { isLeftHere, useToldHere } from "./state/told-here.ts";
import { lastSeen, useView } from "./state/use-view.ts";
import { useOwnPage } from "./state/whose-page.ts";
import type { Fault } from "./state/worker/fault.ts";
import { Boundary } from "./ui/boundary.tsx";
import { part } from "./ui/part.ts";
import { Waiting } from "./ui/waiting.tsx";
import { useLanguage } from "./words/words.ts";

const SignIn = part(
  () => import("./login/sign-in.tsx"),
  ({ SignIn }) => SignIn,
);
const Welcome = part(
  () => import("./login/welcome.tsx"),
  ({ Welcome }) => Welcome,
);

const ScreenerPage = part(
  () => import("./screener/screener-page.tsx"),
  ({ ScreenerPage }) => ScreenerPage,
);
const SearchStatus = part(
  () => import("./search/search-status.tsx"),
  ({ SearchStatus }) => SearchStatus,
);
const SearchEmpty = part(
  () => import("./search/search-status.tsx"),
  ({ SearchEmpty }) => SearchEmpty,
);

const SetupPage = part(
  () => import("./setup/setup-page.tsx"),
  ({ SetupPage }) => SetupPage,
);
const AdminPage = part(
  () => import("./admin/admin-page.tsx"),
  ({ AdminPage }) => AdminPage,
);

const JoinPage = part(
  () => import("./login/join-page.tsx"),
  ({ JoinPage }) => JoinPage,
);

const ResetPage = part(
  () => import("./login/reset-page.tsx"),
  ({ ResetPage }) => ResetPage,
);

const SettingsPage = part(
  () => import("./settings/settings-page.tsx"),
  ({ SettingsPage }) => SettingsPage,
);
const KeyTable = part(
  () => import("./shell/key-sheet.tsx"),
  ({ KeyTable }) => KeyTable,
);
const PeoplePage = part(
  () => import("./people/people-page.tsx"),
  ({ PeoplePage }) => PeoplePage,
);

const ImportPage = part(
  () => import("./transfer/import-page.tsx"),
  ({ ImportPage }) => ImportPage,
);
const ExportPage = part(
  () => import("./transfer/export-page.tsx"),
  ({ ExportPage }) => ExportPage,
);
const AskToTell = part(
  () => import("./notify/ask-to-tell.tsx"),
  ({ AskToTell }) => AskToTell,
);
const ImportCard = part(
  () => import("./transfer/import-card.tsx"),
  ({ ImportCard }) => ImportCard,
);

export function App(): ReactElement {
  useLanguage();
  const route = useRoute();
  const account = useView("account", {});
  const isSignedOut = lastSeen(useView("status", {}))?.state === "signedOut";
  const isOutside = isWayIn(route);
  const isOut = account.state !== "waiting" && account.value == null;
  const isIn = account.state !== "waiting" && !isOut;
  const fault = account.state === "failed" ? account.fault : undefined;

  const address = account.state === "waiting" ? lastAccount() : account.value?.address;
  const seenAddress = account.state === "seen" ? (account.value?.address ?? null) : undefined;

  useEffect(() => {
    if (seenAddress !== undefined) noteAccount(seenAddress);
  }, [seenAddress]);
  const isOwn = useOwnPage(seenAddress);

  const { isOn, push } = useToldHere();
  const isToNotify = isOn || push !== null;
  useEffect(() => {
    if (!isOwn || typeof seenAddress !== "string" || !isToNotify) return;
    // Without it the next page tells.
    import("./notify/begin.ts").then(
      ({ beginNotifying }) => beginNotifying(seenAddress),
      () => undefined,
    );
  }, [isOwn, seenAddress, isToNotify]);
  useEffect(() => {
    if (!isLeftHere()) return;
    // Without it the next start does.
    import("./notify/device.ts").then(
      ({ forgetHere }) => forgetHere(),
      () => undefined,
    );
  }, []);

  const isStarted = fault?.code !== notStarted;
  useEffect(() => {
    if (!isOwn || !isStarted) return;
    if (isOut && !isOutside) go({ page: "signIn", ...wantedOf(route) }, { replace: true });
    if (isIn && !isSignedOut && route.page === "signIn") goToWanted(route.wanted);
  }, [isOwn, isStarted, isIn, isOut, isSignedOut, isOutside, route]);

  useEffect(() => {
    if (route.page !== "list") tellDrawn();
  }, [route.page]);

  if (!isStarted) return <NotStarted />;
  if (!isOwn) return <Waiting />;
  if (isOutside) {
    const away = isIn && isSignedOut ? account.value?.address : isOut ? awayAccount() : undefined;
    // Whether somebody sits here decides what is shown; where nobody has, there is nothing to wait for.
    const isKnown = account.state !== "waiting" || (lastAccount() ?? awayAccount()) === undefined;
    if (!isKnown) return <Waiting />;
    const sitting = isIn && !isSignedOut ? account.value?.address : away;
    return (
      <Suspense fallback={<Waiting />}>
        <WayIn
          route={route}
          away={away}
          sitting={sitting === undefined ? undefined : { address: sitting, isAway: sitting === away }}
          fault={fault}
        />
      </Suspense>
    );
  }
  if (address === undefined) return <Waiting />;
  return (
    <Shell address={address} route={route}>
      {route.page === "nowhere" ? (
        <Nowhere />
      ) : route.page === "compose" ? (
        <Writing draft={route.draft} />
      ) : route.page === "admin" ? (
        <Suspense fallback={<Waiting />}>
          <AdminPage topic={route.topic} />
        </Suspense>
      ) : route.page === "settings" ? (
        <Suspense fallback={<Waiting />}>
          <SettingsPage topic={route.topic} address={address} parts={settingsParts} />
        </Suspense>
      ) : route.page === "people" ? (
        <Suspense fallback={<Waiting />}>
          <PeoplePage address={route.address} />
        </Suspense>
      ) : (
        <MailPage
          route={route}
          address={address}
          search={searchParts}
          importCard={importCard}
          askToTell={
            <Suspense>
              <AskToTell address={address} />
            </Suspense>
          }
          screener={
            <Suspense fallback={<Waiting />}>
              <ScreenerPage />
            </Suspense>
          }
        />
      )}
      <Boundary isOver>
        <Composing route={route} />
      </Boundary>
    </Shell>
  );
}

/** The pages by which one comes in. */
function WayIn({
  route,
  away,
  sitting,
  fault,
}: {
  route: Route;
  away: string | undefined;
  sitting: Sitting | undefined;
  fault: Fault | undefined;
}): ReactElement {
  switch (route.page) {
    case "welcome":
      return (
        <ComingIn key="welcome" sitting={sitting}>
          <Welcome token={route.token} />
        </ComingIn>
      );
    case "link":
      return (
        <ComingIn key="link" sitting={sitting}>
          <JoinPage key={route.code} code={route.code} />
        </ComingIn>
      );
    case "reset":
      return <ResetPage token={route.token} sitting={sitting} />;
    case "setup":
      // Without its token it is the operator's who sits here.
      return (
        <ComingIn key="setup" sitting={route.token === "" ? undefined : sitting}>
          <SetupPage token={route.token} />
        </ComingIn>
      );
    case "recover":
      return (
        <ComingIn key="signIn" sitting={sitting?.isAway === true ? undefined : sitting}>
          <SignIn away={away} fault={fault} />
        </ComingIn>
      );
    default:
      return (
        <ComingIn key="signIn" sitting={undefined}>
          <SignIn away={away} fault={fault} />
        </ComingIn>
      );
  }
}

/** Somebody who asked for a page gets it when they are signed in; there is nothing in an address that leads nowhere. */
function wantedOf(route: Route): { wanted?: string } {
  const path = `${location.pathname}${location.search}`;
  return route.page === "nowhere" || path === "/" ? {} : { wanted: path };
}

const searchParts: SearchParts = {
  field: (place, folders) => <SearchField place={place} folders={folders} />,
  status: (query) => (
    <Suspense>
      <SearchStatus query={query} />
    </Suspense>
  ),
  empty: (query) => (
    <Suspense>
      <SearchEmpty query={query} />
    </Suspense>
  ),
};

const settingsParts: SettingsParts = {
  keys: (
    <Suspense>
      <KeyTable />
    </Suspense>
  ),
  import: (
    <Suspense fallback={<Waiting />}>
      <ImportPage />
    </Suspense>
  ),
  export: (
    <Suspense fallback={<Waiting />}>
      <ExportPage />
    </Suspense>
  ),
};

const importCard = (
  <Suspense>
    <ImportCard />
  </Suspense>
);
