/** Polling: reads again while the page is visible; quickly only while someone is active, or something is due. */

const [SLOW, IDLE] = [5_000, 30_000];
const [ACTIVE, AWAY] = [60_000, 600_000]; // for how long after the last movement it reads quickly, then slowly
const LONGEST_RETRY = 5_000;
const MOVEMENTS = ["pointerdown", "pointermove", "keydown", "wheel", "focus"];

export class Polling {
  #read;
  #status;
  #quick;
  #isDue;
  #timer = 0;
  #closedUntil = 0; // the server takes no request before; infinity after a refusal, which stays one
  #failures = 0;
  #isReading = false;
  #isWanted = false;
  #lastActive = Date.now();

  /** `quick` is the shortest pause in milliseconds; `isDue` says whether something will happen soon. */
  constructor(read, status, { quick = 1_000, isDue = () => false } = {}) {
    [this.#read, this.#status, this.#quick, this.#isDue] = [read, status, quick, isDue];
    for (const movement of MOVEMENTS) addEventListener(movement, () => this.#moved(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(this.#timer) : this.resume()));
    addEventListener("online", () => this.resume());
    status.whenAsked(() => this.now());
  }

  /** Read now, or once more after the current read. */
  async now() {
    clearTimeout(this.#timer);
    this.#isWanted = true;
    if (this.#isReading) return;
    this.#isReading = true;
    let pause = null;
    while (this.#isWanted) {
      this.#isWanted = false;
      pause = await this.#tried();
    }
    this.#isReading = false;
    this.#wait(pause);
  }

  /** Read now, or as soon as the server takes requests again; after a refusal only the viewer asks. */
  resume() {
    const left = this.#closedUntil - Date.now();
    if (left <= 0) this.now();
    else if (left < Infinity) this.#wait(left);
  }

  /** The pause until the next read in milliseconds. */
  get #pause() {
    const still = Date.now() - this.#lastActive;
    if (still < ACTIVE || this.#isDue()) return this.#quick;
    return Math.max(this.#quick, still < AWAY ? SLOW : IDLE);
  }

  #wait(pause) {
    clearTimeout(this.#timer);
    if (pause !== null && !document.hidden) this.#timer = setTimeout(() => this.now(), pause);
  }

  async #tried() {
    try {
      await this.#read();
      this.#failures = this.#closedUntil = 0;
      this.#status.clear();
      return this.#pause;
    } catch (error) {
      this.#failures += 1;
      const wait = this.#status.fail(error);
      this.#closedUntil = wait === null ? Infinity : Date.now() + wait;
      return wait === null ? null : Math.max(wait, Math.min(LONGEST_RETRY, 1_000 * this.#failures));
    }
  }

  /** Note that someone is active; what was put off for long is read now. */
  #moved() {
    const wasIdle = Date.now() - this.#lastActive >= ACTIVE;
    this.#lastActive = Date.now();
    if (wasIdle && this.#failures === 0) this.now();
  }
}
