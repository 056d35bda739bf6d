import { createFiles } from "./files.ts";
import type { Answer } from "./routes.ts";

/**
 * Makes the GraphiQL page: self-contained, 9 MB, so it is rendered and compressed once, when it is first
 * asked for, and then taken from the browser's cache.
 *
 * @param path where GraphQL is served
 * @param operations named ones, each a tab of a browser that has no tabs of its own yet
 */
export function createGraphiQL(path: string, operations: readonly string[]): Answer {
  return createFiles(async () => {
    const page = { type: "text/html; charset=utf-8", text: await render(path, operations) };
    // At the same path others get GraphQL.
    return new Map([[path, { ...page, headers: { vary: "accept, accept-encoding" } }]]);
  });
}

async function render(path: string, operations: readonly string[]): Promise<string> {
  // 30 MB of text in memory, which not every process needs.
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const html = renderGraphiQL({
    title: "Partyfinder",
    // A browser drops a page from its cache when something is posted to that page's own address.
    endpoint: `${path}?graphiql`,
    defaultTabs: operations.map((query) => ({ query })),
    subscriptionsProtocol: "WS",
  });
  const head = html.indexOf("</head>");
  return html.slice(0, head) + additions(operations) + html.slice(head);
}

/** GraphiQL moves a tab away under the first click on it: a transform of its drag and drop stays behind. */
const STYLE = "<style>.graphiql-tab { transform: none !important; }</style>";

/**
 * What the page's head has beside GraphiQL. Its own option for tabs alone shows them once, and
 * after a reload an empty one before them; so they are put where it keeps those of the person too.
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

/** A string as a script in a page has it: nothing in it can end the script. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll("<", "\\u003c");
}
