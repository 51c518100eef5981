/** The texts of the pages in English: each page adds its own. A file for each other language has all of them. */

const COMMON = {
  loading: "Loading…",
  lost: "The server has not responded since {time}.",
  busy: "The server is busy. It takes requests again in {seconds} s.",
  fault: "The server failed. Report the correlation id {id} if it stays so.",
  pageFault: "The page failed. The browser's console says more.",
  asksAgain: "The page may be out of date, and asks again by itself.",
  refused: "The server responded: {message}",
  noAccess: "You have no role here. Ask an administrator for the role Viewer.",
  noInstance: "There is no instance with this id. The start page lists yours.",
  again: "Try again",
  signIn: "Sign in",
  signOut: "Sign out",
  signedOut: "Sign in to see this page.",
  signInFailed: "Sign-in failed: {message}",
  skip: "Skip to the content",
  home: "Start page",
  usage: "Usage",
  instance: "Instance",
  yes: "Yes",
  no: "No",
  until: "until {time} ({left})",
};

const LANGUAGES = ["en", "ko"];
const language = (locale) => locale.split("-")[0];

/** The language of texts, and the locale of dates and numbers, which any language may have. */
export const LANGUAGE = navigator.languages.map(language).find((each) => LANGUAGES.includes(each)) ?? "en";
export const LOCALE = navigator.language;
const translated = LANGUAGE === "en" ? {} : (await import(`./texts_${LANGUAGE}.js`)).TEXTS;
const chosen = { ...COMMON, ...translated };

/** Add the texts of a page: by key. */
export function addTexts(texts) {
  Object.assign(chosen, texts, translated);
}

/** Return a text in which each `{name}` is replaced by the value in `values`. */
export function text(key, values = {}) {
  return chosen[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Set the texts of all elements with `data-text`. */
export function translatePage() {
  document.documentElement.lang = LANGUAGE;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
}
