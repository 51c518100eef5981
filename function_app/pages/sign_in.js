/** Sign-in, if the server requires it. Only then the library is loaded. */

export const LONGEST_WAIT = 10_000; // for an answer of the server
const SETTINGS = new URL("../settings", import.meta.url);
let ready = null;

/** Return the token of the signed-in user; null if no sign-in is needed, or no user is signed in. */
export const accessToken = async () => (await prepared())?.token() ?? null;

/** Return the name of the signed-in user; null if no sign-in is needed, or no user is signed in. */
export const userName = async () => (await prepared())?.user ?? null;

/** Ask the user to sign in, in a new window. Call it in a click handler. */
export const askToSignIn = async () => (await prepared()).signIn();

/** Sign the user out of the pages and of Entra, in a new window. Call it in a click handler. */
export const signOut = async () => (await prepared()).signOut();

function prepared() {
  ready ??= prepare().catch((error) => {
    ready = null;
    throw error;
  });
  return ready;
}

async function prepare() {
  const response = await fetch(SETTINGS, { signal: AbortSignal.timeout(LONGEST_WAIT) });
  if (!response.ok) throw new Error(String(response.status));
  const { signIn } = await response.json();
  return signIn ? (await import("./entra.js")).openEntra(signIn) : null;
}
