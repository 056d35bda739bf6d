import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { createFiles, type File } from "./files.ts";
import { collectModules } from "./modules.ts";
import type { Answer } from "./routes.ts";

/** Under what the page's files are, but for itself, which is at `/`. */
export const ASSETS = "/assets/";

/** Where the modules lie beside which this one was built, or was not: TypeScript in `src`, JavaScript in `dist`. */
const root = new URL("../", import.meta.url);

/** Makes what answers with the page and its files. */
export function createPage(): Answer {
  return createFiles(loadPage);
}

async function loadPage(): Promise<ReadonlyMap<string, File>> {
  const read = (name: string) => readFile(new URL(`page/${name}`, root), "utf8");
  const entry = new URL(`page/main${extname(import.meta.url)}`, root);
  const [html, style, icon, { code, packages }] = await Promise.all([
    read("index.html"),
    read("style.css"),
    read("icon.svg"),
    collectModules(entry, root, ASSETS),
  ]);
  const importMap = JSON.stringify({ imports: packages });
  const modules = [...code].map(([path, text]) => [path, { type: types.script, text }] as const);
  return new Map<string, File>([
    [
      "/",
      {
        type: types.page,
        text: html.replace("</head>", () => `${loading(importMap, [...code.keys()])}</head>`),
        headers: { "content-security-policy": policy(importMap) },
      },
    ],
    [`${ASSETS}page/style.css`, { type: types.style, text: style }],
    [`${ASSETS}page/icon.svg`, { type: types.icon, text: icon }],
    ...modules,
  ]);
}

const types = {
  page: "text/html; charset=utf-8",
  style: "text/css; charset=utf-8",
  script: "text/javascript; charset=utf-8",
  icon: "image/svg+xml",
} as const;

/** What the page's head has beside what stands in its file: all modules at once, in the place of one behind another. */
function loading(importMap: string, [entry = "", ...imported]: readonly string[]): string {
  const preloads = imported.map((path) => `<link rel="modulepreload" href="${path}" />\n`);
  return `<script type="importmap">${importMap}</script>
${preloads.join("")}<script type="module" src="${entry}"></script>
`;
}

/** Nothing but its own files, and nobody else's page around it. Sockets to where it comes from are of `'self'`, too. */
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
