import type { Texts } from './en.ts';
import { pluralsOf } from './plural.ts';

const plural = pluralsOf('de');
const numbers = new Intl.NumberFormat('de');

/** Every text of the interface, in German. */
export const de: Texts = {
  product: 'Chatbot',
  skipToMessage: 'Zum Nachrichtenfeld springen',
  loading: 'Wird geladen …',
  tryAgain: 'Erneut versuchen',
  cancel: 'Abbrechen',
  close: 'Schließen',
  dismiss: 'Ausblenden',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyFailed: 'Kopieren nicht möglich',

  auth: {
    signInTitle: 'Willkommen zurück',
    signInLead: 'Melde dich an und mach dort weiter, wo du aufgehört hast.',
    signUpTitle: 'Konto anlegen',
    signUpLead: 'Ein Konto für diesen Server. Deine Chats bleiben auf ihm.',
    name: 'Name',
    email: 'E-Mail',
    password: 'Passwort',
    passwordHint: 'Mindestens 8 Zeichen. Ein paar Wörter ohne Zusammenhang eignen sich gut.',
    showPassword: 'Passwort anzeigen',
    hidePassword: 'Passwort verbergen',
    signIn: 'Anmelden',
    signUp: 'Konto anlegen',
    signingIn: 'Anmeldung läuft …',
    signingUp: 'Konto wird angelegt …',
    toSignUp: 'Neu hier?',
    toSignUpAction: 'Konto anlegen',
    toSignIn: 'Schon ein Konto?',
    toSignInAction: 'Stattdessen anmelden',
    endedTitle: 'Bitte erneut anmelden',
    ended: 'Deine Sitzung ist abgelaufen. Auf dieser Seite bleibt alles, wie es ist.',
    otherAccount: 'Anderes Konto verwenden',
    pitchTitle: 'Eine begonnene Antwort geht nie verloren.',
    pitch: [
      'Neu laden, Gerät wechseln, Netz verlieren: Die Antwort geht weiter, wo sie war.',
      'Stopp heißt Stopp, auch für das Modell.',
      'Läuft auf deinen Rechnern, mit den Modellen deiner Wahl.',
    ],
    required: {
      name: 'Gib deinen Namen ein.',
      email: 'Gib deine E-Mail-Adresse ein.',
      password: 'Gib dein Passwort ein.',
    },
  },

  strength: {
    label: 'Stärke des Passworts',
    levels: ['Sehr leicht zu erraten', 'Leicht zu erraten', 'Mittel', 'Gut', 'Stark'],
  },

  start: {
    unreachableTitle: 'Der Server antwortet nicht',
    unreachable: 'Es wird von selbst weiter versucht. Was du geschrieben hast, ist noch da.',
  },

  sidebar: {
    region: 'Seitenleiste',
    label: 'Unterhaltungen',
    open: 'Unterhaltungen öffnen',
    close: 'Unterhaltungen schließen',
    newChat: 'Neuer Chat',
    empty: 'Hier erscheinen deine Unterhaltungen.',
    failed: 'Die Unterhaltungen konnten nicht geladen werden.',
    more: 'Ältere anzeigen',
    groups: {
      pinned: 'Angeheftet',
      today: 'Heute',
      yesterday: 'Gestern',
      week: 'Letzte 7 Tage',
      month: 'Letzte 30 Tage',
      older: 'Älter',
    },
    options: (title) => `Optionen für „${title}“`,
    rename: 'Umbenennen',
    untitled: 'Neue Unterhaltung',
  },

  organise: {
    pin: 'Anheften',
    unpin: 'Lösen',
    archive: 'Archivieren',
    unarchive: 'Aus dem Archiv holen',
    archived: (title) => `„${title}“ liegt jetzt im Archiv.`,
    trash: 'In den Papierkorb',
    trashed: (title) => `„${title}“ liegt jetzt im Papierkorb.`,
    restore: 'Wiederherstellen',
    purge: 'Endgültig löschen',
    purgeTitle: 'Diese Unterhaltung endgültig löschen?',
    purgeBody: (title) => `„${title}“ und alle Nachrichten darin lassen sich danach nicht zurückholen.`,
    undo: 'Rückgängig',
    of: (action, title) => `${action}: ${title}`,
    archiveTitle: 'Archiv',
    archiveLead: 'Aus dem Weg, aber auffindbar und unverändert.',
    archiveEmpty: 'Nichts ist archiviert.',
    trashTitle: 'Papierkorb',
    trashLead: 'Was du löschst, bleibt 30 Tage hier, dann ist es weg.',
    trashEmpty: 'Der Papierkorb ist leer.',
    deletedAt: (at) => `Gelöscht am ${at}`,
  },

  rename: { title: 'Unterhaltung umbenennen', label: 'Titel', save: 'Speichern' },

  account: {
    of: 'Konto von',
    menu: 'Konto',
    theme: 'Farbschema',
    themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
    language: 'Sprache',
    signOut: 'Abmelden',
  },

  palette: {
    title: 'Suche und Befehle',
    open: 'Suchen',
    placeholder: 'Unterhaltung oder Befehl finden',
    results: 'Ergebnisse',
    nothing: 'Nichts gefunden.',
    count: (count) => `${numbers.format(count)} ${plural(count, { one: 'Ergebnis', other: 'Ergebnisse' })}`,
    groups: { actions: 'Befehle', conversations: 'Unterhaltungen', settings: 'Einstellungen' },
  },

  shortcuts: {
    title: 'Tastenkürzel',
    ctrl: 'Strg',
    shift: 'Umschalt',
    enter: 'Eingabe',
    names: {
      palette: 'Suche und Befehle',
      newChat: 'Neuer Chat',
      previous: 'Unterhaltung darüber',
      next: 'Unterhaltung darunter',
      focusMessage: 'Zum Nachrichtenfeld',
      send: 'Nachricht senden',
      newLine: 'Neue Zeile',
      stop: 'Antwort stoppen',
      help: 'Diese Liste',
    },
  },

  connection: {
    lost: 'Verbindung unterbrochen – wird wiederhergestellt …',
    restored: 'Wieder verbunden',
  },

  empty: {
    greetings: { morning: 'Guten Morgen', day: 'Guten Tag', evening: 'Guten Abend' },
    lead: 'Woran arbeiten wir?',
    startersLabel: 'Ideen für den Anfang',
    starters: [
      {
        title: 'Etwas erklären',
        prompt: 'Erkläre mir wie einem neugierigen Freund, wie eine Hängebrücke ihre Last trägt.',
      },
      {
        title: 'Eine Nachricht entwerfen',
        prompt:
          'Entwirf eine kurze, freundliche E-Mail, die eine Besprechung von Donnerstag auf nächste Woche verschiebt.',
      },
      {
        title: 'Etwas durchdenken',
        prompt: 'Hilf mir, Mieten gegen Kaufen abzuwägen. Frag zuerst, was du wissen musst.',
      },
      {
        title: 'Code schreiben',
        prompt:
          'Schreibe eine TypeScript-Funktion, die eine Liste nach einem Schlüssel gruppiert, mit kurzem Beispiel.',
      },
    ],
  },

  composer: {
    label: 'Nachricht',
    placeholder: 'Nachricht an Chatbot',
    send: 'Senden',
    stop: 'Stopp',
    hint: 'Die Eingabetaste sendet, Umschalt + Eingabe beginnt eine neue Zeile, Esc stoppt eine Antwort.',
    tooLong: (max) => `Eine Nachricht kann höchstens ${numbers.format(max)} Zeichen haben.`,
    persona: 'Persona',
    model: 'Modell',
    modelDefault: 'Standardmodell',
    modelsLoading: 'Modelle werden geladen …',
    modelsFailed: 'Modelle nicht verfügbar',
    demoTag: 'Demo',
    defaultTag: 'Standard',
    notInstalled: (name) => `${name} ist als Standard eingestellt, aber nicht installiert.`,
    footnote: 'Modelle machen Fehler. Prüfe, worauf es ankommt.',
  },

  demo: {
    title: 'Du sprichst mit der eingebauten Demo,',
    body: 'die kein Sprachmodell ist. Für echte Antworten installiere Ollama, führe',
    command: 'ollama pull llama3.2',
    after: 'aus und starte Chatbot neu.',
  },
  modelServer: {
    down: 'Der Modellserver ist nicht erreichbar; Antworten werden vorerst scheitern.',
    none: 'Auf dem Modellserver ist kein Chat-Modell installiert.',
  },

  thread: {
    label: 'Nachrichten',
    loadingOlder: 'Ältere Nachrichten werden geladen …',
    olderFailed: 'Ältere Nachrichten konnten nicht geladen werden.',
    failed: 'Diese Unterhaltung konnte nicht geladen werden.',
    missingTitle: 'Hier ist nichts',
    missing: 'Diese Unterhaltung gibt es nicht, sie wurde gelöscht, oder sie gehört jemand anderem.',
    beginning: 'Der Anfang dieser Unterhaltung',
    jump: 'Zum Neuesten',
    you: 'Du',
    assistant: 'Assistent',
    edit: 'Bearbeiten',
    editLabel: 'Nachricht bearbeiten',
    editSave: 'Bearbeitete Nachricht senden',
    editHint: 'Hier beginnt ein neuer Zweig; der Rest des bisherigen bleibt auf dem Server.',
    regenerate: 'Neu erzeugen',
    resume: 'Fortsetzen',
    retry: 'Wiederholen',
    discard: 'Verwerfen',
  },

  outbox: {
    sending: 'Wird gesendet …',
    waiting: 'Noch nicht gesendet – wartet auf die Verbindung',
    unsent: 'Nicht gesendet',
  },

  reply: {
    starting: 'Beginnt',
    queued: (position) => (position === undefined ? 'Wartet in der Schlange' : `In der Schlange, Platz ${position}`),
    loading: (model) => (model === undefined ? 'Das Modell wird geladen' : `${model} wird geladen`),
    thinking: 'Denkt nach',
    stopping: 'Wird gestoppt',
    stopped: 'Gestoppt',
    stoppedEmpty: 'Vor dem ersten Wort gestoppt.',
    interrupted: 'Die Antwort wurde unterbrochen. Was angekommen war, bleibt erhalten.',
    failed: 'Die Antwort ist gescheitert.',
    emptyReply: 'Das Modell hat leer geantwortet.',
    otherModel: (used, asked) => `Beantwortet von ${used} statt von ${asked}.`,
    dropped: (count) =>
      `Die Unterhaltung ist länger als das Gedächtnis des Modells: ${plural(count, { one: 'Die älteste Nachricht', other: `Die ${numbers.format(count)} ältesten Nachrichten` })} kannte es nicht.`,
    details: 'Einzelheiten zu dieser Antwort',
    firstToken: (duration) => `erstes Token nach ${duration}`,
    rate: (tokensPerSecond) => `${tokensPerSecond} Token/s`,
    tokens: (count) => `${numbers.format(count)} Token`,
    queuedFor: (duration) => `${duration} in der Schlange`,
    loadedFor: (duration) => `in ${duration} geladen`,
  },

  announce: {
    started: 'Der Assistent antwortet',
    ends: {
      completed: 'Antwort vollständig',
      stopped: 'Antwort gestoppt',
      interrupted: 'Antwort unterbrochen',
      failed: 'Antwort gescheitert',
    },
  },

  markdown: {
    image: (alt) => (alt === '' ? 'Bild' : `Bild: ${alt}`),
    opensNewTab: '(öffnet in einem neuen Tab)',
    code: 'Code',
    plainCode: 'Text',
    copyCode: 'Code kopieren',
    showCode: 'Code anzeigen',
    showDiagram: 'Diagramm anzeigen',
    diagram: 'Diagramm',
    showLines: (count) => `Alle ${numbers.format(count)} Zeilen anzeigen`,
    foldLines: 'Weniger Zeilen anzeigen',
    taskDone: 'erledigt',
    taskOpen: 'offen',
  },

  crash: {
    title: 'Auf dieser Seite ist etwas kaputtgegangen',
    body: 'Nichts Gesendetes ist verloren. Neu laden hilft meistens.',
    reload: 'Neu laden',
  },

  problems: {
    NO_ANSWER: 'Keine Antwort vom Server. Prüfe deine Verbindung und versuche es erneut.',
    INTERNAL: 'Bei uns ist etwas schiefgegangen.',
    UNAVAILABLE: 'Ein Teil des Systems ist gerade nicht verfügbar. Versuche es gleich noch einmal.',
    DEADLINE_EXCEEDED: 'Das hat zu lange gedauert. Versuche es gleich noch einmal.',
    OVERLOADED: 'Der Server ist stark ausgelastet. Versuche es gleich noch einmal.',
    CREDENTIALS_INVALID: 'Die E-Mail-Adresse oder das Passwort stimmt nicht.',
    EMAIL_TAKEN: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto.',
    PASSWORD_TOO_WEAK: 'Dieses Passwort ist zu leicht zu erraten.',
    RATE_LIMITED: 'Das war etwas zu schnell. Warte einen Moment und versuche es erneut.',
    VERSION_CONFLICT: 'Das wurde inzwischen anderswo geändert. Sieh es dir noch einmal an und wiederhole es.',
    GENERATION_RUNNING: 'Hier entsteht noch eine Antwort. Warte auf sie oder stoppe sie zuerst.',
    GENERATION_INTERRUPTED: 'Die Antwort wurde unterbrochen. Was angekommen war, bleibt erhalten.',
    MODEL_NOT_FOUND: 'Dieses Modell ist nicht installiert.',
    MODEL_UNAVAILABLE: 'Der Modellserver ist nicht erreichbar.',
    MODEL_FAILED: 'Der Modellserver hat einen Fehler gemeldet.',
  },
  reference: (requestId) => `Referenz ${requestId}`,
};
