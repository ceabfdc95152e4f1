internal import HTTPTypes
internal import PunctualAPI
internal import PunctualAccess

extension RouteTable {
    /// The calls of access control.
    ///
    /// Answers that show a secret are never kept, so those calls know no `Idempotency-Key`.
    /// - Parameter api: where paths begin.
    mutating func addAccess(_ api: String) {
        let setUp = SetUpController(services: services)
        on(.get, "\(api)/setup", .setupState, setUp.state)
        on(.post, "\(api)/setup", .setUp, setUp.setUp)
        let sessions = SessionController(services: services)
        on(.post, "\(api)/sessions", .signIn, sessions.signIn)
        on(.delete, "\(api)/sessions/current", .signOut, sessions.signOut)
        let providers = ProviderController(services: services)
        on(.get, "\(api)/providers", .listProviders, providers.list)
        on(.get, "/auth/{provider}/login", .providerLogin, providers.login)
        on(.get, "/auth/{provider}/callback", .providerCallback, providers.callback)
        let oauth = OAuthController(services: services)
        on(.post, "/oauth/token", .token, oauth.token)
        on(.post, "/oauth/revoke", .revokeToken, oauth.revoke)
        on(.get, "/.well-known/oauth-authorization-server", .authorizationServer, oauth.metadata)
        on(.get, "/.well-known/jwks.json", .signingKeys, oauth.keys)
        let me = MeController(services: services)
        on(.get, "\(api)/me", .whoAmI, me.whoAmI)
        on(.post, "\(api)/me/password", .changePassword, me.changePassword)
        on(.post, "\(api)/me/second-factor", .enrolSecondFactor, me.enrolSecondFactor)
        on(.post, "\(api)/me/second-factor/confirm", .confirmSecondFactor, me.confirmSecondFactor)
        on(.delete, "\(api)/me/second-factor", .removeSecondFactor, me.removeSecondFactor)
        on(.post, "\(api)/me/sign-out", .signOutEverywhere, me.signOutEverywhere)
        let users = UserController(services: services)
        on(.get, "\(api)/users", .listUsers, users.list)
        on(.post, "\(api)/users", .createUser, users.create)
        on(.get, "\(api)/users/{id}", .getUser, users.get)
        on(.patch, "\(api)/users/{id}", .patchUser, users.patch)
        on(.delete, "\(api)/users/{id}", .deleteUser, users.delete)
        let accounts = ServiceAccountController(services: services)
        on(.get, "\(api)/service-accounts", .listServiceAccounts, accounts.list)
        once("\(api)/service-accounts", .createServiceAccount, accounts.create)
        on(.get, "\(api)/service-accounts/{id}", .getServiceAccount, accounts.get)
        on(.patch, "\(api)/service-accounts/{id}", .patchServiceAccount, accounts.patch)
        on(.delete, "\(api)/service-accounts/{id}", .deleteServiceAccount, accounts.delete)
        let keys = KeyController(services: services)
        on(.get, "\(api)/keys", .listKeys, keys.list)
        on(.post, "\(api)/keys", .createKey, keys.create)
        on(.get, "\(api)/keys/{id}", .getKey, keys.get)
        on(.post, "\(api)/keys/{id}/rotate", .rotateKey, keys.rotate)
        on(.delete, "\(api)/keys/{id}", .revokeKey, keys.revoke)
        let grants = GrantController(services: services)
        on(.get, "\(api)/grants", .listGrants, grants.list)
        once("\(api)/grants", .createGrant, grants.create)
        on(.get, "\(api)/grants/{id}", .getGrant, grants.get)
        on(.delete, "\(api)/grants/{id}", .deleteGrant, grants.delete)
        let secrets = SecretController(services: services)
        on(.get, "\(api)/secrets", .listSecrets, secrets.list)
        on(.put, "\(api)/secrets/{service}/{name}", .putSecret, secrets.put)
        on(.delete, "\(api)/secrets/{service}/{name}", .deleteSecret, secrets.delete)
        let audit = AuditController(services: services)
        on(.get, "\(api)/audit", .listAudit, audit.list)
        on(.get, "\(api)/audit/export", .exportAudit, audit.export)
    }
}
