/** `npm run vectors -- DIR`: the published test vectors in DIR, run through our own code. Exit code 1 when one fails. */
import { runVectors } from "./vectors/run.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Which folder holds the published sets? npm run vectors -- DIR");
  process.exitCode = 1;
} else if (!(await runVectors(folder, (line) => console.log(line)))) {
  process.exitCode = 1;
}
