/** The id of the message box, where the skip link leads and where the focus goes when it has nowhere else. */
export const COMPOSER_ID = 'composer';
