/** An optional package, which npm installs only on request. */
export interface OptionalPackage {
  readonly name: string;
  /** The major version that the code is written for. */
  readonly major: number;
  /** What needs the package, as the subject of a sentence, e.g. `REDIS_URL`. */
  readonly user: string;
}

/** A required optional package is not installed. The message names the package and the command to install it. */
export class MissingPackage extends Error {
  override readonly name = "MissingPackage";

  constructor({ name, major, user }: OptionalPackage, options?: ErrorOptions) {
    super(`${user} needs the package ${name}: npm install ${name}@${major}`, options);
  }
}

/**
 * Loads an optional package.
 *
 * @param load imports the package: `() => import("ioredis")`
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

/** Returns whether an import failed because the package is not installed, rather than within the package. */
function isNotInstalled(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "ERR_MODULE_NOT_FOUND" &&
    error.message.startsWith(`Cannot find package '${name}'`)
  );
}
