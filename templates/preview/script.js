// Replaces what has changed instead of loading the page anew: after a tap, and after a change of the content. Without this script
// every form loads the page, and works all the same.
"use strict";

const main = document.getElementById("main");

// The page at this address takes the place of the one that is shown. What is being typed, where one is in the lists, and what is
// folded out stay as they are.
async function show(address, { isNew }) {
  let next;
  try {
    const response = await fetch(address);
    next = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    // There is no answer: `next` stays empty.
  }
  if (!next?.getElementById("main")) return notice(document.body.dataset.gone);
  const list = document.getElementById("messages");
  const place = list.scrollTop;
  const isAtEnd = list.scrollHeight - list.clientHeight - place < 8;
  const count = list.children.length;
  const focused = document.activeElement;
  const opened = [...document.querySelectorAll("details[open]")].map((details) => details.id);
  const typed = isNew ? {} : Object.fromEntries(["words", "inline-words"].map((id) => [id, document.getElementById(id)?.value]));
  main.replaceChildren(...next.getElementById("main").childNodes);
  for (const id of ["status", "speak"]) document.getElementById(id).replaceWith(next.getElementById(id));
  document.body.dataset.number = next.body.dataset.number;
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, value] of Object.entries(typed)) if (value !== undefined) document.getElementById(id).value = value;
  const messages = document.getElementById("messages");
  const hasGrown = messages.children.length !== count;
  messages.scrollTop = hasGrown || isAtEnd ? messages.scrollHeight : place;
  if (isNew) reveal(messages);
  refocus(focused);
}

// Of a long answer the beginning is read first, by eye and by ear.
function reveal(messages) {
  const last = messages.lastElementChild;
  messages.scrollTop = last && last.clientHeight > messages.clientHeight ? last.offsetTop - messages.offsetTop : messages.scrollHeight;
  const spoken = document.getElementById("spoken");
  spoken.lang = messages.lang;
  spoken.textContent = last?.querySelector(".text")?.textContent ?? "";
}

// The same control in the new page, or the field for the next message.
function refocus(focused) {
  if (!focused || document.contains(focused)) return;
  const like = [...main.querySelectorAll(focused.tagName)].find(
    (one) => one.id === focused.id && one.name === focused.name && one.value === focused.value && focused.name,
  );
  (document.getElementById(focused.id) || like || document.getElementById("words"))?.focus({ preventScroll: true });
}

function notice(text) {
  const shown = document.getElementById("notice");
  shown.textContent = text;
  shown.hidden = false;
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = new URL("/", location.href);
  address.search = new URLSearchParams(new FormData(event.target, event.submitter));
  history.pushState(null, "", address);
  show(address, { isNew: true });
});

document.addEventListener("change", (event) => {
  if (event.target.form && "now" in event.target.form.dataset) event.target.form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  event.target.closest(".long")?.classList.toggle("open");
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  try {
    await navigator.clipboard.writeText(copy.dataset.copy);
    notice(`${document.body.dataset.copied}: ${copy.dataset.copy}`);
  } catch {
    // The browser does not allow it: what is to be copied can be read.
    notice(copy.dataset.copy);
  }
});

addEventListener("popstate", () => show(location.href, { isNew: true }));

// The server says the number of what it shows now; after an interruption the browser asks again by itself.
new EventSource("/events").addEventListener("message", (event) => {
  if (event.data !== document.body.dataset.number) show(location.href, { isNew: false });
});

reveal(document.getElementById("messages"));
