import { LocalError } from "./error.ts";

interface TooLargeOptions {
  /** Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly cause: unknown;
}

/**
 * Creates the error for a program that cannot be started because its environment is too large (`E2BIG`): one variable,
 * or all of them together, exceed the limit of the system (128 KiB per variable on Linux).
 */
export function environmentTooLarge(
  program: string,
  { environment = process.env, cause }: TooLargeOptions,
): LocalError {
  const sizes = Object.entries(environment).map(
    ([name, value = ""]) => [name, Buffer.byteLength(value)] as const,
  );
  const [name, size] = sizes.reduce((largest, each) => (each[1] > largest[1] ? each : largest));
  const message = `The program ${program} cannot be started, because the environment is too large. Its largest variable is ${name}, with ${size} bytes: make it smaller, or remove it from the environment or .env.`;
  return new LocalError("ENVIRONMENT_TOO_LARGE", message, { cause });
}
