/** The parts of Maven's `settings.xml` that are needed to reach a repository. */
export interface MavenSettings {
  readonly servers: readonly MavenServer[];
  /** The active proxies. */
  readonly proxies: readonly MavenProxy[];
}

/** The login of a repository. */
export interface MavenServer {
  /** The id of the repository or mirror. */
  readonly id: string;
  readonly username: string | undefined;
  /** As written in the file. A password that Maven has encrypted is in braces. */
  readonly password: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface MavenProxy {
  /** The protocol of the URLs that it is for: `http` or `https`. Maven uses a proxy for `http` for both. */
  readonly protocol: string;
  readonly host: string;
  readonly port: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Hosts to connect to directly, separated by `|` or commas. `*` matches anything. */
  readonly nonProxyHosts: string;
}

/** Parses a `settings.xml`, with `${env.NAME}` replaced from an environment. Ignores unknown elements. */
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

/** Returns the contents of all elements of a name. Elements nested in one of the same name are not supported. */
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
