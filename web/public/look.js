// How this device shows things, before anything is drawn: a page in another theme would flash. `look.ts` keeps it and goes on from here.
try {
  const look = JSON.parse(localStorage.getItem("posthorn.look") ?? "{}");
  const root = document.documentElement;
  if (look.theme === "light" || look.theme === "dark") root.dataset.theme = look.theme;
  if (typeof look.density === "string") root.dataset.density = look.density;
  if (typeof look.textSize === "number") root.style.setProperty("--zoom", String(look.textSize / 100));
} catch {
  // Nothing may be kept here, or what is kept is not ours.
}
