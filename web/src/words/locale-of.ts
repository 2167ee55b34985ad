/** Dates as they are usual where somebody lives. */

/**
 * The first of the browser's locales that is of this language, else the language. Without its modifier: Chromium that is started in
 * the POSIX locale names its own `en-US@posix`, which is no tag (BCP 47) and which Intl throws at.
 */
export function localeOf(language: string, browsers: readonly string[]): string {
  const tags = browsers.map((locale) => locale.split("@")[0] ?? "").filter(isTag);
  return tags.find((tag) => tag.startsWith(`${language}-`)) ?? language;
}

function isTag(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
