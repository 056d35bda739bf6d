import { writeFile } from "node:fs/promises";
import { fileProblem } from "../support/file.ts";
import { Exit } from "./exit.ts";

/** Writes the file that the option `--out` names. @throws Exit with the reason if it cannot be written */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    const message = `--out ${file} cannot be written: ${fileProblem(cause, file)}.`;
    throw new Exit("usage", message, { cause });
  }
}
