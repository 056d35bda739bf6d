import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { Exit } from "./exit.ts";
import { shownPath } from "./import-problem.ts";

/** The packages of which a program may have only one copy: each compares classes and symbols of its own. */
const SINGLE = /^(?:partyfinder|graphql|@pothos\/[^/]+)(?:\/|$)/;

const packageFile = new URL("../../package.json", import.meta.url);

let isUsed = false;

/**
 * Lets `partyfinder/…`, `graphql` and `@pothos/…` resolve to this program's own copies, whichever module imports them. So a
 * file needs no packages beside it, and those that it has make no second copy. Also refuses modules that Node.js would
 * take for CommonJS, before it warns about them in words of its own.
 */
export function useOwnCopies(): void {
  if (isUsed) return;
  isUsed = true;
  const ownModules = readOwnModules();
  registerHooks({
    resolve(specifier, context, next) {
      const own = context.parentURL === import.meta.url ? undefined : ownUrl(specifier, ownModules);
      if (own !== undefined) return { url: own, shortCircuit: true };
      const resolved = next(specifier, context);
      const { url, format } = resolved;
      if (!url.startsWith("file:") || !url.endsWith(".ts") || url.includes("/node_modules/")) {
        return resolved;
      }
      if (format === "commonjs-typescript") throw commonJs(fileURLToPath(url));
      // Without "type" in package.json, Node.js would read the module twice, and print a warning.
      return { ...resolved, format: "module-typescript" };
    },
  });
}

/** Returns the URL of the program's own copy of a module; undefined if it has none. */
function ownUrl(specifier: string, ownModules: ReadonlyMap<string, string>): string | undefined {
  if (!SINGLE.test(specifier)) return undefined;
  const own = ownModules.get(specifier);
  if (own !== undefined) return own;
  if (/^partyfinder(?:\/|$)/.test(specifier)) throw noModule(specifier, [...ownModules.keys()]);
  try {
    return import.meta.resolve(specifier);
  } catch {
    // E.g. a Pothos plugin that only the file's folder has.
    return undefined;
  }
}

/** Returns the URLs of the modules that this package exports. In a clone, they are its sources. */
function readOwnModules(): ReadonlyMap<string, string> {
  const { name, exports } = JSON.parse(readFileSync(packageFile, "utf8")) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  const extension = /\.\w+$/.exec(import.meta.url)![0];
  const modules = Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === "string") return [];
    const module = target.default.replace("./dist/", "../").replace(/\.js$/, extension);
    return [[name + path.slice(1), new URL(module, import.meta.url).href] as const];
  });
  return new Map(modules);
}

function noModule(specifier: string, known: readonly string[]): Exit {
  return new Exit(
    "application",
    `There is no module "${specifier}". Those of partyfinder are ${known.join(", ")}.`,
  );
}

function commonJs(path: string): Exit {
  return new Exit(
    "application",
    `${shownPath(path)} cannot be loaded. It is in a CommonJS package, where Node.js does not know import and export: set "type": "module" in the package.json of its folder, or name it ${shownPath(path.replace(/\.ts$/, ".mts"))}.`,
  );
}
