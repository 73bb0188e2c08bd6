// Small comforts. Every page works without this file.
"use strict";

function remember(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // Storage is off: nothing is remembered.
  }
}

function recall(storage, key) {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

function themeButton() {
  const button = document.getElementById("theme");
  const root = document.documentElement;
  const isDark = () =>
    (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(localStorage, "theme", root.dataset.theme);
    show();
  });
  button.hidden = false;
  show();
}

function basketBadge() {
  const badge = document.getElementById("basket-count");
  const now = Number(badge.dataset.count);
  badge.classList.toggle("grew", now > Number(recall(sessionStorage, "basket") ?? now));
  remember(sessionStorage, "basket", String(now));
}

function basketCounts() {
  for (const form of document.querySelectorAll("form.count")) {
    form.querySelector("button").hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
}

function map() {
  const pins = [...document.querySelectorAll(".map .pin")];
  const choose = (chosen) => {
    for (const pin of pins) {
      const place = document.querySelector(pin.getAttribute("href"));
      place.classList.toggle("chosen", pin === chosen);
      pin.setAttribute("aria-current", String(pin === chosen));
    }
  };
  for (const pin of pins) {
    pin.addEventListener("click", (event) => {
      event.preventDefault();
      choose(pin);
    });
  }
  if (pins.length) {
    document.getElementById("map-hint").hidden = false;
    choose(pins.find((pin) => pin.getAttribute("href") === location.hash) ?? pins[0]);
  }
}

function fileSize() {
  const form = document.querySelector("form[data-most]");
  const input = form?.querySelector("input[type=file]");
  input?.addEventListener("change", () => {
    const isTooLarge = [...input.files].some((file) => file.size > form.dataset.most);
    form.querySelector(".warning").hidden = !isTooLarge;
  });
}

for (const comfort of [themeButton, basketBadge, basketCounts, map, fileSize]) {
  comfort();
}
