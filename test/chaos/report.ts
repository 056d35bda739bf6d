import { check } from "./check.ts";
import type { History } from "./history.ts";
import { writeHistory } from "./history-file.ts";
import { remarks, table } from "./table.ts";

/** The result of a run. */
export interface Report {
  readonly text: string;
  readonly passed: boolean;
}

/** How many problems are shown. A check of the history finds the rest. */
const SHOWN = 20;

/**
 * Checks a history and reports the result. A history that fails is written to a file.
 *
 * @param file the file that already has the history
 */
export async function report(history: History, file?: string): Promise<Report> {
  const { problems, rows, undecided, settled } = check(history);
  const lines = ["", table(history), "", ...remarks(history)];
  lines.push(
    `Lanes: each time all nodes were back, all ${settled.lanes} lanes answered within ${(settled.longest / 1000).toFixed(1)} s of their first request.`,
  );
  if (undecided > 0)
    lines.push(
      `Undecided: ${undecided} ${history.table} have too many possible orders to check all.`,
    );
  if (problems.length === 0) {
    const verdict = `Passed: nothing was lost, doubled, reordered or restored in ${rows} ${history.table}.`;
    return { passed: true, text: [...lines, "", verdict].join("\n") };
  }
  const shown = problems.slice(0, SHOWN).map((problem) => `  ${problem}`);
  if (problems.length > SHOWN) shown.push(`  and ${problems.length - SHOWN} more`);
  const path = file ?? (await writeHistory(history));
  const verdict = `Failed: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}. The history is ${path}`;
  return { passed: false, text: [...lines, "", ...shown, "", verdict].join("\n") };
}
