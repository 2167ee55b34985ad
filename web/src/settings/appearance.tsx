import type { ReactElement } from "react";
import { afterArchives, changeLook, densities, keptLook, textSizes, themes, useLook } from "../state/look.ts";
import { Segments } from "../ui/segments.tsx";
import { Select } from "../ui/select.tsx";
import { Switch } from "../ui/switch.tsx";
import { chooseLanguage, languages, say, speak } from "../words/words.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

/** Kept on this device: another screen wants another look. */
export function Appearance(): ReactElement {
  const look = useLook();
  const [theme, density, size, language] = [useDoing(), useDoing(), useDoing(), useDoing()];
  const [after, wide] = [useDoing(), useDoing()];
  return (
    <>
      <p className={style.sentence}>{say("settings.appearanceSentence")}</p>
      <Row row="theme" doing={theme}>
        {(ids) => (
          <Segments
            {...ids}
            value={look.theme}
            choices={themes.map((value) => ({ value, words: say(`settings.theme.${value}`) }))}
            onChange={(value) => void theme.run(async () => changeLook({ theme: value }))}
          />
        )}
      </Row>
      <Row row="density" help={say("settings.densityHelp")} doing={density}>
        {(ids) => (
          <Segments
            {...ids}
            value={look.density}
            choices={densities.map((value) => ({ value, words: say(`settings.density.${value}`) }))}
            onChange={(value) => void density.run(async () => changeLook({ density: value }))}
          />
        )}
      </Row>
      <Row row="wideList" help={say("settings.wideListHelp")} doing={wide}>
        {({ labelledBy, describedBy }) => (
          <Switch
            aria-labelledby={labelledBy}
            aria-describedby={describedBy}
            isOn={look.isListWide}
            onChange={(isOn) => void wide.run(async () => changeLook({ isListWide: isOn }))}
          />
        )}
      </Row>
      <Row row="textSize" doing={size}>
        {({ labelledBy }) => (
          <Select
            aria-labelledby={labelledBy}
            value={look.textSize}
            onChange={({ target }) =>
              void size.run(async () => changeLook({ textSize: Number(target.value) }))
            }
          >
            {textSizes.map((percent) => (
              <option key={percent} value={percent}>
                {say("settings.percent", { percent })}
              </option>
            ))}
          </Select>
        )}
      </Row>
      <Row row="language" doing={language}>
        {({ labelledBy }) => (
          <Select
            aria-labelledby={labelledBy}
            value={look.language ?? ""}
            onChange={({ target }) =>
              void language.run(async () => {
                changeLook({ language: target.value === "" ? undefined : target.value });
                await speak(chooseLanguage(keptLook().language, navigator.languages));
              })
            }
          >
            <option value="">{say("settings.languageOfBrowser")}</option>
            {Object.entries(languages).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Row>
      <Row row="afterArchive" help={say("settings.afterArchiveHelp")} doing={after}>
        {(ids) => (
          <Segments
            {...ids}
            value={look.afterArchive}
            choices={afterArchives.map((value) => ({ value, words: say(`settings.afterArchive.${value}`) }))}
            onChange={(value) => void after.run(async () => changeLook({ afterArchive: value }))}
          />
        )}
      </Row>
    </>
  );
}
