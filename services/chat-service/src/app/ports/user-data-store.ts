/** What belongs to one user. */
export type UserDataStore = {
  /** Removes up to so many of the conversations that the user owns, in the trash or not. How many they were. */
  removeConversations(removal: { userId: string; countMax: number }): Promise<number>;
  /** Ends the user's membership in all conversations of others. */
  leaveAll(userId: string): Promise<void>;
};
