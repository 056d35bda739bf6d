import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";

/** The ES modules that a browser loads for an entry. */
export interface Modules {
  /** JavaScript by path, the entry's first. */
  readonly code: ReadonlyMap<string, string>;
  /** The paths of modules that are imported by a package's name, for an import map. */
  readonly packages: Readonly<Record<string, string>>;
}

export interface CollectOptions {
  readonly entry: URL;
  /** The folder of the entry's own modules: the one at `page/main.ts` gets the path `<prefix>page/main.ts`. */
  readonly root: URL;
  /** What paths begin with, e.g. `/assets/`. */
  readonly prefix: string;
}

/**
 * Collects a module and all that it imports, also from packages. TypeScript's types are stripped, which keeps lines and
 * columns.
 */
export async function collectModules({ entry, root, prefix }: CollectOptions): Promise<Modules> {
  const code = new Map<string, string>();
  const packages: Record<string, string> = {};

  const pathOf = ({ href }: URL) =>
    prefix +
    (href.startsWith(root.href)
      ? href.slice(root.href.length)
      : href.slice(href.lastIndexOf("/node_modules/") + 1));

  async function collect(url: URL): Promise<void> {
    const path = pathOf(url);
    if (code.has(path)) return;
    const javaScript = await javaScriptOf(url);
    code.set(path, javaScript);
    for (const specifier of specifiersIn(javaScript)) {
      const imported = resolve(specifier, url);
      if (!specifier.startsWith(".")) packages[specifier] = pathOf(imported);
      await collect(imported);
    }
  }

  await collect(entry);
  return { code, packages };
}

function resolve(specifier: string, from: URL): URL {
  return new URL(
    specifier.startsWith(".") ? new URL(specifier, from) : import.meta.resolve(specifier),
  );
}

async function javaScriptOf(url: URL): Promise<string> {
  const source = await readFile(url, "utf8");
  return url.pathname.endsWith(".ts") ? stripTypeScriptTypes(source) : source;
}

/** Returns the specifiers that a module imports from, statically. */
function specifiersIn(javaScript: string): readonly string[] {
  const statements = javaScript.matchAll(
    /^(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*["']([^"']+)["']/gm,
  );
  return [...statements].map(([, specifier = ""]) => specifier);
}
