const KEY = 'chatbot.hasAccount';

/** True where somebody has signed in before: the page then starts with sign-in instead of sign-up. */
export function hasAccountHere(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export function rememberAccount(): void {
  try {
    localStorage.setItem(KEY, 'yes');
  } catch {
    // Storage is forbidden; the page then starts with sign-up again.
  }
}
