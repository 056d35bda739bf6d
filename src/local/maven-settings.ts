/** What a `settings.xml` of Maven says that is needed to reach a repository. */
export interface MavenSettings {
  readonly servers: readonly MavenServer[];
  /** Those that are active. */
  readonly proxies: readonly MavenProxy[];
}

/** How to log in to a repository. */
export interface MavenServer {
  /** The repository's, or the mirror's. */
  readonly id: string;
  readonly username: string | undefined;
  /** As it stands there; Maven's own encryption puts it in braces. */
  readonly password: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface MavenProxy {
  /** Of the URLs that it is for: `http` or `https`; Maven takes that for `http` for both. */
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Hosts that are asked directly, with `|` or commas between; `*` stands for anything. */
  readonly nonProxyHosts: string;
}

/** Reads a `settings.xml`, with `${env.NAME}` from an environment. What it does not know it passes over. */
export function readMavenSettings(
  xml: string,
  environment: Readonly<Record<string, string | undefined>>,
): MavenSettings {
  const plain = xml.replaceAll(/<!--.*?-->/gs, "");
  const textOf = (element: string, name: string): string | undefined =>
    elements(element, name).map((content) => interpolate(unescape(content.trim()), environment))[0];
  return {
    servers: elements(plain, "server").map((server) => ({
      id: textOf(server, "id") ?? "",
      username: textOf(server, "username"),
      password: textOf(server, "password"),
      headers: Object.fromEntries(
        elements(server, "property").map((header) => [
          textOf(header, "name") ?? "",
          textOf(header, "value") ?? "",
        ]),
      ),
    })),
    proxies: elements(plain, "proxy")
      .filter((proxy) => textOf(proxy, "active") !== "false")
      .map((proxy) => ({
        protocol: textOf(proxy, "protocol") ?? "http",
        host: textOf(proxy, "host") ?? "",
        port: textOf(proxy, "port") ?? "8080",
        username: textOf(proxy, "username"),
        password: textOf(proxy, "password"),
        nonProxyHosts: textOf(proxy, "nonProxyHosts") ?? "",
      })),
  };
}

/** The contents of the elements of a name. Those that are read here never contain one of the same name. */
function elements(xml: string, name: string): readonly string[] {
  const found = xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}\\s*>`, "gs"));
  return [...found].map(([, content = ""]) => content);
}

function unescape(text: string): string {
  const [, cdata] = /^<!\[CDATA\[(.*)\]\]>$/s.exec(text) ?? [];
  if (cdata !== undefined) return cdata;
  return text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return entities[name] ?? all;
  });
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function interpolate(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(/\$\{env\.([^}]+)\}/g, (all, name: string) => environment[name] ?? all);
}
