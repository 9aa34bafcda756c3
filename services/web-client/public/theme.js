// Runs before the first paint, so that a remembered theme never flashes. A file of its own, because the content
// security policy allows no inline script. The key and its values are those of src/shell/theme.ts.
(() => {
  try {
    const theme = localStorage.getItem('chatbot.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's preference holds then.
  }
})();
