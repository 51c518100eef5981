/** What is chosen on a page, in the fragment of its address: kept by reloads and bookmarks, and not sent to servers. */

/** Return the choices in the address. */
export const choices = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Change some choices in the address; empty ones are left out. */
export function choose(changes) {
  const chosen = Object.entries({ ...choices(), ...changes }).filter(([, value]) => value);
  const fragment = new URLSearchParams(chosen).toString();
  history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
}

/** Call `changed` when the user changes the address, for example by going back. */
export const whenChosen = (changed) => addEventListener("hashchange", changed);
