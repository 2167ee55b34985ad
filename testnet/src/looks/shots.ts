/** Which pictures of the client there are, and how one comes to what each shows. */
import type { Page } from "playwright-core";
import type { Seeded } from "./mailbox.ts";

export interface Screen {
  width: number;
  theme: "light" | "dark";
}

export interface Shot {
  name: string;
  what: string;
  /** Who looks: somebody with a full mailbox, somebody with an empty one, or nobody who has signed in. */
  who: "owner" | "newcomer" | "nobody";
  screens: readonly Screen[];
  /** Leads from any page to what is shown. */
  go(page: Page, origin: string): Promise<void>;
}

const at = (...screens: readonly string[]): Screen[] =>
  screens.map((screen) => ({
    width: Number.parseInt(screen, 10),
    theme: screen.endsWith("dark") ? "dark" : "light",
  }));

/** As somebody sees everything of it. */
const all = at("1440 light", "1440 dark", "1024 light", "1024 dark", "390 light", "390 dark");
const ends = at("1440 light", "390 dark");
const middle = at("1440 dark", "1024 light", "390 light");

/** In the order in which they are taken: what changes something comes after what shows it as it was. */
export function listShots(seeded: Seeded): Shot[] {
  const byPath = (path: string, heading: string | RegExp) => async (page: Page, origin: string) => {
    await page.goto(origin + path);
    await page.getByRole("heading", { name: heading }).first().waitFor();
  };
  const signIn = async (page: Page, origin: string, password: string) => {
    await page.goto(origin);
    await page.getByLabel("Address", { exact: true }).fill(seeded.owner.address);
    await page.getByRole("textbox", { name: "Password" }).fill(password);
  };
  /** The row of somebody whose number was compared, when that is known of it. */
  const goToInbox = async (page: Page, origin: string) => {
    await page.goto(`${origin}/inbox`);
    const row = page.getByRole("row", { name: /verified/i }).filter({ hasText: "Plans for the garden" });
    await row.waitFor();
    return row;
  };
  const open =
    (subject: string | RegExp, path = "/inbox") =>
    async (page: Page, origin: string) => {
      await page.goto(origin + path);
      await page.getByRole("row").filter({ hasText: subject }).first().click();
      await page.locator("[data-message]").first().waitFor();
    };
  const rows = (path: string, subject: string) => async (page: Page, origin: string) => {
    await page.goto(origin + path);
    await page.getByRole("row").filter({ hasText: subject }).first().waitFor();
  };
  return [
    { name: "sign-in", what: "Signing in", who: "nobody", screens: ends, go: byPath("/", "Sign in") },
    {
      name: "sign-in-wrong",
      what: "Signing in with a wrong password",
      who: "nobody",
      screens: at("1024 light", "390 light"),
      go: async (page, origin) => {
        await signIn(page, origin, "not my password");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByText("do not match").waitFor();
      },
    },
    {
      name: "sign-in-unreachable",
      what: "Signing in while the server cannot be reached",
      who: "nobody",
      screens: at("1440 dark", "390 light"),
      go: async (page, origin) => {
        await signIn(page, origin, seeded.owner.password);
        await page.context().setOffline(true);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("alert").first().waitFor({ timeout: 40_000 });
        await page.context().setOffline(false);
      },
    },
    {
      name: "welcome",
      what: "Taking up an invitation",
      who: "nobody",
      screens: ends,
      go: async (page) => {
        await page.goto(await seeded.invitation());
        await page.getByRole("heading", { name: /^Welcome to/ }).waitFor();
      },
    },
    {
      name: "welcome-used",
      what: "An invitation that does not work",
      who: "nobody",
      screens: at("1024 dark"),
      go: byPath(`/welcome/${"A".repeat(22)}`, /invitation|link/i),
    },
    {
      name: "setup",
      what: "Setting a new server up",
      who: "nobody",
      screens: all,
      go: async (page, origin) => {
        await page.goto(origin + (await seeded.setupPath()));
        await page.getByRole("heading", { name: /^Set up/ }).waitFor();
        await page.getByLabel("Name in your address").waitFor();
      },
    },
    {
      name: "inbox",
      what: "The inbox, with a conversation open where there is room",
      who: "owner",
      screens: all,
      go: async (page, origin) => {
        const row = await goToInbox(page, origin);
        if ((page.viewportSize()?.width ?? 0) < 960) return;
        await row.click();
        await page.locator("[data-message]").first().waitFor();
      },
    },
    {
      name: "conversation",
      what: "A conversation",
      who: "owner",
      screens: all,
      go: open("The boat in spring"),
    },
    {
      name: "files",
      what: "A letter with a file",
      who: "owner",
      screens: ends,
      go: open("Minutes of the residents"),
    },
    {
      name: "cannot-open",
      what: "A message that cannot be opened",
      who: "owner",
      screens: ends,
      // Where a list was left, it is again: the inbox is shown from its beginning.
      go: open(/cannot be opened/, "/all"),
    },
    {
      name: "composer",
      what: "Writing a letter",
      who: "owner",
      screens: all,
      go: async (page, origin) => {
        await page.goto(`${origin}/drafts`);
        await page.getByRole("row").filter({ hasText: "roof repair" }).first().click();
        await page.getByLabel("Subject").waitFor();
      },
    },
    {
      name: "sent",
      what: "Sent, one of them still on its way",
      who: "owner",
      screens: ends,
      go: async (page, origin) => {
        await page.goto(`${origin}/sent`);
        await page.getByRole("row").filter({ hasText: "Lunch on the ferry" }).waitFor();
      },
    },
    { name: "drafts", what: "Drafts", who: "owner", screens: ends, go: rows("/drafts", "roof repair") },
    {
      name: "later",
      what: "What comes back later",
      who: "owner",
      screens: ends,
      go: rows("/later", "The chart of the bay"),
    },
    {
      name: "trash",
      what: "What was thrown away",
      who: "owner",
      screens: ends,
      go: rows("/trash", "Choir begins at eight"),
    },
    {
      name: "search",
      what: "What was found",
      who: "owner",
      screens: ends,
      go: async (page, origin) => {
        await page.goto(`${origin}/search?q=roof`);
        await page.getByRole("row").first().waitFor();
      },
    },
    {
      name: "search-nothing",
      what: "Nothing was found",
      who: "owner",
      screens: at("1024 dark", "390 light"),
      go: byPath("/search?q=zeppelin", /./),
    },
    {
      name: "screener",
      what: "Strangers who have written",
      who: "owner",
      screens: ends,
      go: async (page, origin) => {
        await page.goto(`${origin}/screener`);
        await page.getByText("The flat on the second floor").waitFor();
      },
    },
    {
      name: "settings-profile",
      what: "Settings: profile",
      who: "owner",
      screens: ends,
      go: byPath("/settings/profile", "Profile"),
    },
    {
      name: "settings-appearance",
      what: "Settings: appearance",
      who: "owner",
      screens: middle,
      go: byPath("/settings/appearance", "Appearance"),
    },
    {
      name: "settings-notifications",
      what: "Settings: notifications, in a browser that can show none",
      who: "owner",
      screens: ends,
      go: byPath("/settings/notifications", "Notifications"),
    },
    {
      name: "settings-devices",
      what: "Settings: devices",
      who: "owner",
      screens: at("1440 light"),
      go: byPath("/settings/devices", "Devices"),
    },
    {
      name: "add-device",
      what: "Adding a device",
      who: "owner",
      screens: ends,
      go: async (page, origin) => {
        await page.goto(`${origin}/settings/devices`);
        await page.getByRole("button", { name: "Add a device" }).click();
        await page.getByRole("img", { name: "Code that signs another device in" }).waitFor();
      },
    },
    {
      name: "join",
      what: "The device that is added, when its link is not whole",
      who: "nobody",
      screens: at("1024 light", "390 dark"),
      go: byPath("/link#half", "Add this device"),
    },
    {
      name: "settings-privacy",
      what: "Settings: what the server sees",
      who: "owner",
      screens: middle,
      go: byPath("/settings/privacy", "Privacy"),
    },
    {
      name: "settings-recovery",
      what: "Settings: recovery",
      who: "owner",
      screens: at("390 light"),
      go: byPath("/settings/recovery", "Recovery and password"),
    },
    { name: "people", what: "People", who: "owner", screens: ends, go: byPath("/people", "People") },
    {
      name: "person",
      what: "Somebody whose number was compared",
      who: "owner",
      screens: ends,
      go: async (page, origin) => {
        await page.goto(`${origin}/people/${encodeURIComponent(seeded.compared.address)}`);
        await page.getByText("Plans for the garden").first().waitFor();
        await page.getByText("Verified: you and").waitFor();
      },
    },
    {
      name: "verify",
      what: "Comparing numbers",
      who: "owner",
      screens: middle,
      go: async (page, origin) => {
        await page.goto(`${origin}/people/${encodeURIComponent(seeded.compared.address)}`);
        await page
          .getByRole("button", { name: /^(Verify|Show the number)/ })
          .first()
          .click();
        await page.getByRole("img", { name: /^Code for/ }).waitFor();
      },
    },
    {
      name: "admin",
      what: "Running the server",
      who: "owner",
      screens: ends,
      go: byPath("/admin/overview", /./),
    },
    {
      name: "admin-people",
      what: "Running the server: its people",
      who: "owner",
      screens: middle,
      go: byPath("/admin/users", "People"),
    },
    {
      name: "admin-queue",
      what: "Running the server: mail for a server that is down",
      who: "owner",
      screens: ends,
      go: byPath("/admin/queue", "Queue"),
    },
    {
      name: "admin-policy",
      what: "Running the server: its policy",
      who: "owner",
      screens: at("1024 dark"),
      go: byPath("/admin/policy", "Policy"),
    },
    {
      name: "palette",
      what: "Everything by a few keys",
      who: "owner",
      screens: at("1440 dark", "1024 light"),
      go: async (page, origin) => {
        await goToInbox(page, origin);
        await page.keyboard.press("Control+k");
        await page.getByRole("dialog").getByRole("combobox").fill("gar");
        await page.getByRole("option").first().waitFor();
      },
    },
    {
      name: "nowhere",
      what: "An address that leads nowhere",
      who: "owner",
      screens: at("1440 light", "390 dark"),
      go: byPath("/somewhere", "There is nothing at this address"),
    },
    {
      name: "export",
      what: "Taking all mail along",
      who: "owner",
      screens: at("1440 dark", "390 light"),
      go: byPath("/settings/export", "Export"),
    },
    {
      name: "import",
      what: "Bringing old mail",
      who: "owner",
      screens: ends,
      go: byPath("/settings/import", /./),
    },
    {
      name: "empty-inbox",
      what: "An empty inbox",
      who: "newcomer",
      screens: at("1440 light", "390 dark"),
      go: byPath("/inbox", "All clear"),
    },
    {
      name: "empty-screener",
      what: "No strangers",
      who: "newcomer",
      screens: at("390 light"),
      go: byPath("/screener", "No one new"),
    },
    {
      name: "offline",
      what: "The inbox without a network",
      who: "owner",
      screens: at("1440 dark", "390 light"),
      go: async (page, origin) => {
        await goToInbox(page, origin);
        await page.context().setOffline(true);
        await page
          .getByText(/^Offline\. /)
          .first()
          .waitFor();
      },
    },
    {
      name: "phrase",
      what: "The recovery phrase, shown once",
      who: "nobody",
      screens: at("1440 dark", "390 light"),
      go: async (page) => {
        await page.goto(await seeded.invitation());
        await page.getByRole("textbox", { name: "Password" }).fill("a long and quiet winter");
        await page.getByRole("button", { name: "Create my account" }).click();
        await page.getByRole("heading", { name: "Your recovery phrase" }).waitFor();
      },
    },
  ];
}
