import { styleText } from "node:util";

/** The terminal at which a command was started. */
export interface Terminal {
  /** Writes a result to standard output, unchanged. */
  readonly print: (text: string) => void;
  /** Writes a line about the progress to standard error. */
  readonly progress: (line: string) => void;
  /** Writes a progress line that the next output replaces. Undefined if standard error is not a terminal. */
  readonly status: ((line: string) => void) | undefined;
  /** Formats a text in colour or bold, if standard output supports it and NO_COLOR is not set. */
  readonly style: (format: Style, text: string) => string;
  /** The number of characters in a line of standard output; infinite for a file or a pipe. */
  readonly width: number;
  /** Aborts when the command is asked to stop. */
  readonly signal: AbortSignal;
}

/** The format of a text. */
export type Style = "bold" | "green" | "yellow" | "red";

/**
 * How long a second signal counts as an echo of the first, in milliseconds: npm forwards a signal that the terminal has
 * already sent to the process.
 */
const ECHO = 1000;

/**
 * Creates the terminal of this process. SIGINT and SIGTERM abort its signal; a second one ends the process immediately.
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
  // If the reader of the output goes away, the command continues without output.
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

/** The streams of a terminal. */
interface Streams {
  readonly stdout: Pick<NodeJS.WriteStream, "write">;
  readonly stderr: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;
}

/** Creates the functions that write. Each first removes the line of the last `status`. */
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
    // A line that wraps could not be removed.
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

/** The reason of the abort when a signal has asked the command to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}
