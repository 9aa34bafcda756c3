export const JOIN_PATH = '/join';

/** Where an invite link leads. The secret stands behind #, which a browser sends to no server, so no log has it. */
export function joinAddress(token: string): string {
  return `${window.location.origin}${JOIN_PATH}#${token}`;
}
