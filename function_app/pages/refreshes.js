/** Refreshes on the instance page: start one, see its progress, cancel it, read what it rejected. */

import { make, makeButton, say } from "./dom.js";
import { formatNumber } from "./formats.js";
import { Jobs } from "./jobs.js";
import { read, send } from "./server.js";
import { text } from "./texts.js";

const RUNNING = ["queued", "running"];

export class RefreshesSection {
  #path;
  #jobs;
  #tell;
  #removals = make("input", { type: "checkbox" });
  #start;
  #cancel;
  #progress = make("progress", { max: "1", value: "0", hidden: true, "aria-label": text("progress") });
  #step = make("p", { class: "meta", role: "status" });

  constructor(box, instance, tell) {
    [this.#path, this.#tell] = [`${instance}/workflows/main`, tell];
    this.#start = makeButton(text("startRefresh"), () => this.#change("POST", "jobs", { acceptRemovals: this.#removals.checked ? "true" : "" }));
    this.#cancel = makeButton(text("cancelRefresh"), () => this.#change("DELETE", `jobs/${this.#jobs.newest.jobId}`), { hidden: true });
    const removals = make("label", {}, this.#removals, " ", text("acceptRemovals"));
    box.append(make("p", { class: "links" }, this.#start, removals, this.#cancel), this.#progress, this.#step);
    this.#jobs = new Jobs(box, `${this.#path}/jobs`, tell);
  }

  async show() {
    await this.#jobs.show();
    const job = this.#jobs.newest;
    const isRunning = RUNNING.includes(job?.jobStatus);
    [this.#start.disabled, this.#cancel.hidden, this.#progress.hidden] = [isRunning, !isRunning, !isRunning];
    if (!isRunning) return say(this.#step, "");
    const { partsDone, parts } = job.progress;
    if (parts) this.#progress.value = partsDone / parts;
    const steps = await read(`${this.#path}/status`);
    const current = steps.find((step) => RUNNING.includes(step.status)) ?? steps.at(-1);
    say(this.#step, current ? text("step", { name: current.name, rows: formatNumber(current.progress.rows) }) : text("queued"));
  }

  #change(method, path, query = {}) {
    return this.#tell(send(method, `${this.#path}/${path}`, { query }).then(() => this.show()));
  }
}
