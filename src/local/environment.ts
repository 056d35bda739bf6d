import { LocalError } from "./error.ts";

/**
 * The failure where a program cannot be started with an environment (`E2BIG`): one variable has more than the system
 * takes (128 KiB on Linux), or all of them together.
 */
export function environmentTooLarge(
  program: string,
  environment: NodeJS.ProcessEnv = process.env,
  cause: unknown,
): LocalError {
  const sizes = Object.entries(environment).map(
    ([name, value = ""]) => [name, Buffer.byteLength(value)] as const,
  );
  const [name, size] = sizes.reduce((largest, each) => (each[1] > largest[1] ? each : largest));
  const message = `The program ${program} cannot be started, for the environment is too large. Its largest variable is ${name}, with ${size} bytes: make it smaller, or take it out of the environment or .env.`;
  return new LocalError("ENVIRONMENT_TOO_LARGE", message, { cause });
}
