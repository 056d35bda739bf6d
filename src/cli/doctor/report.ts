import { exitCodes, exitMeanings } from "../exit.ts";
import type { Terminal } from "../terminal.ts";
import type { Finding, Group } from "./finding.ts";

const signs = {
  ok: { sign: "✓", colour: "green" },
  warning: { sign: "!", colour: "yellow" },
  failure: { sign: "✗", colour: "red" },
} as const;

/** How wide the column of what was looked at may get; what is longer pushes the rest of its line. */
const WIDEST = 32;

/** Shows a group: its title, then each finding with its sign and its word, in columns. */
export function groupText(
  { title, findings }: Group,
  { style, width }: Pick<Terminal, "style" | "width">,
): string {
  const widest = Math.min(WIDEST, Math.max(...findings.map(({ what }) => what.length)));
  const lines = findings.map(({ state, what, found }) => {
    const { sign, colour } = signs[state];
    const head = `${sign} ${state.padEnd("warning".length)}`;
    const indent = 2 + head.length + 2 + widest + 2;
    const text = fold(found, width - indent).join(`\n${" ".repeat(indent)}`);
    return `  ${style(colour, head)}  ${what.padEnd(widest)}  ${text}`;
  });
  return [style("bold", title), ...lines, ""].join("\n");
}

/** Says in one line whether all is well, and if not, with what exit status the command ends. */
export function verdict(findings: readonly Finding[], { style }: Pick<Terminal, "style">): string {
  const failures = findings.filter((each) => each.state === "failure");
  const warnings = count(findings.filter(({ state }) => state === "warning").length, "warning");
  const [first] = failures;
  if (first) {
    const { reason } = first;
    const counts = [count(failures.length, "failure"), warnings].filter(Boolean).join(", ");
    const text = `✗ Not well: ${counts}. Exit status ${exitCodes[reason]}: ${exitMeanings[reason]}.`;
    return style("red", text);
  }
  return warnings ? style("yellow", `! Well, but ${warnings}.`) : style("green", "✓ All is well.");
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** Breaks a text between words into lines of a width; one too narrow to read is left alone. */
function fold(text: string, width: number): readonly string[] {
  if (width < 20) return [text];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
