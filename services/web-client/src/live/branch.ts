import type { InfiniteData } from '@tanstack/react-query';
import type { EndFrame, Message, MessagePage, MessagePatch } from '../api/schemas.ts';
import type { GenerationState } from './frames.ts';

/** The loaded part of one branch: pages[0] is the newest page, each page runs from oldest to newest. */
export type Branch = InfiniteData<BranchPage, PageParameter>;

/** A page, and the end of the branch that it belongs to: the pages before and after it are asked for with the same one. */
export type BranchPage = MessagePage;

/** Where a page starts; the one that is read first, the newest or the one around a message, has neither. */
export type PageParameter = { cursor: string | undefined; leafId: string | undefined };

/** The loaded messages, oldest first. */
export function messagesOf(branch: Branch | undefined): Message[] {
  return branch === undefined ? [] : branch.pages.toReversed().flatMap((page) => page.items);
}

/** The branch of a conversation that was made a moment ago. */
export function branchOf(messages: Message[]): Branch {
  const newest = { cursor: undefined, leafId: undefined };
  const page = { items: messages, nextCursor: undefined, previousCursor: undefined, leafId: undefined };
  return { pages: [page], pageParams: [newest] };
}

/**
 * Puts a message where it belongs. One that is loaded is replaced, unless the loaded one is newer. One below a loaded
 * message becomes the end of the branch; what stood below that message is another branch now. Returns undefined when the
 * place is not loaded: read the branch again.
 */
export function placeMessage(branch: Branch, message: Message): Branch | undefined {
  if (messagesOf(branch).some(({ id }) => id === message.id)) return patchMessage(branch, message);
  if (message.parentId === undefined) {
    const isRootLoaded = branch.pages.at(-1)?.nextCursor === undefined;
    return isRootLoaded ? branchOf([beside(messagesOf(branch)[0], message)]) : undefined;
  }
  const pageIndex = branch.pages.findIndex((page) => page.items.some(({ id }) => id === message.parentId));
  const page = branch.pages[pageIndex];
  if (page === undefined) return undefined;
  const parentIndex = page.items.findIndex(({ id }) => id === message.parentId);
  const replaced = page.items[parentIndex + 1] ?? branch.pages[pageIndex - 1]?.items[0];
  const items = [...page.items.slice(0, parentIndex + 1), beside(replaced, message)];
  return {
    pages: [{ ...page, items }, ...branch.pages.slice(pageIndex + 1)],
    // The parameter of the newest page names no cursor, whichever page has become the newest.
    pageParams: [{ cursor: undefined, leafId: undefined }, ...branch.pageParams.slice(pageIndex + 1)],
  };
}

/** A new message with its siblings, as far as the one that stood in its place tells them. */
function beside(replaced: Message | undefined, message: Message): Message {
  if (replaced === undefined || message.siblingIds !== undefined) return message;
  return { ...message, siblingIds: [...(replaced.siblingIds ?? [replaced.id]), message.id] };
}

/**
 * Takes in messages of the conversation that have changed while nobody listened, those of other branches among them.
 * Loaded ones are changed, and what follows the end of the branch is added. Returns undefined when there is more to it:
 * read the branch again.
 */
export function catchUp(branch: Branch, changed: readonly Message[]): Branch | undefined {
  let next = branch;
  let isWhole = true;
  for (const message of changed.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const known = messagesOf(next);
    if (known.some(({ id }) => id === message.id)) next = patchMessage(next, message);
    else if (message.parentId !== undefined && message.parentId === known.at(-1)?.id)
      next = placeMessage(next, message) ?? next;
    else isWhole = false;
  }
  return isWhole ? next : undefined;
}

/**
 * Takes in messages where one reads around another one: loaded ones are changed, and what follows the end of the branch is added where
 * that end is loaded. Everything else is left as it is, so that nothing moves under the eyes.
 */
export function followAround(branch: Branch, changed: readonly Message[]): Branch {
  return changed
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .reduce((before, message) => appendMessage(patchMessage(before, message), message), branch);
}

function appendMessage(branch: Branch, message: Message): Branch {
  const [newest, ...older] = branch.pages;
  const last = newest?.items.at(-1);
  if (newest === undefined || newest.previousCursor !== undefined || last === undefined) return branch;
  if (message.parentId !== last.id) return branch;
  return { ...branch, pages: [{ ...newest, items: [...newest.items, message] }, ...older] };
}

/**
 * Changes a loaded message by what is given of it; a patch of an older version changes nothing. Nor does one that ends a
 * running reply without its text: the end frame brings the end with the text.
 */
export function patchMessage(branch: Branch, patch: MessagePatch): Branch {
  return mapMessage(branch, patch.id, (message) => {
    const isOlder = patch.version !== undefined && patch.version < message.version;
    const lacksText =
      isRunning(message) &&
      patch.content === undefined &&
      patch.status !== undefined &&
      !isRunning({ status: patch.status });
    return isOlder || lacksText ? message : { ...message, ...definedOf(patch) };
  });
}

/** Writes the end of a reply into its message, until the stored one is read. */
export function settleMessage(branch: Branch, end: EndFrame, state: GenerationState): Branch {
  return mapMessage(branch, end.messageId, (message) => settle(message, end, state));
}

/** The message as the end of its reply leaves it; one that has ended already is left alone. */
export function settle(message: Message, end: EndFrame, state: GenerationState): Message {
  if (!isRunning(message)) return message;
  return {
    ...message,
    content: state.text,
    contentSeq: state.lastSeq,
    status: end.status,
    model: state.model ?? message.model,
    usage: end.usage,
    timings: end.timings,
    problem: end.problem,
  };
}

/** True while a reply is still being written. */
export function isRunning({ status }: Pick<Message, 'status'>): boolean {
  return status === 'pending' || status === 'streaming';
}

function mapMessage(branch: Branch, id: string, change: (message: Message) => Message): Branch {
  const pages = branch.pages.map((page) =>
    page.items.some((message) => message.id === id)
      ? { ...page, items: page.items.map((message) => (message.id === id ? change(message) : message)) }
      : page,
  );
  return { ...branch, pages };
}

function definedOf<T extends object>(patch: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(patch).filter(([, value]) => value !== undefined);
  // Object.fromEntries forgets the keys; these are the keys of T, without those that are undefined.
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
