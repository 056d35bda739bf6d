/** The longest line that oxfmt makes. */
const WIDTH = 100;

/** Returns a text as line comments, between words. */
export function commentLines(text: string, indent: number): readonly string[] {
  const start = `${" ".repeat(indent)}//`;
  const lines = [start];
  // The further lines of an item of a list.
  const next = text.startsWith("- ") ? `${start}  ` : start;
  // A line feed in a name or option would end the comment.
  for (const word of text.split(/\s+/u)) {
    const last = lines.length - 1;
    if (lines[last]!.length > start.length && `${lines[last]} ${word}`.length > WIDTH) {
      lines.push(`${next} ${word}`);
    } else lines[last] += ` ${word}`;
  }
  return lines;
}

/** Returns a text as a string literal. As oxfmt, it uses the quotes that need fewer escapes, double ones if equal. */
export function stringCode(text: string): string {
  const escaped = JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const count = (quote: string) => text.split(quote).length - 1;
  if (count('"') <= count("'")) return escaped;
  return `'${escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** Returns the name of a property, in quotes if it needs them. */
export function propertyName(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : stringCode(name);
}

/** An expression, in parts where oxfmt breaks it if it does not fit on a line. */
export type CodeParts =
  | string
  /** A chain of calls, e.g. of `text()`, `.static()` and `.as("name")`. */
  | { readonly chain: readonly [string, ...string[]] }
  | { readonly list: readonly CodeParts[] }
  /** An object, possibly as the last argument of a call: then with what is before and after its braces. */
  | { readonly before?: string; readonly object: readonly string[]; readonly after?: string };

/** Returns a property of an object as lines. */
export function propertyLines(name: string, value: CodeParts, indent: number): readonly string[] {
  const start = " ".repeat(indent);
  const lines = placedLines(`${start}${name}: `, { value, indent });
  if (lines) return lines;
  const whole = onLine(value);
  if (/^["']/.test(whole)) return [`${start}${name}:`, `${start}  ${whole},`];
  return [`${start}// oxfmt-ignore`, `${start}${name}: ${whole},`];
}

function onLine(value: CodeParts): string {
  if (typeof value === "string") return value;
  if ("chain" in value) return value.chain.join("");
  if ("list" in value) return `[${value.list.map(onLine).join(", ")}]`;
  const { before = "", object, after = "" } = value;
  return `${before}{ ${object.join(", ")} }${after}`;
}

interface Placed {
  readonly value: CodeParts;
  readonly indent: number;
}

/** Returns a value as lines, the first of which begins with a text; undefined if oxfmt would break it elsewhere. */
function placedLines(start: string, { value, indent }: Placed): readonly string[] | undefined {
  const line = `${start}${onLine(value)},`;
  if (line.length <= WIDTH && !isLongChain(value)) return [line];
  if (typeof value === "string") return undefined;
  const inner = " ".repeat(indent + 2);
  const outer = " ".repeat(indent);
  if ("list" in value) {
    const items = value.list.map((item) => placedLines(inner, { value: item, indent: indent + 2 }));
    return items.includes(undefined)
      ? undefined
      : [`${start}[`, ...items.flatMap((item) => item!), `${outer}],`];
  }
  if ("object" in value) {
    const { before = "", object, after = "" } = value;
    const entries = object.map((entry) => `${inner}${entry},`);
    return entries.every(fits)
      ? [`${start}${before}{`, ...entries, `${outer}}${after},`]
      : undefined;
  }
  const [first, ...calls] = value.chain;
  const lines = [`${start}${first}`, ...calls.map((call) => inner + call)];
  return calls.length > 1 && lines.every(fits)
    ? [...lines.slice(0, -1), `${lines.at(-1)},`]
    : undefined;
}

function fits(line: string): boolean {
  return line.length <= WIDTH;
}

/** Whether oxfmt writes each call of a chain on a line of its own, although it fits on one. */
function isLongChain(value: CodeParts): boolean {
  if (typeof value === "string" || !("chain" in value) || value.chain.length < 3) return false;
  return depthOf(value.chain[0]) > 3;
}

/** How deep calls are nested in an expression that has no texts. */
function depthOf(code: string): number {
  const inner = code.replaceAll(/\([^()]*\)/g, "");
  return inner === code ? 0 : 1 + depthOf(inner);
}
