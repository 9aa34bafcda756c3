import type { UserServiceDefinition } from '@chatbot/proto';
import type { Jwks, RpcHandlers } from '@chatbot/service-kit';
import type { UserDeps } from '../app/ports.ts';
import { changePasswordRpc } from './change-password.ts';
import { confirmSecondFactorRpc } from './confirm-second-factor.ts';
import { createRecoveryCodesRpc } from './create-recovery-codes.ts';
import { createSecondFactorRpc } from './create-second-factor.ts';
import { deleteSecondFactorRpc, deleteUserSecondFactorRpc } from './delete-second-factor.ts';
import { deleteUserRpc } from './delete-user.ts';
import { findUserByEmailRpc } from './find-user-by-email.ts';
import { getActivityRpc, getActivityTotalsRpc } from './get-activity.ts';
import { getPreferencesRpc } from './get-preferences.ts';
import { getSecondFactorRpc } from './get-second-factor.ts';
import { getUserRpc } from './get-user.ts';
import { listProfilesRpc } from './list-profiles.ts';
import { listSessionsRpc } from './list-sessions.ts';
import { listSigningKeysRpc } from './list-signing-keys.ts';
import { listUsersRpc } from './list-users.ts';
import { loginRpc } from './login.ts';
import { logoutRpc } from './logout.ts';
import { logoutAllRpc } from './logout-all.ts';
import { refreshSessionRpc } from './refresh-session.ts';
import { registerRpc } from './register.ts';
import { revokeSessionRpc } from './revoke-session.ts';
import { setUserRoleRpc } from './set-user-role.ts';
import { updatePreferencesRpc } from './update-preferences.ts';
import { updateUserRpc } from './update-user.ts';

/** Every rpc of chatbot.user.v1.UserService. */
export function createUserServiceHandlers(deps: UserDeps & { jwks: () => Jwks }): RpcHandlers<UserServiceDefinition> {
  return {
    Register: registerRpc(deps),
    Login: loginRpc(deps),
    RefreshSession: refreshSessionRpc(deps),
    Logout: logoutRpc(deps),
    GetUser: getUserRpc(deps),
    UpdateUser: updateUserRpc(deps),
    LogoutAll: logoutAllRpc(deps),
    ListSessions: listSessionsRpc(deps),
    RevokeSession: revokeSessionRpc(deps),
    ChangePassword: changePasswordRpc(deps),
    GetSecondFactor: getSecondFactorRpc(deps),
    CreateSecondFactor: createSecondFactorRpc(deps),
    ConfirmSecondFactor: confirmSecondFactorRpc(deps),
    CreateRecoveryCodes: createRecoveryCodesRpc(deps),
    DeleteSecondFactor: deleteSecondFactorRpc(deps),
    DeleteUserSecondFactor: deleteUserSecondFactorRpc(deps),
    GetPreferences: getPreferencesRpc(deps),
    UpdatePreferences: updatePreferencesRpc(deps),
    DeleteUser: deleteUserRpc(deps),
    ListUsers: listUsersRpc(deps),
    SetUserRole: setUserRoleRpc(deps),
    ListSigningKeys: listSigningKeysRpc(deps),
    FindUserByEmail: findUserByEmailRpc(deps),
    ListProfiles: listProfilesRpc(deps),
    GetActivity: getActivityRpc(deps),
    GetActivityTotals: getActivityTotalsRpc(deps),
  };
}
