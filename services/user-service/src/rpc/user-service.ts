import type { UserServiceDefinition } from '@chatbot/proto';
import type { Jwks, RpcHandlers } from '@chatbot/service-kit';
import type { UserDeps } from '../app/ports.ts';
import { findUserByEmailRpc } from './find-user-by-email.ts';
import { getActivityRpc, getActivityTotalsRpc } from './get-activity.ts';
import { getUserRpc } from './get-user.ts';
import { listProfilesRpc } from './list-profiles.ts';
import { listSigningKeysRpc } from './list-signing-keys.ts';
import { loginRpc } from './login.ts';
import { logoutRpc } from './logout.ts';
import { refreshSessionRpc } from './refresh-session.ts';
import { registerRpc } from './register.ts';
import { updateUserRpc } from './update-user.ts';

/** Every rpc of chatbot.user.v1.UserService. */
export function createUserServiceHandlers(deps: UserDeps & { jwks: Jwks }): RpcHandlers<UserServiceDefinition> {
  return {
    Register: registerRpc(deps),
    Login: loginRpc(deps),
    RefreshSession: refreshSessionRpc(deps),
    Logout: logoutRpc(deps),
    GetUser: getUserRpc(deps),
    UpdateUser: updateUserRpc(deps),
    ListSigningKeys: listSigningKeysRpc(deps),
    FindUserByEmail: findUserByEmailRpc(deps),
    ListProfiles: listProfilesRpc(deps),
    GetActivity: getActivityRpc(deps),
    GetActivityTotals: getActivityTotalsRpc(deps),
  };
}
