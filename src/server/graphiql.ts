import { hash } from "node:crypto";
import { createFiles } from "./files.ts";
import { type Answer, createNotFound } from "./routes.ts";

export interface GraphiQLOptions {
  /** Where GraphQL is served. */
  readonly path: string;
  /** Named operations, each shown in a tab by a browser that has stored no tabs yet. */
  readonly operations: readonly string[];
  readonly title: string;
}

/**
 * Creates what answers with GraphiQL. The page is self-contained and takes 9 MB, so it is rendered and compressed once,
 * when it is first requested; after that, browsers take it from their caches.
 *
 * @throws TypeError if an operation cannot be shown
 */
export function createGraphiQL(options: GraphiQLOptions): Answer {
  // The renderer puts them into a script as they are.
  if (options.operations.some((text) => /<\/script/i.test(text))) {
    throw new TypeError("operations must not contain </script, which would end GraphiQL's own.");
  }
  return createFiles(async () => {
    const content = await render(options);
    const headers = {
      // Clients that accept other types get GraphQL at the same path.
      vary: "accept, accept-encoding, origin",
      "content-security-policy": policyOf(content),
    };
    return new Map([[options.path, { type: "text/html; charset=utf-8", content, headers }]]);
  }, createNotFound(options.path));
}

/**
 * Returns the content security policy of GraphiQL: only the scripts that are in it, and requests to the same origin only.
 * Its editor starts its workers from texts in these scripts, and makes its styles at run time.
 */
function policyOf(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${scriptsOf(html).map(sourceOf).join(" ")}`,
    "worker-src blob:",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "font-src data:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Returns the scripts in a page. By a search, since they are too long for a pattern. */
function scriptsOf(html: string): readonly string[] {
  const scripts: string[] = [];
  for (let at = html.indexOf(OPENING); at >= 0; at = html.indexOf(OPENING, at)) {
    const end = html.indexOf("</script>", at);
    scripts.push(html.slice(at + OPENING.length, end));
    at = end;
  }
  return scripts;
}

const OPENING = "<script>";

/** Browsers hash a script with the ends of its lines as their parser reads them. */
function sourceOf(script: string): string {
  return `'sha256-${hash("sha256", script.replace(/\r\n?/g, "\n"), "base64")}'`;
}

async function render({ path, operations, title }: GraphiQLOptions): Promise<string> {
  // 30 MB in memory, which not every process needs.
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const html = renderGraphiQL({
    title: escapeHtml(title),
    // A browser drops a page from its cache when something is posted to that page's own address.
    endpoint: `${path}?graphiql`,
    defaultTabs: operations.map((query) => ({ query })),
    // Browsers send no headers with a WebSocket, so that GraphiQL's would not identify the caller there.
    subscriptionsProtocol: "SSE",
  });
  const head = html.indexOf("</head>");
  return html.slice(0, head) + additions(operations) + html.slice(head);
}

/** Escapes a text for HTML, into which the renderer puts it as it is. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Keeps tabs in place at the first click on them: GraphiQL's drag and drop leaves a transform on them. */
const STYLE = "<style>.graphiql-tab { transform: none !important; }</style>";

/**
 * Returns what is added to the page's head. GraphiQL's own option for tabs shows an empty one before them after a reload,
 * so the tabs are stored where GraphiQL keeps those of its user.
 */
function additions(operations: readonly string[]): string {
  const tabs = operations.map((query, number) => {
    const title = /(?:query|mutation|subscription) (\w+)/.exec(query)?.[1] ?? "<untitled>";
    const empty = { hash: null, variables: null, headers: null, response: null };
    return { id: `sample-${number}`, title, operationName: title, query, ...empty };
  });
  const state = { activeTabIndex: 0, tabs };
  return `${STYLE}<script>
if (!localStorage.getItem("graphiql:tabState") && ${tabs.length} > 0) {
  localStorage.setItem("graphiql:query", ${literal(operations[0] ?? "")});
  localStorage.setItem("graphiql:tabState", ${literal(JSON.stringify(state))});
}
</script>`;
}

/** Returns a string literal for a script in a page, whose text cannot end the script. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll("<", "\\u003c");
}
