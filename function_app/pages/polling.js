/** Polling: updates a page, and shows when updates fail. */

import { at, say } from "./dom.js";
import { formatSecond } from "./formats.js";
import { Lost, needsSignIn, now, Refused } from "./server.js";
import { askToSignIn } from "./sign_in.js";
import { text } from "./texts.js";

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 5_000;

/**
 * Run `read` now, and again after `every` milliseconds while the page is visible.
 * Return a function that runs it immediately.
 */
export function keepReading(read, every) {
  let timer = 0;
  let failures = 0;
  let lostSince = 0;
  let isReading = false;
  let isWanted = false;

  async function turn() {
    clearTimeout(timer);
    isWanted = true;
    if (isReading) return;
    isReading = true;
    let pause = every;
    while (isWanted) {
      isWanted = false;
      pause = await tried();
    }
    isReading = false;
    if (!document.hidden) timer = setTimeout(turn, pause);
  }

  async function tried() {
    try {
      await read();
      failures = 0;
      lostSince = 0;
      show("");
      return every;
    } catch (error) {
      failures += 1;
      if (error instanceof Refused) {
        show(needsSignIn(error) ? text("signedOut") : text("refused", { message: error.message }), needsSignIn(error));
        return LONGEST_PAUSE;
      }
      if (!(error instanceof Lost)) console.error(error);
      lostSince ||= now();
      show(text("lost", { time: formatSecond(lostSince) }));
      return Math.max(error.wait ?? 0, Math.min(LONGEST_PAUSE, FIRST_PAUSE * failures));
    }
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : turn()));
  addEventListener("online", turn);
  at("sign-in").addEventListener("click", () =>
    askToSignIn().then(turn, (error) => show(text("signInFailed", { message: error.message }), true)),
  );
  turn();
  return turn;
}

function show(trouble, canSignIn = false) {
  say(at("trouble"), trouble);
  at("sign-in").hidden = !canSignIn;
}
