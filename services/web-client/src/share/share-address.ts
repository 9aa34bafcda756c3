/** Where a link shows a conversation, to everybody who has it. */
export const SHARED_PATH = '/s/:token';

export function shareAddress(token: string): string {
  return `${window.location.origin}/s/${encodeURIComponent(token)}`;
}
