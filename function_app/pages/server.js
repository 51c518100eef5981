/** Requests to the API that served this page: with token and conditional on ETags; and the server's clock. */

import { accessToken } from "./sign_in.js";

const API = new URL("../", import.meta.url);
const LONGEST_WAIT = 10_000;
const COARSE = 2_000; // the Date header has whole seconds, and servers renew it once a second
const SIGNED_OUT = 401;
const NOT_MODIFIED = 304;

/** The server rejected the request; `message` is from its response. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The server does not respond, or is not available; `wait` is its Retry-After in milliseconds. */
export class Lost extends Error {
  constructor(wait = 0) {
    super("lost");
    this.wait = wait;
  }
}

export const needsSignIn = (error) => error instanceof Refused && error.status === SIGNED_OUT;

const known = new Map();
let skew = 0;

/** The server's time in milliseconds: the local time, corrected by the known difference. */
export const now = () => Date.now() + skew;

/** Read JSON. If nothing has changed, it is the same object as before. */
export async function read(path, query = {}, signal = undefined) {
  const address = new URL(path, API);
  for (const [name, value] of Object.entries(query)) if (value) address.searchParams.set(name, value);
  const had = known.get(address.href);
  const token = await accessToken();
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (had) headers["If-None-Match"] = had.tag;
  const response = await answered(address, headers, signal);
  if (response.status === NOT_MODIFIED && had) return had.body;
  const body = await response.json().catch(() => null);
  if (response.status >= 500 || response.status === 429 || (response.ok && body === null)) {
    throw new Lost(1000 * Number(response.headers.get("Retry-After")) || 0);
  }
  if (!response.ok) throw new Refused(response.status, body?.message ?? String(response.status));
  const tag = response.headers.get("ETag");
  if (tag) known.set(address.href, { tag, body });
  return body;
}

async function answered(address, headers, signal) {
  const limits = [AbortSignal.timeout(LONGEST_WAIT), ...(signal ? [signal] : [])];
  const sent = Date.now();
  let response;
  try {
    response = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.any(limits) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Lost();
  }
  const date = Date.parse(response.headers.get("Date"));
  if (!Number.isNaN(date)) skew = Math.min(Math.max(0, date - Date.now()), date + COARSE - sent) || 0;
  return response;
}
