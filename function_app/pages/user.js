/** Who is signed in, with a button to sign out; loaded only where users sign in. */

import { make, makeButton } from "./dom.js";
import { signOut } from "./sign_in.js";
import { text } from "./texts.js";

/** Show a user in `box`, once. */
export function showUser(box, name) {
  if (box.firstChild?.textContent === name) return;
  const leave = makeButton(text("signOut"), () => signOut().then(() => location.reload(), () => {}), { class: "tool" });
  box.replaceChildren(make("bdi", {}, name), " ", leave);
}
