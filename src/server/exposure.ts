import { isLoopbackName, parseAuthority } from "./authority.ts";
import { hasForeignHost } from "./hosts.ts";

/** What decides who can reach a server, and what they may do. */
export interface ExposureOptions {
  /** The address that it listens on; undefined: its host's, which is not known. */
  readonly listensOn: string | undefined;
  /** By which names it is called, other than those of this machine. */
  readonly hosts: readonly string[];
  /** The pages that may use it, other than its own. */
  readonly origins: readonly string[];
  /** How callers sign in, if they do. */
  readonly signIn: unknown;
  /** Whether the application has a function of its own that makes contexts, and may refuse a caller. */
  readonly hasContext: boolean;
  /** Whether everybody who reaches it is let in. */
  readonly allowAnonymous: boolean;
}

/** Who can reach a server. */
export interface Exposure {
  /** Whether programs of other machines can reach it. */
  readonly isPublic: boolean;
  /** Whether only programs of this machine are let in: nothing else is known of them. */
  readonly isOnlyLocal: boolean;
}

/**
 * Returns who can reach a server.
 *
 * @throws TypeError if everybody can, and nobody has to sign in, unless that is allowed explicitly
 */
export function exposureOf(options: ExposureOptions): Exposure {
  const { listensOn, hosts, origins, signIn, hasContext, allowAnonymous } = options;
  const isOpen = signIn === undefined && !allowAnonymous;
  const why = isOpen ? openness({ listensOn, hosts, origins }) : undefined;
  if (why !== undefined) {
    const own = hasContext ? ' say signIn: "context" if context identifies callers,' : "";
    throw new TypeError(
      `The server would be open to everybody: ${why}, without sign-in. Set up sign-in (AUTH_ISSUER, signIn),${own} or allow everybody (ALLOW_ANONYMOUS=1, allowAnonymous).`,
    );
  }
  // An app on a server of its host does not know where that listens.
  const isPublic = isReachable(options) || (listensOn === undefined && !isOpen);
  return { isPublic, isOnlyLocal: isOpen };
}

/** Returns why everybody could use a server; undefined if not everybody could. */
function openness({ listensOn, hosts, origins }: Opening): string | undefined {
  if (isForeignAddress(listensOn)) return `it listens on ${listensOn} (HOST, host)`;
  if (hasForeignHost(hosts)) return `it is called by ${hosts.join(", ")} (ALLOWED_HOSTS, hosts)`;
  // A browser on this machine would pass on what any page asks.
  return origins.includes("*") ? "every page may use it (ALLOWED_ORIGINS, origins)" : undefined;
}

type Opening = Pick<ExposureOptions, "listensOn" | "hosts" | "origins">;

/** Whether programs of other machines can reach a server. @throws TypeError if a host is none */
export function isReachable({ listensOn, hosts }: Reach): boolean {
  return hasForeignHost(hosts) || isForeignAddress(listensOn);
}

type Reach = Pick<ExposureOptions, "listensOn" | "hosts">;

/** Returns the names by which a server is called because it listens there: none if it listens on all addresses. */
export function hostsOf(listensOn: string | undefined): readonly string[] {
  const name = listensOn === undefined ? undefined : nameOfHost(listensOn);
  return name === undefined || name === "0.0.0.0" || name === "[::]" ? [] : [name];
}

function isForeignAddress(listensOn: string | undefined): boolean {
  if (listensOn === undefined) return false;
  const name = nameOfHost(listensOn);
  return name === undefined || !isLoopbackName(name);
}

function nameOfHost(host: string): string | undefined {
  return parseAuthority(host.includes(":") ? `[${host}]` : host)?.name;
}
