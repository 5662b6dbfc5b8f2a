// Before the first paint: the reader's choice, if there is one; else the system's, by the style sheet alone.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then there is no choice to remember.
}
