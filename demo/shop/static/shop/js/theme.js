// Runs before the page is drawn, so that a dark page never flashes white.
"use strict";
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage is off: the colours of the system are used.
}
document.documentElement.classList.add("js");
