/** Sign-in by Microsoft Entra with its library, MSAL; loaded only if the server requires it. */

import "./msal-browser-4.30.0.min.js";

const BACK = new URL("../signed-in.html", import.meta.url).href;
const SILENT_MS = 5_000; // browsers that block the cookies of Entra in a frame never answer

/** Return a client of Entra with the account that the browser is signed in with, if that can be known. */
export async function openEntra({ clientId, authority, scope }) {
  const client = await globalThis.msal.PublicClientApplication.createPublicClientApplication({
    auth: { clientId, authority, redirectUri: BACK },
    cache: { cacheLocation: "localStorage" }, // encrypted by MSAL; all tabs of a browser share it
    system: { iframeHashTimeout: SILENT_MS },
  });
  const entra = new Entra(client, [scope]);
  await entra.find();
  return entra;
}

class Entra {
  #client;
  #scopes;

  constructor(client, scopes) {
    [this.#client, this.#scopes] = [client, scopes];
  }

  /** Find who is signed in: in this browser, or else to Entra. */
  async find() {
    const known = this.#client.getActiveAccount() ?? this.#client.getAllAccounts()[0];
    this.#client.setActiveAccount(known ?? (await this.#silent()));
  }

  async #silent() {
    try {
      return (await this.#client.ssoSilent({ scopes: this.#scopes })).account;
    } catch {
      return null; // no account, several accounts, or a browser that hides them from frames
    }
  }

  get user() {
    const account = this.#client.getActiveAccount();
    return account ? account.name || account.username : null;
  }

  async token() {
    const account = this.#client.getActiveAccount();
    if (!account) return null;
    try {
      return (await this.#client.acquireTokenSilent({ scopes: this.#scopes, account })).accessToken;
    } catch (error) {
      if (error instanceof globalThis.msal.InteractionRequiredAuthError) return null;
      throw error;
    }
  }

  async signIn() {
    const { account } = await this.#client.acquireTokenPopup({ scopes: this.#scopes });
    this.#client.setActiveAccount(account);
  }

  async signOut() {
    await this.#client.logoutPopup({ account: this.#client.getActiveAccount(), postLogoutRedirectUri: BACK });
  }
}
