import { pluralsOf } from './plural.ts';

const plural = pluralsOf('en');
const numbers = new Intl.NumberFormat('en');

/** Every text of the interface, in English, which is also what the other languages have to be complete against. */
export const en = {
  product: 'Chatbot',
  skipToMessage: 'Skip to the message box',
  loading: 'Loading…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  dismiss: 'Dismiss',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy',

  auth: {
    signInTitle: 'Welcome back',
    signInLead: 'Sign in to go on where you left off.',
    signUpTitle: 'Create your account',
    signUpLead: 'One account for this server. Your chats stay on it.',
    name: 'Name',
    email: 'Email',
    password: 'Password',
    passwordHint: 'At least 8 characters. A few unrelated words work well.',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    signIn: 'Sign in',
    signUp: 'Create account',
    signingIn: 'Signing in…',
    signingUp: 'Creating account…',
    toSignUp: 'New here?',
    toSignUpAction: 'Create an account',
    toSignIn: 'Have an account?',
    toSignInAction: 'Sign in instead',
    endedTitle: 'Sign in again',
    ended: 'Your session has ended. Everything on this page stays as it is.',
    otherAccount: 'Use another account',
    pitchTitle: 'A reply, once begun, is never lost.',
    pitch: [
      'Reload, change device, lose the network: the answer goes on where it was.',
      'Stop means stop, for the model, too.',
      'Runs on your machines, with the models you choose.',
    ],
    required: {
      name: 'Enter your name.',
      email: 'Enter your email address.',
      password: 'Enter your password.',
    },
  },

  strength: {
    label: 'Strength of the password',
    levels: ['Very easy to guess', 'Easy to guess', 'Fair', 'Good', 'Strong'],
  },

  start: {
    unreachableTitle: 'The server does not answer',
    unreachable: 'Trying again by itself. What you were writing is kept.',
  },

  sidebar: {
    region: 'Sidebar',
    label: 'Conversations',
    open: 'Open conversations',
    close: 'Close conversations',
    newChat: 'New chat',
    empty: 'Your conversations will appear here.',
    failed: 'The conversations could not be loaded.',
    more: 'Show older',
    groups: {
      pinned: 'Pinned',
      today: 'Today',
      yesterday: 'Yesterday',
      week: 'Last 7 days',
      month: 'Last 30 days',
      older: 'Older',
    },
    options: (title: string) => `Options for “${title}”`,
    rename: 'Rename',
    untitled: 'New conversation',
  },

  organise: {
    pin: 'Pin',
    unpin: 'Unpin',
    archive: 'Archive',
    unarchive: 'Take out of the archive',
    archived: (title: string) => `“${title}” is in the archive now.`,
    trash: 'Move to trash',
    trashed: (title: string) => `“${title}” is in the trash now.`,
    restore: 'Restore',
    purge: 'Delete for good',
    purgeTitle: 'Delete this conversation for good?',
    purgeBody: (title: string) => `“${title}” and all its messages cannot be brought back after that.`,
    undo: 'Undo',
    of: (action: string, title: string) => `${action}: ${title}`,
    archiveTitle: 'Archive',
    archiveLead: 'Out of the way, but searchable and as they were.',
    archiveEmpty: 'Nothing is archived.',
    trashTitle: 'Trash',
    trashLead: 'What you delete stays here for 30 days, then it is gone.',
    trashEmpty: 'The trash is empty.',
    deletedAt: (at: string) => `Deleted on ${at}`,
  },

  rename: { title: 'Rename conversation', label: 'Title', save: 'Save' },

  account: {
    of: 'Account of',
    menu: 'Account',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    language: 'Language',
    signOut: 'Sign out',
  },

  palette: {
    title: 'Search and commands',
    open: 'Search',
    placeholder: 'Find a conversation or an action',
    results: 'Results',
    nothing: 'Nothing found.',
    count: (count: number) => `${numbers.format(count)} ${plural(count, { one: 'result', other: 'results' })}`,
    groups: { actions: 'Actions', conversations: 'Conversations', messages: 'Messages', settings: 'Settings' },
  },

  search: {
    title: 'Search',
    lead: 'In every message and title that is not in the trash.',
    label: 'Search for',
    placeholder: 'Words, a "phrase", a prefix*, -without',
    submit: 'Search',
    help: 'A few letters are enough. Put a phrase in quotation marks, end a prefix with *, leave a word out with -.',
    role: 'Written by',
    roles: { any: 'anyone', user: 'people', assistant: 'the assistant' },
    period: 'When',
    periods: { any: 'any time', week: 'last 7 days', month: 'last 30 days', year: 'last year' },
    by: { user: 'Message', assistant: 'Reply', system: 'Instructions' },
    inTitle: 'Title',
    corrected: (query: string) => `Nothing was found as typed. Shown: “${query}”.`,
    nothing: (query: string) => `Nothing was found for “${query}”.`,
    more: 'More results',
    everything: (query: string) => `Search every message for “${query}”`,
  },

  shortcuts: {
    title: 'Keyboard shortcuts',
    ctrl: 'Ctrl',
    shift: 'Shift',
    enter: 'Enter',
    names: {
      palette: 'Search and commands',
      newChat: 'New chat',
      previous: 'Conversation above',
      next: 'Conversation below',
      focusMessage: 'Go to the message box',
      send: 'Send the message',
      newLine: 'New line',
      stop: 'Stop the reply',
      help: 'This list',
    },
  },

  settings: {
    title: 'Settings',
    save: 'Save',
    saved: 'Saved.',
    sections: {
      profile: 'Profile',
      preferences: 'Preferences',
      security: 'Security',
      sessions: 'Sessions',
      data: 'Your data',
    },
    preferences: {
      sendOnEnter: 'Enter sends',
      sendOnEnterNote: 'If off, Enter starts a new line and Ctrl or ⌘ + Enter sends.',
      persona: 'Persona',
      model: 'Model',
      newChats: 'What new chats begin with.',
      standard: 'The server’s default',
    },
    password: {
      title: 'Password',
      lead: 'Changing it ends every other session of yours.',
      current: 'Current password',
      next: 'New password',
      required: 'Enter a new password.',
      submit: 'Change password',
      wrong: 'This is not the current password.',
      changed: (count: number) =>
        count === 0
          ? 'The password is changed.'
          : `The password is changed, and ${numbers.format(count)} other ${plural(count, { one: 'session has', other: 'sessions have' })} ended.`,
    },
    sessions: {
      lead: 'Where your account is signed in. End what you do not recognise, then change your password.',
      current: 'this one',
      unknown: 'Unknown device',
      used: (at: string) => `Last used ${at}`,
      end: 'End session',
      endAll: 'Sign out everywhere',
    },
    data: {
      exportTitle: 'Take your data with you',
      exportLead: 'What is stored about your account, as one JSON file.',
      exportAction: 'Download',
      deleteTitle: 'Delete your account',
      deleteLead:
        'Signs you out everywhere. For a while you can sign in to keep the account; after that everything is removed.',
      deleteQuestion: 'Delete your account?',
      deleteBody: 'Enter your password to confirm.',
      deleteAction: 'Delete account',
      deleted: (at: string) => `Your account will be removed on ${at}. Sign in before then to keep it.`,
    },
  },

  connection: {
    lost: 'Connection lost – reconnecting…',
    restored: 'Connected again',
  },

  empty: {
    greetings: { morning: 'Good morning', day: 'Good afternoon', evening: 'Good evening' },
    lead: 'What shall we work on?',
    startersLabel: 'Ideas to start with',
    starters: [
      {
        title: 'Explain something',
        prompt: 'Explain how a suspension bridge carries its load, as if to a curious friend.',
      },
      {
        title: 'Draft a message',
        prompt: 'Draft a short, friendly email that moves a meeting from Thursday to next week.',
      },
      {
        title: 'Think it through',
        prompt: 'Help me weigh up renting against buying a home. Start by asking what you need to know.',
      },
      {
        title: 'Write some code',
        prompt: 'Write a TypeScript function that groups a list by a key, with a short example.',
      },
    ],
  },

  composer: {
    label: 'Message',
    placeholder: 'Message Chatbot',
    send: 'Send',
    stop: 'Stop',
    hint: 'Enter sends, Shift + Enter starts a new line, Esc stops a reply.',
    hintWithCtrl: 'Ctrl or ⌘ + Enter sends, Enter starts a new line, Esc stops a reply.',
    tooLong: (max: number) => `A message can have at most ${numbers.format(max)} characters.`,
    persona: 'Persona',
    model: 'Model',
    modelDefault: 'Default model',
    modelsLoading: 'Loading models…',
    modelsFailed: 'Models unavailable',
    demoTag: 'demo',
    defaultTag: 'default',
    notInstalled: (name: string) => `${name} is the configured default, but it is not installed.`,
    footnote: 'Models make mistakes. Check what matters.',
  },

  demo: {
    title: 'You are talking to the built-in demo,',
    body: 'which is no language model. For real answers, install Ollama, run',
    command: 'ollama pull llama3.2',
    after: 'and start Chatbot again.',
  },
  modelServer: {
    down: 'The model server cannot be reached, so replies will fail for now.',
    none: 'The model server has no chat model installed.',
  },

  thread: {
    label: 'Messages',
    loadingOlder: 'Loading older messages…',
    upTo: 'This is the branch of one message, down to it.',
    toLatest: 'Show the latest',
    olderFailed: 'Older messages could not be loaded.',
    failed: 'This conversation could not be loaded.',
    missingTitle: 'Nothing here',
    missing: 'This conversation does not exist, was deleted, or belongs to someone else.',
    beginning: 'The beginning of this conversation',
    jump: 'Jump to latest',
    you: 'You',
    assistant: 'Assistant',
    edit: 'Edit',
    editLabel: 'Edit message',
    editSave: 'Send edited message',
    editHint: 'A new branch starts here; the rest of this one is kept on the server.',
    regenerate: 'Regenerate',
    resume: 'Continue',
    retry: 'Retry',
    discard: 'Discard',
  },

  outbox: {
    sending: 'Sending…',
    waiting: 'Not sent yet – waiting for the connection',
    unsent: 'Not sent',
  },

  reply: {
    starting: 'Starting',
    queued: (position: number | undefined) =>
      position === undefined ? 'Waiting in the queue' : `In the queue, place ${position}`,
    loading: (model: string | undefined) => (model === undefined ? 'Loading the model' : `Loading ${model}`),
    thinking: 'Thinking',
    stopping: 'Stopping',
    stopped: 'Stopped',
    stoppedEmpty: 'Stopped before the first word.',
    interrupted: 'The reply was interrupted. What had arrived is kept.',
    failed: 'The reply failed.',
    emptyReply: 'The model gave an empty answer.',
    otherModel: (used: string, asked: string) => `Answered by ${used} instead of ${asked}.`,
    dropped: (count: number) =>
      `The conversation is longer than the model’s memory: it did not see the ${plural(count, { one: 'oldest message', other: `${numbers.format(count)} oldest messages` })}.`,
    details: 'Details of this reply',
    firstToken: (duration: string) => `first token ${duration}`,
    rate: (tokensPerSecond: string) => `${tokensPerSecond} tokens/s`,
    tokens: (count: number) => `${numbers.format(count)} ${plural(count, { one: 'token', other: 'tokens' })}`,
    queuedFor: (duration: string) => `queued ${duration}`,
    loadedFor: (duration: string) => `loaded in ${duration}`,
  },

  announce: {
    started: 'Assistant is replying',
    ends: {
      completed: 'Reply complete',
      stopped: 'Reply stopped',
      interrupted: 'Reply interrupted',
      failed: 'Reply failed',
    },
  },

  markdown: {
    image: (alt: string) => (alt === '' ? 'Image' : `Image: ${alt}`),
    opensNewTab: '(opens in a new tab)',
    code: 'Code',
    plainCode: 'text',
    copyCode: 'Copy code',
    showCode: 'Show code',
    showDiagram: 'Show diagram',
    diagram: 'Diagram',
    showLines: (count: number) => `Show all ${numbers.format(count)} lines`,
    foldLines: 'Show fewer lines',
    taskDone: 'done',
    taskOpen: 'open',
  },

  crash: {
    title: 'Something broke on this page',
    body: 'Nothing that was sent is lost. Reloading usually helps.',
    reload: 'Reload',
  },

  /** By reason of the error catalogue; what is missing here is told in the server's own words. */
  problems: {
    NO_ANSWER: 'No answer from the server. Check your connection and try again.',
    INTERNAL: 'Something went wrong on our side.',
    UNAVAILABLE: 'A part of the system is not available right now. Try again in a moment.',
    DEADLINE_EXCEEDED: 'This took too long. Try again in a moment.',
    OVERLOADED: 'The server is very busy. Try again in a moment.',
    CREDENTIALS_INVALID: 'The email address or the password is not right.',
    EMAIL_TAKEN: 'This email address already has an account.',
    PASSWORD_TOO_WEAK: 'This password is too easy to guess.',
    RATE_LIMITED: 'That was a bit too fast. Wait a moment and try again.',
    VERSION_CONFLICT: 'This was changed elsewhere in the meantime. Look at it again and repeat.',
    GENERATION_RUNNING: 'A reply is still being written here. Wait for it or stop it first.',
    GENERATION_INTERRUPTED: 'The reply was interrupted. What had arrived is kept.',
    MODEL_NOT_FOUND: 'This model is not installed.',
    MODEL_UNAVAILABLE: 'The model server cannot be reached.',
    MODEL_FAILED: 'The model server reported an error.',
  } satisfies Record<string, string> as Record<string, string>,
  reference: (requestId: string) => `Reference ${requestId}`,
};

/** What a language has to say. */
export type Texts = typeof en;
