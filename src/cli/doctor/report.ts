import { exitCodes, exitMeanings } from "../exit.ts";
import type { Terminal } from "../terminal.ts";
import type { Finding, Group } from "./finding.ts";

const signs = {
  ok: { sign: "✓", colour: "green" },
  warning: { sign: "!", colour: "yellow" },
  failure: { sign: "✗", colour: "red" },
} as const;

/** The maximum width of the column of checked things. A longer one moves the rest of its line. */
const WIDEST = 32;

/** Returns the text of a group: its title, then each finding with its sign and its state, in columns. */
export function groupText(
  { title, findings }: Group,
  { style, width }: Pick<Terminal, "style" | "width">,
): string {
  const widest = Math.min(WIDEST, Math.max(...findings.map(({ subject }) => subject.length)));
  const lines = findings.map(({ state, subject, message }) => {
    const { sign, colour } = signs[state];
    const head = `${sign} ${state.padEnd("warning".length)}`;
    const indent = 2 + head.length + 2 + widest + 2;
    const text = wrapLines(message, width - indent).join(`\n${" ".repeat(indent)}`);
    return `  ${style(colour, head)}  ${subject.padEnd(widest)}  ${text}`;
  });
  return [style("bold", title), ...lines, ""].join("\n");
}

/** Returns a summary in one line; after a failure, with the exit status. */
export function verdict(findings: readonly Finding[], { style }: Pick<Terminal, "style">): string {
  const failures = findings.filter((each) => each.state === "failure");
  const warnings = count(findings.filter(({ state }) => state === "warning").length, "warning");
  const [first] = failures;
  if (first) {
    const { reason } = first;
    const counts = [count(failures.length, "failure"), warnings].filter(Boolean).join(", ");
    const text = `✗ ${counts}. Exit status ${exitCodes[reason]}: ${exitMeanings[reason]}.`;
    return style("red", text);
  }
  return warnings ? style("yellow", `! ${warnings}.`) : style("green", "✓ No problems found.");
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Breaks a text between words into lines of at most a width. Does not break it if the lines would be too short to read. */
function wrapLines(text: string, width: number): readonly string[] {
  if (width < 20) return [text];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
