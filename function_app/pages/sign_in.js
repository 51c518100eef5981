/** Sign-in by Microsoft Entra, if the server requires it. Only then the library is loaded. */

const LIBRARY = "./msal-browser-4.30.0.min.js";
const SETTINGS = new URL("settings", import.meta.url);
let signIn = null;
let client = null;
let ready = null;

/** Return the token of the signed-in user; null if no sign-in is needed, or no user is signed in. */
export async function accessToken() {
  ready ??= prepare().catch((error) => {
    ready = null;
    throw error;
  });
  await ready;
  const account = client?.getActiveAccount() ?? client?.getAllAccounts()[0];
  if (!account) return null;
  try {
    return (await client.acquireTokenSilent({ scopes: [signIn.scope], account })).accessToken;
  } catch (error) {
    if (error instanceof globalThis.msal.InteractionRequiredAuthError) return null;
    throw error;
  }
}

/** Ask the user to sign in, in a new window. Call it in a click handler. */
export async function askToSignIn() {
  await ready;
  const { account } = await client.acquireTokenPopup({ scopes: [signIn.scope] });
  client.setActiveAccount(account);
}

async function prepare() {
  const response = await fetch(SETTINGS);
  if (!response.ok) throw new Error(String(response.status));
  signIn = (await response.json()).signIn;
  if (!signIn) return;
  await import(LIBRARY);
  client = await globalThis.msal.PublicClientApplication.createPublicClientApplication({
    auth: {
      clientId: signIn.clientId,
      authority: signIn.authority,
      redirectUri: new URL("signed-in.html", import.meta.url).href,
    },
    cache: { cacheLocation: "sessionStorage" },
  });
}
