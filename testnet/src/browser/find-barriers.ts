import axe from "axe-core";
import type { Page } from "playwright-core";

/** What keeps somebody from using the page as it is now, in light and in dark, by the rules of WCAG 2.2 A and AA: one line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours may still be on their way from one to the other.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
      const result = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
      return result.violations.map(({ id, impact, nodes }) => ({
        id,
        impact: impact ?? "",
        where: nodes.map(({ target, failureSummary }) => `${target.join(" ")}: ${failureSummary ?? ""}`),
      }));
    });
    for (const { id, impact, where } of violations) {
      if (impact === "serious" || impact === "critical")
        found.push(`${colorScheme} ${id} ${where.join(" | ")}`);
    }
  }
  return found;
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
