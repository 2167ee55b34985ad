/** What is shown, by the address of the page and by whether somebody is signed in. */
import { lazy, type ReactElement, Suspense, useEffect } from "react";
import { Composing, Writing } from "./composing.tsx";
import { MailPage, type SearchParts } from "./mail/mail-page.tsx";
import { go, useRoute } from "./routes.ts";
import { SearchField } from "./search/search-field.tsx";
import type { SettingsParts } from "./settings/settings-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { lastAccount, noteAccount } from "./state/last-account.ts";
import { useView } from "./state/use-view.ts";
import { Waiting } from "./ui/waiting.tsx";
import { useLanguage } from "./words/words.ts";

const SignIn = lazy(() => import("./login/sign-in.tsx").then(({ SignIn }) => ({ default: SignIn })));
const Welcome = lazy(() => import("./login/welcome.tsx").then(({ Welcome }) => ({ default: Welcome })));

const ScreenerPage = lazy(() =>
  import("./screener/screener-page.tsx").then(({ ScreenerPage }) => ({ default: ScreenerPage })),
);
const SearchStatus = lazy(() =>
  import("./search/search-status.tsx").then(({ SearchStatus }) => ({ default: SearchStatus })),
);
const SearchEmpty = lazy(() =>
  import("./search/search-status.tsx").then(({ SearchEmpty }) => ({ default: SearchEmpty })),
);

const SetupPage = lazy(() =>
  import("./setup/setup-page.tsx").then(({ SetupPage }) => ({ default: SetupPage })),
);
const AdminPage = lazy(() =>
  import("./admin/admin-page.tsx").then(({ AdminPage }) => ({ default: AdminPage })),
);

const SettingsPage = lazy(() =>
  import("./settings/settings-page.tsx").then(({ SettingsPage }) => ({ default: SettingsPage })),
);
const KeyTable = lazy(() => import("./shell/key-sheet.tsx").then(({ KeyTable }) => ({ default: KeyTable })));
const PeoplePage = lazy(() =>
  import("./people/people-page.tsx").then(({ PeoplePage }) => ({ default: PeoplePage })),
);

const ImportPage = lazy(() =>
  import("./transfer/import-page.tsx").then(({ ImportPage }) => ({ default: ImportPage })),
);
const ExportPage = lazy(() =>
  import("./transfer/export-page.tsx").then(({ ExportPage }) => ({ default: ExportPage })),
);
const ImportCard = lazy(() =>
  import("./transfer/import-card.tsx").then(({ ImportCard }) => ({ default: ImportCard })),
);

export function App(): ReactElement {
  useLanguage();
  const route = useRoute();
  const account = useView("account", {});
  const isOutside =
    route.page === "signIn" || route.page === "recover" || route.page === "welcome" || route.page === "setup";
  const isIn = account.state === "seen" && account.value !== null;
  const isOut = account.state === "failed" || (account.state === "seen" && account.value === null);

  const address = account.state === "waiting" ? lastAccount() : account.value?.address;
  const seenAddress = account.state === "seen" ? (account.value?.address ?? null) : undefined;

  useEffect(() => {
    if (seenAddress !== undefined) noteAccount(seenAddress);
  }, [seenAddress]);

  useEffect(() => {
    if (isOut && !isOutside) go({ page: "signIn" }, { replace: true });
    if (isIn && route.page === "signIn") go(readInbox, { replace: true });
  }, [isIn, isOut, isOutside, route.page]);

  if (route.page === "setup") {
    return (
      <Suspense fallback={<Waiting />}>
        <SetupPage token={route.token} />
      </Suspense>
    );
  }
  if (isOutside) {
    return (
      <Suspense fallback={<Waiting />}>
        {route.page === "welcome" ? <Welcome token={route.token} /> : <SignIn />}
      </Suspense>
    );
  }
  if (address === undefined) return <Waiting />;
  return (
    <Shell address={address} route={route}>
      {route.page === "compose" ? (
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
          screener={
            <Suspense fallback={<Waiting />}>
              <ScreenerPage />
            </Suspense>
          }
        />
      )}
      <Composing route={route} />
    </Shell>
  );
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

const readInbox = { page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined } as const;
