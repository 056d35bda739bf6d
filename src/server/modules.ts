import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";

/** The ES modules that a browser needs for an entry. */
export interface Modules {
  /** Their JavaScript by the paths under which they import each other, the entry's first. */
  readonly code: ReadonlyMap<string, string>;
  /** The paths of what is imported by the name of a package, as an import map has them. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Collects an entry's module and all that it imports, ours and those of packages. TypeScript loses its types and keeps
 * its places.
 *
 * @param root the folder of our modules, of which one at `page/main.ts` gets the path `<prefix>page/main.ts`
 */
export async function collectModules(entry: URL, root: URL, prefix: string): Promise<Modules> {
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

/** What a module imports, or exports from another. */
function specifiersIn(javaScript: string): readonly string[] {
  const statements = javaScript.matchAll(
    /^(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*["']([^"']+)["']/gm,
  );
  return [...statements].map(([, specifier = ""]) => specifier);
}
