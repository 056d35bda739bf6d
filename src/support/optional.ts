/** An optional package: npm installs it only where somebody asks for it. */
export interface OptionalPackage {
  readonly name: string;
  /** The major version that the code is written for. */
  readonly major: number;
  /** What needs it, as the subject of a sentence: `REDIS_URL`. */
  readonly user: string;
}

/** An optional package is needed and is not installed. The message names the package and the command to install it. */
export class MissingPackage extends Error {
  override readonly name = "MissingPackage";

  constructor({ name, major, user }: OptionalPackage, options?: ErrorOptions) {
    super(`${user} needs the package ${name}: npm install ${name}@${major}`, options);
  }
}

/**
 * Loads an optional package.
 *
 * @param load imports it: `() => import("ioredis")`
 * @throws MissingPackage if it is not installed
 */
export async function loadOptional<Module>(
  load: () => Promise<Module>,
  optional: OptionalPackage,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if (isNotInstalled(cause, optional.name)) throw new MissingPackage(optional, { cause });
    throw cause;
  }
}

/** Whether an import failed because there is no package of that name, rather than in the package itself. */
function isNotInstalled(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.startsWith(`Cannot find package '${name}'`)
  );
}
