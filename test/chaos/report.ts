import { check } from "./check.ts";
import type { History } from "./history.ts";
import { writeHistory } from "./history-file.ts";
import { remarks, table } from "./table.ts";

/** What a history comes to. */
export interface Report {
  readonly text: string;
  readonly passed: boolean;
}

/** How many problems are shown; the history has the rest. */
const SHOWN = 20;

/**
 * Checks a history and says what came of it; one that fails is written down.
 *
 * @param file where it is written down already
 */
export async function report(history: History, file?: string): Promise<Report> {
  const { problems, rows, undecided, settled } = check(history);
  const lines = ["", table(history), "", ...remarks(history)];
  lines.push(
    `Lanes: after each return of the last node all ${settled.lanes} told something within ${(settled.longest / 1000).toFixed(1)} s of being asked.`,
  );
  if (undecided > 0)
    lines.push(`Of ${undecided} ${history.table} too many orders are possible to look at all.`);
  if (problems.length === 0) {
    const verdict = `Passed: nothing lost, doubled, reordered or back from the dead in ${rows} ${history.table}.`;
    return { passed: true, text: [...lines, "", verdict].join("\n") };
  }
  const shown = problems.slice(0, SHOWN).map((problem) => `  ${problem}`);
  if (problems.length > SHOWN) shown.push(`  and ${problems.length - SHOWN} more`);
  const path = file ?? (await writeHistory(history));
  const verdict = `Failed: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}. The history is ${path}`;
  return { passed: false, text: [...lines, "", ...shown, "", verdict].join("\n") };
}
