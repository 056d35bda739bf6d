import { hash } from "node:crypto";
import { access, readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createFiles, type File } from "./files.ts";
import { collectModules } from "./modules.ts";
import { type Answer, createNotFound } from "./routes.ts";

/** The types of a page's files by extension. Others are not served. */
const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

const GRAPHIQL_PART = /<!-- graphiql -->.*?<!-- \/graphiql -->/gs;

const SCRIPT = "text/javascript; charset=utf-8";

/**
 * Creates what answers with a page at the prefix, and with its files below `assets/`.
 *
 * `index.html` names the files of the folder as `assets/<folder>/<file>`. Its script is `main.ts` or, built, `main.js`;
 * modules of other folders beside the page's, and of packages, are served as well.
 *
 * What is between `<!-- graphiql -->` and `<!-- /graphiql -->` is left out if there is no GraphiQL to link to.
 *
 * @param given the folder, with or without a slash at its end
 * @throws TypeError if the folder has no `index.html`
 */
export async function createPage(given: URL, options: PageSurroundings): Promise<Answer> {
  const folder = new URL(`${given.href.replace(/\/$/, "")}/`);
  await access(new URL("index.html", folder)).catch((cause: unknown) => {
    throw new TypeError(`page must be a folder with an index.html, but is ${folder.href}.`, {
      cause,
    });
  });
  return createFiles(() => loadPage(folder, options), createNotFound(`${options.path}/`));
}

/** What a page is a part of. */
interface PageSurroundings {
  /** The prefix of all paths, e.g. `/api`. */
  readonly path: string;
  readonly showsGraphiQL: boolean;
}

async function loadPage(
  folder: URL,
  { path, showsGraphiQL }: PageSurroundings,
): Promise<ReadonlyMap<string, File>> {
  const root = new URL("../", folder);
  const assets = `${path}/assets/`;
  const own = `${assets}${folder.href.slice(root.href.length)}`;
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((each) => !each.isDirectory()).map(({ name }) => name);
  const entry = new URL(names.includes("main.ts") ? "main.ts" : "main.js", folder);
  const served = names.filter((name) => Object.hasOwn(types, extname(name)));
  const [html, { code, packages }, ...files] = await Promise.all([
    readFile(new URL("index.html", folder), "utf8"),
    collectModules({ entry, root, prefix: assets }),
    ...served.map(async (name): Promise<[string, File]> => {
      const { href } = pathToFileURL(join(fileURLToPath(folder), name));
      const content = await readFile(new URL(href));
      // As browsers write the name in an address.
      const encoded = href.slice(href.lastIndexOf("/") + 1);
      return [`${own}${encoded}`, { type: types[extname(name)]!, content }];
    }),
  ]);
  const shown = showsGraphiQL ? html : html.replaceAll(GRAPHIQL_PART, "");
  const importMap = JSON.stringify({ imports: packages });
  const page = {
    type: "text/html; charset=utf-8",
    content: shown.replace("</head>", () => `${loading(importMap, [...code.keys()])}</head>`),
    headers: { "content-security-policy": policy(importMap) },
  };
  const modules = [...code].map(([at, content]): [string, File] => [at, { type: SCRIPT, content }]);
  return new Map<string, File>([[`${path}/`, page], ...files, ...modules]);
}

/** Returns what the page's head needs: its script, and preloads, so that modules are fetched at once and not in turn. */
function loading(importMap: string, [entry = "", ...imported]: readonly string[]): string {
  const preloads = imported.map((path) => `<link rel="modulepreload" href="${path}" />\n`);
  return `<script type="importmap">${importMap}</script>
${preloads.join("")}<script type="module" src="${entry}"></script>
`;
}

/**
 * Returns the content security policy: only files of the same origin, and no other page around this one. `'self'` covers
 * WebSockets to the same origin, too.
 */
function policy(importMap: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash("sha256", importMap, "base64")}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
