import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./style/tokens.css";
import "./style/base.css";
import { keepSite } from "./state/keep-site.ts";
import { applyLook, keptLook } from "./state/look.ts";
import { Boundary } from "./ui/boundary.tsx";
import { chooseLanguage, speak } from "./words/words.ts";

applyLook();
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
