/**
 * The Chromium that comes from npm, with the libraries and fonts that are in its package, so that a machine needs none
 * of its own. It is unpacked once, into the package's own folder: a newer package brings a newer one.
 */
import { execFile } from "node:child_process";
import { access, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

interface BrowserProgram {
  path: string;
  env: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const packageName = "@sparticuz/chromium";
const unpack = `import chromium from "${packageName}"; await chromium.executablePath();`;

/** The program, which is for Linux on x64 only; takes some seconds the first time. */
export async function npmChromium(): Promise<BrowserProgram> {
  const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve(packageName)));
  const folder = join(packageFolder, "unpacked");
  if (!(await exists(folder))) await unpackInto(folder);
  const fonts = join(folder, "fonts-and-monospace.conf");
  if (!(await exists(fonts))) await writeWhole(fonts, fontsOf(folder));
  return {
    path: join(folder, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
      FONTCONFIG_FILE: fonts,
    },
  };
}

/** Made beside it and renamed, because several tests may do so at the same time and none may find a half. */
async function unpackInto(folder: string): Promise<void> {
  const made = await mkdtemp(`${folder}-`);
  try {
    // The package unpacks into the folder for temporary files, and its libraries only where it takes itself to be at AWS.
    const env = { ...process.env, TMPDIR: made, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" };
    await run(process.execPath, ["--input-type=module", "--eval", unpack], { cwd: import.meta.dirname, env });
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
}

/** As the folder is: nobody may find a half. */
async function writeWhole(path: string, text: string): Promise<void> {
  const made = `${path}-${process.pid}`;
  await writeFile(made, text);
  await rename(made, path);
}

const monospace = ["DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono"];

/**
 * The package's own names folders of AWS. There is no font in it whose letters are all as wide, so those of this machine
 * are taken for that, and nothing else of its fonts: widths of all other words are the same on every machine.
 */
function fontsOf(folder: string): string {
  const names = monospace.map((name) => `<family>${name}</family>`).join("");
  const taken = monospace.map((name) => `<glob>*/${name.replaceAll(" ", "")}*</glob>`).join("");
  const entries = [
    `<dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir>`,
    `<selectfont><rejectfont><glob>/usr/share/fonts/*.*</glob></rejectfont><acceptfont>${taken}</acceptfont></selectfont>`,
    `<alias binding="strong"><family>monospace</family><prefer>${names}</prefer></alias>`,
  ];
  return `<?xml version="1.0"?>\n<fontconfig>${entries.join("")}</fontconfig>\n`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
