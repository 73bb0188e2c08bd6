// One click for each sample, a clock for each link. Without this file, samples are saved and chosen by hand.
"use strict";

const form = document.getElementById("declare");
const senders = [...document.querySelectorAll("button[data-send]")];
const SHOWN = [
  "content-range", "content-type", "content-disposition", "content-security-policy",
  "x-content-type-options", "cross-origin-resource-policy", "cache-control",
];

async function sample({ send, name, type }) {
  const response = await fetch(send);
  if (!response.ok) {
    throw new Error(`${send}: ${response.status}`);
  }
  return new File([await response.blob()], name, { type });
}

async function sendOne(button) {
  button.disabled = true;
  const held = new DataTransfer();
  held.items.add(await sample(button.dataset));
  form.elements.file.files = held.files; // as if it had been chosen: this is the form's own request
  form.requestSubmit();
}

async function sendAll(button) {
  const attacks = senders.filter((one) => one.closest("#attacks"));
  const progress = document.getElementById("progress");
  button.disabled = true;
  for (const [index, one] of attacks.entries()) {
    progress.value = `Sending ${index + 1} of ${attacks.length}`;
    const fields = new FormData(form);
    fields.set("file", await sample(one.dataset));
    await fetch(location.pathname, { method: "POST", body: fields, redirect: "manual" });
  }
  location.hash = "attacks";
  location.reload();
}

function sending() {
  const all = document.getElementById("send-all");
  for (const button of [...senders, all]) {
    button.hidden = false;
    button.addEventListener("click", () => (button === all ? sendAll(all) : sendOne(button)));
  }
  addEventListener("pageshow", () => {
    for (const button of [...senders, all]) {
      button.disabled = false; // also for who comes back
    }
  });
}

function clocks() {
  const start = performance.now();
  for (const place of document.querySelectorAll("[data-expires]")) {
    const seconds = Number(place.dataset.expires);
    const words = place.querySelector("span");
    const tick = () => {
      const left = Math.ceil(seconds - (performance.now() - start) / 1000);
      place.querySelector("progress").value = Math.max(0, left);
      words.textContent = left > 0
        ? `This link opens it for ${left} more seconds, for whoever has it.`
        : "This link has expired: try it. A new one comes with the page.";
      if (left <= 0) {
        clearInterval(clock);
      }
    };
    const clock = setInterval(tick, 500);
    tick();
  }
}

async function probe(details) {
  const response = await fetch(details.dataset.probe, { headers: { Range: "bytes=0-15" } });
  const first = new Uint8Array(await response.arrayBuffer()).subarray(0, 16);
  const bytes = [...first].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const rows = [
    ["asked for", "bytes 0 to 15"],
    ["answer", `status ${response.status}: ${bytes}`],
    ...SHOWN.map((name) => [name, response.headers.get(name)]).filter(([, value]) => value),
  ];
  details.querySelector("dl").replaceChildren(...rows.map(([name, value]) => {
    const row = document.createElement("div");
    for (const [kind, text] of [["dt", name], ["dd", value]]) {
      row.append(Object.assign(document.createElement(kind), { textContent: text }));
    }
    return row;
  }));
}

function probes() {
  for (const details of document.querySelectorAll("[data-probe]")) {
    details.hidden = false;
    details.addEventListener("toggle", () => details.open && probe(details));
  }
}

for (const comfort of [sending, clocks, probes]) {
  comfort();
}
