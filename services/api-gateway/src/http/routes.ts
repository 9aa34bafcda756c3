import { getActivity, getActivityTotals } from './activity/routes.ts';
import { deleteUserSecondFactor, listUsers, setUserRole } from './admin/users.ts';
import { pullModel } from './ai/pull-model.ts';
import { listModels } from './ai/routes.ts';
import { exportConversation, exportConversations, importConversations } from './archive/routes.ts';
import { login, logout, logoutAll, refresh, register } from './auth/routes.ts';
import { listSessions, revokeSession } from './auth/sessions.ts';
import { listChanges } from './changes/routes.ts';
import {
  changeConversations,
  createConversation,
  deleteConversation,
  getConversation,
  listConversations,
  listMessages,
  restoreConversation,
  updateConversation,
} from './conversations/routes.ts';
import { createFolder, deleteFolder, listFolders, listTags, updateFolder } from './folders/routes.ts';
import { continueGeneration, getGeneration, stopGeneration, streamGeneration } from './generations/routes.ts';
import { createInvite, listInvites, revokeInvite } from './invites/routes.ts';
import { acceptInvite, listMembers, removeMember, setMember, updateMember } from './members/routes.ts';
import { editMessage, postMessage, regenerateMessage, setFeedback } from './messages/routes.ts';
import { createPersona, deletePersona, listPersonas, updatePersona } from './personas/routes.ts';
import { getQuota } from './quota/routes.ts';
import type { Route } from './route.ts';
import { search } from './search/routes.ts';
import { copyShared, createShare, getShared, listShares, revokeShare } from './shares/routes.ts';
import { exportMe } from './users/export.ts';
import { getPreferences, putPreferences } from './users/preferences.ts';
import { changePassword, deleteMe, getMe, updateMe } from './users/routes.ts';
import {
  confirmSecondFactor,
  createRecoveryCodes,
  createSecondFactor,
  deleteSecondFactor,
  getSecondFactor,
} from './users/second-factor.ts';

/** Every route below /api/v1. */
export const routes: readonly Route[] = [
  register,
  login,
  refresh,
  logout,
  logoutAll,
  listSessions,
  revokeSession,
  getMe,
  updateMe,
  getQuota,
  getActivity,
  getActivityTotals,
  deleteMe,
  changePassword,
  getPreferences,
  putPreferences,
  getSecondFactor,
  createSecondFactor,
  confirmSecondFactor,
  createRecoveryCodes,
  deleteSecondFactor,
  exportMe,
  listUsers,
  setUserRole,
  deleteUserSecondFactor,
  listConversations,
  listChanges,
  createConversation,
  // Before the routes of one conversation: "export" and "import" are no ids.
  exportConversations,
  importConversations,
  getConversation,
  updateConversation,
  deleteConversation,
  restoreConversation,
  changeConversations,
  listFolders,
  createFolder,
  updateFolder,
  deleteFolder,
  listTags,
  listMessages,
  search,
  postMessage,
  editMessage,
  regenerateMessage,
  setFeedback,
  getGeneration,
  stopGeneration,
  continueGeneration,
  streamGeneration,
  listMembers,
  setMember,
  updateMember,
  removeMember,
  listInvites,
  createInvite,
  revokeInvite,
  acceptInvite,
  createShare,
  listShares,
  revokeShare,
  getShared,
  copyShared,
  exportConversation,
  listModels,
  pullModel,
  listPersonas,
  createPersona,
  updatePersona,
  deletePersona,
];
