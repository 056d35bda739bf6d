import { styleText } from "node:util";

/** How a command speaks with the person who started it. */
export interface Terminal {
  /** Writes a result: to standard output, as it is. */
  readonly print: (text: string) => void;
  /** Tells what goes on: to standard error, a line each. */
  readonly progress: (line: string) => void;
  /** Tells what goes on in a line that the next one replaces. Undefined where standard error is no terminal. */
  readonly status: ((line: string) => void) | undefined;
  /** Marks a part of a result by a colour or bold, where standard output shows it and NO_COLOR is not set. */
  readonly style: (format: Style, text: string) => string;
  /** How many characters go in a line of standard output; of a file or a pipe any number. */
  readonly width: number;
  /** Aborted when the command is asked to stop. */
  readonly signal: AbortSignal;
}

/** How a part of a text can look. */
export type Style = "bold" | "green" | "yellow" | "red";

/** How soon after the first a signal is taken for its echo: npm passes on what the terminal sent already. In milliseconds. */
const ECHO = 1000;

/**
 * Makes the terminal of this process: SIGINT and SIGTERM abort its signal. A second one, when the first was not
 * enough, ends the process at once.
 */
export function createTerminal(): Terminal {
  const stop = new AbortController();
  let stoppedAt = 0;
  const onSignal = () => {
    if (stop.signal.aborted && Date.now() - stoppedAt > ECHO) process.exit(130);
    if (stop.signal.aborted) return;
    stoppedAt = Date.now();
    stop.abort(new Stopped());
  };
  // Whoever reads may go away: that ends nothing but the telling.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    ...createWriters(process),
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
    width: process.stdout.isTTY ? process.stdout.columns : Infinity,
    signal: stop.signal,
  };
}

/** Where a terminal writes to. */
interface Streams {
  readonly stdout: Pick<NodeJS.WriteStream, "write">;
  readonly stderr: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;
}

/** Makes the ways to write. Each removes the line that the last `status` left. */
export function createWriters({
  stdout,
  stderr,
}: Streams): Pick<Terminal, "print" | "progress" | "status"> {
  let isPending = false;
  const removePending = () => {
    if (isPending) stderr.write("\r\u001B[K");
    isPending = false;
  };
  const status = (line: string) => {
    removePending();
    // Only one that fits on the screen's line can be removed.
    stderr.write(line.slice(0, stderr.columns - 1));
    isPending = true;
  };
  return {
    print: (text) => {
      removePending();
      stdout.write(`${text}\n`);
    },
    progress: (line) => {
      removePending();
      stderr.write(`${line}\n`);
    },
    status: stderr.isTTY ? status : undefined,
  };
}

/** The reason of a command's abort: somebody asked for it. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}
