/**
 * Finds customers by what someone types: keys and addresses of mail exactly, telephone numbers in any spelling, and
 * words of names and other texts, in names also with one accent more. All by ListCustomers.
 */

import { TELEPHONE_NAME } from "./profile.js";
import { quoted, read, searchOf, wordsOf } from "./server.js";

const TELEPHONE = /^\+?[\d\s()./-]{5,}$/;
const MAIL_NAME = /mail/i;
const NAMES = ["FullName", "FirstName", "LastName", "Name"];
const ACCENTED = {
  ...{ a: "áàâäãåā", c: "çćč", d: "đð", e: "éèêëęě", g: "ğ", i: "íìîïı", l: "ł", n: "ñńň", o: "óòôöõøő" },
  ...{ r: "ř", s: "śşšß", t: "ţť", u: "úùûüůű", y: "ýÿ", z: "źżž" },
};
const SEPARATORS = [" ", "-", "."];
const COMPARED = 5; // the last digits, which the service compares; the page compares the others
const LONGEST = 3_500; // letters of a condition; the service takes 4,000

/** Return at most `most` customers of `instance`, the exact hits first; `signal` ends the search. */
export async function findCustomers(instance, written, most, signal) {
  const { attributes, keys, relationships } = await read(`${instance}/manage/entities/Customer`);
  const names = attributes.filter(({ dataType }) => dataType === "Edm.String").map(({ name }) => name);
  const ids = new Set([...keys.flat(), ...relationships].map(({ name }) => name));
  const list = async (query) => (await read(`${instance}/data/Customer`, { ...query, $top: String(most) }, { signal })).value;
  const words = wordsOf(written);
  if (words.length === 1 && /[\d@]/.test(words[0])) {
    const exact = await list({ $filter: isExactly(words[0], names.filter((name) => ids.has(name) || MAIL_NAME.test(name))) });
    if (exact.length) return exact;
  }
  const telephones = names.filter((name) => TELEPHONE_NAME.test(name)).slice(0, 2);
  if (TELEPHONE.test(written.trim()) && telephones.length) {
    const digits = written.replace(/\D/g, "").replace(/^0+/, "");
    const found = digits.length < COMPARED ? [] : await list({ $filter: endsIn(digits, telephones) });
    const same = found.filter((customer) => telephones.some((name) => isSameNumber(customer[name] ?? "", digits)));
    if (same.length) return same;
  }
  const plain = await list({ $search: searchOf(words) });
  const accented = plain.length < most ? isNamed(words, NAMES.filter((name) => names.includes(name))) : null;
  const more = accented ? await list({ $filter: accented }) : [];
  return [...new Map([...plain, ...more].map((customer) => [customer.CustomerId, customer])).values()].slice(0, most);
}

/** Return the condition that one of the attributes is the word; addresses of mail also in lower case. */
function isExactly(word, names) {
  const values = [...new Set([word, word.toLowerCase()])].map(quoted).join(",");
  return names.map((name) => `${name} in (${values})`).join(" or ");
}

/** Return the condition that a telephone number ends in the last digits, with up to two separators between them. */
function endsIn(digits, names) {
  const last = digits.slice(-COMPARED);
  const spellings = [last];
  for (const separator of SEPARATORS) {
    for (let one = 1; one < COMPARED; one++) {
      spellings.push(last.slice(0, one) + separator + last.slice(one));
      for (let two = one + 1; two < COMPARED; two++) spellings.push([last.slice(0, one), last.slice(one, two), last.slice(two)].join(separator));
    }
  }
  return names.flatMap((name) => spellings.map((each) => `endswith(${name},${quoted(each)})`)).join(" or ");
}

function isSameNumber(stored, digits) {
  const known = stored.replace(/\D/g, "").replace(/^0+/, "");
  return known.length >= COMPARED && (known.endsWith(digits) || digits.endsWith(known));
}

/** Return the condition that each word occurs in a name, as it is, without its accents, or with one; null if too long. */
function isNamed(words, names) {
  if (!names.length) return null;
  const test = (spelling) => names.map((name) => `contains(tolower(${name}),${quoted(spelling)})`).join(" or ");
  const condition = words.map((word) => `(${spellingsOf(word.toLowerCase()).map(test).join(" or ")})`).join(" and ");
  return condition.length <= LONGEST ? condition : null;
}

function spellingsOf(word) {
  const bare = [...word].map((letter) => Object.keys(ACCENTED).find((each) => ACCENTED[each].includes(letter)) ?? letter).join("");
  const accented = [...bare].flatMap((letter, place) =>
    [...(ACCENTED[letter] ?? "")].map((other) => bare.slice(0, place) + other + bare.slice(place + 1)),
  );
  return [...new Set([word, bare, ...accented])];
}
