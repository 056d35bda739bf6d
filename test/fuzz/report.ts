import { isUtf8 } from "node:buffer";
import type { Finding, FuzzResult } from "./run.ts";

/** How much of an input is shown, in characters. */
const SHOWN = 1200;

/** How many cases of a finding are shown. */
const CASES_SHOWN = 3;

/** Describes the result of a run, with the command that repeats each case. */
export function report({ seed, findings, answers, before, after }: FuzzResult): string {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const counts = [...answers].map(([name, each]) => `  ${name.padEnd(14)} ${countsOf(each)}`);
  const state = [
    `Memory in use: ${mib(before.used)} MiB after the warm-up, ${mib(after.used)} MiB at the end; resident ${mib(before.resident)} and ${mib(after.resident)} MiB.`,
    `Sockets: ${before.sockets} and ${after.sockets}. Watched: ${before.watched} and ${after.watched}.`,
  ];
  const verdict =
    findings.length === 0
      ? "Passed: nothing crashed, stalled, leaked or was told of the inside."
      : `Failed with seed ${seed}: ${findings.length} ${findings.length === 1 ? "finding" : "findings"}.`;
  const found = findings.flatMap((finding, at) => [`${at + 1}. ${describe(finding, seed)}`, ""]);
  return ["", ...counts, "", ...state, "", ...found, verdict].join("\n");
}

function countsOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([answer, count]) => `${answer} × ${count}`)
    .join(", ");
}

function describe({ what, cases }: Finding, seed: number): string {
  const lines = [cases.length > 1 ? `${what} (${cases.length} cases)` : what];
  for (const { target, number, sent } of cases.slice(0, CASES_SHOWN)) {
    lines.push(
      `   sent:   ${inputText(sent)}`,
      `   repeat: npm run fuzz -- --seed ${seed} --only ${JSON.stringify(target.name)} --case ${number}`,
    );
  }
  return lines.join("\n");
}

/** Returns an input as a JSON string if it is text, else in hexadecimal digits, and cut if it is long. */
function inputText(sent: string | Buffer): string {
  const isText = typeof sent === "string" || isUtf8(sent);
  const text = isText ? JSON.stringify(String(sent)) : `hex ${sent.toString("hex")}`;
  if (text.length <= SHOWN) return text;
  return `${text.slice(0, SHOWN)}… (${Buffer.byteLength(sent)} bytes)`;
}
