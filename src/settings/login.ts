import type { ConnectOptions } from "../cassandra/index.ts";
import { ConfigError, isToken, requireBoth } from "./setting.ts";

/** The settings that can contain a login. */
type LoginSettings = {
  readonly [
    Name in
      | "ASTRA_DB_APPLICATION_TOKEN"
      | "ASTRA_DB_TOKEN"
      | "ASTRA_DB_CLIENT_ID"
      | "ASTRA_DB_CLIENT_SECRET"
      | "CASSANDRA_USERNAME"
      | "CASSANDRA_PASSWORD"
  ]: string | undefined;
};

/** A user name or a password, with the setting that contains it. */
interface LoginPart {
  readonly setting: string;
  readonly value: string;
}

interface Login {
  readonly username: LoginPart | undefined;
  readonly password: LoginPart | undefined;
}

/** Two settings that together contain a login. */
interface LoginPair {
  readonly user: keyof LoginSettings;
  readonly secret: keyof LoginSettings;
}

const astraPair: LoginPair = { user: "ASTRA_DB_CLIENT_ID", secret: "ASTRA_DB_CLIENT_SECRET" };
const cassandraPair: LoginPair = { user: "CASSANDRA_USERNAME", secret: "CASSANDRA_PASSWORD" };

/**
 * Reads the login from the settings that can contain it. Several may be set if they contain the same login.
 *
 * @throws ConfigError naming two settings with different logins, or a setting that is missing
 */
export function readLogin(values: LoginSettings): Pick<ConnectOptions, "credentials"> {
  const logins = [
    tokenLogin(values, "ASTRA_DB_APPLICATION_TOKEN"),
    tokenLogin(values, "ASTRA_DB_TOKEN"),
    pairLogin(values, astraPair),
    pairLogin(values, cassandraPair),
  ];
  requireAgreement(logins.map(({ username }) => username));
  requireAgreement(logins.map(({ password }) => password));
  const whole = logins.find(({ username, password }) => username && password);
  if (!whole?.username || !whole.password) {
    requirePair(values, astraPair);
    requirePair(values, cassandraPair);
    return {};
  }
  return { credentials: { username: whole.username.value, password: whole.password.value } };
}

/** The user name that Astra expects with a token as the password. */
const TOKEN_USER = "token";

function tokenLogin(values: LoginSettings, setting: keyof LoginSettings): Login {
  const value = values[setting];
  if (value === undefined) return { username: undefined, password: undefined };
  return { username: { setting, value: TOKEN_USER }, password: { setting, value } };
}

/** Reads a login of two settings. A token as the password implies its user name. */
function pairLogin(values: LoginSettings, { user, secret }: LoginPair): Login {
  const [name, password] = [values[user], values[secret]];
  if (password !== undefined && isToken(password)) return tokenLogin(values, secret);
  return {
    username: name === undefined ? undefined : { setting: user, value: name },
    password: password === undefined ? undefined : { setting: secret, value: password },
  };
}

/** @throws ConfigError if two settings differ in a part of the login */
function requireAgreement(all: readonly (LoginPart | undefined)[]): void {
  const [first, ...others] = all.filter((each) => each !== undefined);
  const other = others.find(({ value }) => value !== first?.value);
  if (first === undefined || other === undefined) return;
  throw new ConfigError(
    `${first.setting} and ${other.setting} are different logins: set only one of them.`,
  );
}

function requirePair(values: LoginSettings, { user, secret }: LoginPair): void {
  requireBoth({ [user]: values[user], [secret]: values[secret] });
}
