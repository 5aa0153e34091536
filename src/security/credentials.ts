import type { Service } from "../lib/service.ts";
import { type AuthSection, type AuthSettings, credentialOf } from "./gateway-auth.ts";
import { loadOrCreateToken } from "./token-file.ts";

export interface AuthSections {
  readonly gateway: AuthSection;
  /** Absent: the page asks for the gateway's own credential. */
  readonly page: AuthSection | undefined;
}

/** What clients must show: from the configuration, and the token that is made and kept where it has none. */
export class Credentials implements Service {
  readonly name = "credentials";
  readonly #tokenFile: string;
  readonly #sections: () => AuthSections;
  #token = "";

  constructor(tokenFile: string, sections: () => AuthSections) {
    this.#tokenFile = tokenFile;
    this.#sections = sections;
  }

  async start(): Promise<void> {
    this.#token = await loadOrCreateToken(this.#tokenFile);
  }

  async stop(): Promise<void> {}

  get settings(): AuthSettings {
    const { gateway, page } = this.#sections();
    return {
      gateway: credentialOf(gateway, this.#token),
      ...(page ? { browser: credentialOf(page, this.#token) } : {}),
    };
  }

  /** What stands in no file of the configuration, by the path it would have. */
  get generated(): Readonly<Record<string, string>> {
    const { gateway } = this.#sections();
    return gateway.mode === "token" && gateway.token === undefined
      ? { "gateway.auth.token": this.#token }
      : {};
  }

  /** What opens the page, for the link in the start line; undefined where no token does. */
  get pageToken(): string | undefined {
    const { gateway, browser = gateway } = this.settings;
    return browser.mode === "token" ? browser.secret : undefined;
  }
}
