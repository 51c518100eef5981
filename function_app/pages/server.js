/** Requests to the API that served this page: with token, conditional on ETags, with an error class for each kind of failure; its clock. */

import { accessToken, LONGEST_WAIT } from "./sign_in.js";

export const API = new URL("../../", import.meta.url);
const COARSE = 2_000; // the Date header has whole seconds, and servers renew it once a second
const [NOT_MODIFIED, SIGNED_OUT, TOO_MANY, UNAVAILABLE] = [304, 401, 429, 503];

/** The server rejected the request; `message` and `code` are from its response. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message ?? String(status));
    [this.status, this.code, this.details] = [status, body?.errorCode, body?.details ?? []];
  }
}

/** The server has too many requests, or is not ready; `wait` is when to ask again, in milliseconds. */
export class Busy extends Error {
  constructor(wait) {
    super("busy");
    this.wait = wait;
  }
}

/** The server does not respond, or its answer breaks off; or it does not say how to sign in. */
export class Lost extends Error {
  wait = 0;
}

/** The server failed; the message is the correlation id. */
export class Fault extends Error {}

export const needsSignIn = (error) => error instanceof Refused && error.status === SIGNED_OUT;

const known = new Map(); // the last answer of each path, so that filters do not pile up; not of further pages, which are read once
let skew = 0;

/** The server's time in milliseconds: the local time, corrected by the known difference. */
export const now = () => Date.now() + skew;

/** Return the path of an instance. */
export const pathOf = (instanceId) => `instances/${encodeURIComponent(instanceId)}`;

/** Return the words of a text, and the `$search` by which all of them must occur. */
export const wordsOf = (written) => written.replaceAll('"', " ").split(/\s+/).filter(Boolean);
export const searchOf = (words) => words.map((word) => `"${word}"`).join(" ");

/** Return a text as OData writes it in conditions. */
export const quoted = (value) => `'${value.replaceAll("'", "''")}'`;

/** Read JSON. If nothing has changed, it is the same object as before. */
export async function read(path, query = {}, { signal, headers = {} } = {}) {
  const address = addressOf(path, query);
  const had = known.get(address.pathname)?.href === address.href ? known.get(address.pathname) : null;
  const answer = await answered(address, { headers: { ...headers, ...(had ? { "If-None-Match": had.tag } : {}) }, signal });
  if (answer.status === NOT_MODIFIED && had) return had.body;
  const body = bodyOf(answer);
  const tag = answer.headers.get("ETag");
  if (tag && !address.searchParams.has("$skiptoken")) known.set(address.pathname, { href: address.href, tag, body });
  return body;
}

/** Send a change, and return the body of the answer. */
export async function send(method, path, { query = {}, body, headers = {} } = {}) {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  return bodyOf(await answered(addressOf(path, query), { method, headers: { ...type, ...headers }, ...content }));
}

function addressOf(path, query) {
  const address = new URL(path, API);
  for (const [name, value] of Object.entries(query)) if (value) address.searchParams.set(name, value);
  return address;
}

function bodyOf({ status, headers, text }) {
  const body = parsed(text);
  const wait = 1000 * Number(headers.get("Retry-After"));
  if (status === TOO_MANY || status === UNAVAILABLE) throw new Busy(wait || 5_000);
  if (status >= 500 || body === undefined) throw new Fault(headers.get("x-ms-request-id") ?? "");
  if (status >= 400) throw new Refused(status, body);
  return body;
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return undefined;
  }
}

async function answered(address, { headers, signal, ...options }) {
  try {
    const token = await accessToken();
    const own = { Accept: "application/json", "x-ms-client": "page", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const limits = [AbortSignal.timeout(LONGEST_WAIT), ...(signal ? [signal] : [])];
    const sent = Date.now();
    const response = await fetch(address, { ...options, headers: { ...own, ...headers }, cache: "no-store", signal: AbortSignal.any(limits) });
    const date = Date.parse(response.headers.get("Date"));
    if (!Number.isNaN(date)) skew = Math.min(Math.max(0, date - Date.now()), date + COARSE - sent) || 0;
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Lost("lost", { cause });
  }
}
