/** Where a message is read: on its branch, with what is around it. */
export function messageAddress({ conversationId, id }: { conversationId: string; id: string }): string {
  return `/c/${conversationId}?message=${id}`;
}
