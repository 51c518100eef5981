// Makes the deadlines of the conformance tests, half a second to ten, as long as those of the other tests.
const real = globalThis.setTimeout;
globalThis.setTimeout = (act, delay, ...rest) => real(act, delay >= 400 ? 20 * delay : delay, ...rest);
