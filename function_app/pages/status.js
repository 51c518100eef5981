/** Why requests failed. The top of a page: who is signed in, and that it loads, or that its requests fail. */

import { make, makeButton, say } from "./dom.js";
import { formatNumber, formatSecond } from "./formats.js";
import { Busy, Fault, Lost, needsSignIn, now, Refused } from "./server.js";
import { askToSignIn, userName } from "./sign_in.js";
import { text } from "./texts.js";

/** Return why an action failed, nothing if a newer one replaced it; `since` is when the server was lost. */
export function reasonOf(error, since = now()) {
  if (error.name === "AbortError") return "";
  if (needsSignIn(error)) return text("signedOut");
  if (error instanceof Refused) {
    const all = error.details.map(({ target, message }) => `${target ?? ""} ${message}`);
    return all.length > 1 ? all.join(" · ") : error.message;
  }
  if (error instanceof Busy) return text("busy", { seconds: formatNumber(Math.ceil(error.wait / 1000)) });
  if (error instanceof Lost) return text("lost", { time: formatSecond(since) });
  if (error instanceof Fault) return text("fault", { id: error.message || "–" });
  console.error(error);
  return text("pageFault");
}

/** Return a function that says after an element why a promise failed, until one does not; `reason` returns it of an error. */
export function tellAfter(element, reason = reasonOf) {
  const fault = make("p", { class: "trouble", role: "alert" });
  const show = (error) => {
    say(fault, reason(error));
    element.after(fault);
  };
  return (promise) => promise.then(() => fault.remove(), show);
}

export class Status {
  #message = make("p", { class: "trouble", role: "alert" });
  #loading = make("p", { class: "loading", role: "status" }, text("loading"));
  #lostSince = 0;
  #again = () => {};
  #user;
  #explain;

  /**
   * Show the status in `box` and the user in `user`; `explain` returns the text of a refusal in the page's own words,
   * null if it has none.
   */
  constructor(box, user, explain) {
    [this.#user, this.#explain] = [user, explain];
    this.signIn = makeButton(text("signIn"), () => this.#signIn(), { hidden: true });
    this.retry = makeButton(text("again"), () => this.#again(), { hidden: true });
    box.replaceChildren(this.#loading, this.#message, this.signIn, this.retry);
  }

  /** Set what the buttons do after a sign-in, and to try again. */
  whenAsked(again) {
    this.#again = again;
  }

  isLoading(yes) {
    this.#loading.hidden = !yes;
    document.querySelector("main").setAttribute("aria-busy", String(yes));
  }

  clear() {
    this.#lostSince = 0;
    this.isLoading(false);
    this.#show("");
    this.#showUser();
  }

  /** Show why a request failed; return after which time to ask again, null if only the user does. */
  fail(error) {
    this.isLoading(false);
    this.#lostSince = error instanceof Lost ? this.#lostSince || now() : 0;
    if (needsSignIn(error)) {
      this.#user.replaceChildren();
      this.#show(reasonOf(error), this.signIn);
    } else if (error instanceof Refused) this.#show(this.#explain(error) ?? text("refused", { message: reasonOf(error) }), this.retry);
    else this.#show(`${reasonOf(error, this.#lostSince)} ${text("asksAgain")}`);
    return error instanceof Refused ? null : (error.wait ?? 30_000);
  }

  #show(message, button = null) {
    say(this.#message, message);
    this.signIn.hidden = button !== this.signIn;
    this.retry.hidden = button !== this.retry;
  }

  async #showUser() {
    const name = await userName();
    if (name) (await import("./user.js")).showUser(this.#user, name);
  }

  async #signIn() {
    try {
      await askToSignIn();
      this.#again();
    } catch (error) {
      this.#show(text("signInFailed", { message: error.message }), this.signIn);
    }
  }
}
