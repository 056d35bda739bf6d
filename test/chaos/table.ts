import type { Answer, History, Operation } from "./history.ts";
import { a, vocabulary } from "./words.ts";

/** An answer to a request to change a row. */
interface ChangeAnswer {
  readonly of: Operation;
  readonly start: number;
  readonly end: number;
  readonly answer: Answer;
}

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Returns the history as a table, with a line per phase and one for all. */
export function table(history: History): string {
  const told = toldIn(history);
  const heads = [
    ["phase", "seconds", "operations", "applied", "refused", "errors", "unknown", "lost"],
    ["longest gap", `of ${a(vocabulary[history.table].partition)}`, "p50", "p99"],
  ].flat();
  const partitions = busyIn(told);
  const rows = [...phasesOf(history), wholeOf(history)].map((span) =>
    rowOf(span, told, partitions),
  );
  return columns([heads, ...rows]);
}

/** Returns remarks on the errors and the unknown outcomes. */
export function remarks(history: History): readonly string[] {
  const told = toldIn(history);
  const codes = Map.groupBy(
    told.flatMap(({ answer }) => (answer.said === "error" ? [answer.code] : [])),
    (code) => code,
  );
  const list = [...codes].map(([code, all]) => `${code} ${number(all.length)}`).join(", ");
  const identified = history.operations.filter(({ attempts }) => attempts.some(isUnknown));
  const again = identified.filter(({ operationId }) => operationId !== undefined);
  const applied = again.filter(({ attempts }) =>
    attempts.some(({ answer }) => answer.said === "done"),
  );
  const twice = history.operations.filter(({ attempts }) => attempts.length > 1);
  return [
    `Errors without a change: ${list || "none"}.`,
    `Unknown outcomes: ${number(identified.length)} operations; ${number(again.length)} of them had an id and were repeated: ${number(applied.length)} were applied, at first or then.`,
    `Sent more than once under one id: ${number(twice.length)} operations.`,
    `Sent by subscriptions: ${number(history.sightings.length)} ${vocabulary[history.table].amount}s.`,
  ];
}

function isUnknown({ answer }: { readonly answer: Answer }): boolean {
  return answer.said === "unknown" || answer.said === "lost";
}

function toldIn({ operations }: History): readonly ChangeAnswer[] {
  return operations
    .filter(({ wish }) => wish.kind !== "read")
    .flatMap((of) => of.attempts.map(({ start, end, answer }) => ({ of, start, end, answer })))
    .toSorted((a, b) => a.end - b.end);
}

/** Partitions with at least this share of all operations count as busy. */
const BUSY = 0.05;

/** Returns the busy partitions. Gaps in the others say little, because they get few requests. */
function busyIn(told: readonly ChangeAnswer[]): readonly string[] {
  const all = Map.groupBy(told, ({ of }) => of.partition);
  return [...all].filter(([, { length }]) => length >= BUSY * told.length).map(([name]) => name);
}

function phasesOf({ marks }: History): readonly Span[] {
  const bounds = marks.filter(({ mark }) => mark !== "whole");
  return bounds
    .slice(0, -1)
    .map(({ name, at: from }, i) => ({ name, from, to: bounds[i + 1]!.at }));
}

function wholeOf(history: History): Span {
  const phases = phasesOf(history);
  return { name: "all", from: phases[0]?.from ?? 0, to: phases.at(-1)?.to ?? 0 };
}

function rowOf(
  { name, from, to }: Span,
  all: readonly ChangeAnswer[],
  partitions: readonly string[],
) {
  const told = all.filter(({ end }) => end >= from && end < to);
  const count = (...said: readonly Answer["said"][]) =>
    number(told.filter(({ answer }) => said.includes(answer.said)).length);
  const applied = told.filter(({ answer }) => answer.said === "done");
  const gapIn = (some: readonly ChangeAnswer[]) => longestGap(from, to, some);
  const ofPartition = (partition: string) =>
    gapIn(applied.filter(({ of }) => of.partition === partition));
  const times = told.map(({ start, end }) => end - start).toSorted((a, b) => a - b);
  return [
    name,
    ((to - from) / 1000).toFixed(1),
    number(told.length),
    count("done"),
    count("stale", "range", "missing", "exists"),
    count("error"),
    count("unknown"),
    count("lost"),
    seconds(gapIn(applied)),
    seconds(Math.max(...partitions.map(ofPartition))),
    milliseconds(times[Math.floor(times.length * 0.5)]),
    milliseconds(times[Math.floor(times.length * 0.99)]),
  ];
}

/** Returns the longest time in which nothing was applied. */
function longestGap(from: number, to: number, applied: readonly ChangeAnswer[]): number {
  const ends = [from, ...applied.map(({ end }) => end), to];
  return ends.slice(1).reduce((most, end, i) => Math.max(most, end - ends[i]!), 0);
}

function seconds(time: number): string {
  return `${(time / 1000).toFixed(2)} s`;
}

function milliseconds(time: number | undefined): string {
  return time === undefined ? "" : `${number(Math.round(time))} ms`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

/** Aligns the first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  "),
    )
    .join("\n");
}
