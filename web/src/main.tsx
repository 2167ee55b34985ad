import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./style/tokens.css";
import "./style/base.css";
import { askFirstPage } from "./mail/use-pages.ts";
import { readRoute } from "./routes.ts";
import { askEarly } from "./state/desk.ts";
import { keepSite } from "./state/keep-site.ts";
import { lastAccount } from "./state/last-account.ts";
import { applyLook, keptLook } from "./state/look.ts";
import { Boundary } from "./ui/boundary.tsx";
import { chooseLanguage, speak } from "./words/words.ts";

applyLook();
askFirst();
await speak(chooseLanguage(keptLook().language, navigator.languages));

const place = document.getElementById("app");
if (place === null) throw new Error("The page has no place for the client.");
createRoot(place).render(
  <StrictMode>
    <Boundary>
      <App />
    </Boundary>
  </StrictMode>,
);

void keepSite();

/** What whoever sat here will see first is read while the page is still being drawn. */
function askFirst(): void {
  if (lastAccount() === undefined) return;
  const route = readRoute(new URL(location.href));
  askEarly("account", {});
  askEarly("folders", {});
  if (route.page === "list") askFirstPage(route.place);
}
