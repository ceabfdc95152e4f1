package import PunctualCore

/// Whether an operation may go on, and why not.
package enum AccessDecision: Hashable, Sendable {
    case allowed
    /// 401: nobody showed a credential.
    case signInFirst
    /// 403, or 404 where the thing itself must not be known of.
    case refused(Reason)

    package enum Reason: Hashable, Sendable {
        /// No permission holds for the service of the thing.
        case service
        /// The permissions that hold for it are of a lower role.
        case role(needed: Role)
        /// The operation is for the whole installation, and no permission is.
        case notGlobal(needed: Role)
        /// It is about somebody else's things.
        case notOwn
        /// It is about what its holder shows of himself, and the credential is for less than he may.
        case narrowed
        /// The address is not among those for administration.
        case address
    }
}

/// What an operation is done to.
package enum Resource: Hashable, Sendable {
    /// Nothing of its own: a list, the installation.
    case none
    /// A job or what belongs to one. An update that moves it to another service asks twice.
    case service(String, labels: [String: String])
    /// Something of a user's or service account's.
    case owned(by: Subject)
}

/// The one place where it is decided who may do what; deny by default.
package struct AccessRules: Sendable {
    /// From where administration is allowed; empty means from anywhere.
    package var adminAddresses: [IPRange]

    package init(adminAddresses: [IPRange] = []) { self.adminAddresses = adminAddresses }

    /// Whether the principal may do the operation to the resource. For a list (`.none`) of things of services the answer is
    /// whether there is any it may see; `filter` says which.
    package func decide(_ operation: APIOperation, by principal: Principal, on resource: Resource) -> AccessDecision {
        let requirement = operation.requirement
        if requirement == .open || requirement == .entrance { return .allowed }
        if principal.isStranger { return .signInFirst }
        if operation.isAdministrative, !isAtAdminAddress(principal) {
            return .refused(.address)
        }
        switch requirement {
        case .open, .entrance, .own: return .allowed
        case .ownCredentials: return principal.isNarrowed ? .refused(.narrowed) : .allowed
        case .ownOrAdmin:
            guard case .owned(let owner) = resource else {
                return principal.subject == nil ? global(.admin, principal) : .allowed
            }
            if owner == principal.subject { return .allowed }
            if global(.admin, principal) != .allowed { return .refused(.notOwn) }
            return isAtAdminAddress(principal) ? .allowed : .refused(.address)
        case .anywhere(let role):
            return principal.permissions.contains { $0.role >= role } ? .allowed : .refused(.role(needed: role))
        case .service(let role):
            return service(role, principal, on: resource)
        case .global(let role):
            return global(role, principal)
        }
    }

    /// Whether somebody may do to everybody's things what others may do to their own.
    package func isAdministrator(_ principal: Principal) -> Bool {
        global(.admin, principal) == .allowed && isAtAdminAddress(principal)
    }

    private func isAtAdminAddress(_ principal: Principal) -> Bool {
        adminAddresses.isEmpty || adminAddresses.contains(principal.address)
    }

    private func service(_ role: Role, _ principal: Principal, on resource: Resource) -> AccessDecision {
        let holding: [Permission]
        switch resource {
        case .none: holding = principal.permissions
        case .service(let name, let labels):
            holding = principal.permissions.filter { $0.covers(service: name, labels: labels) }
        case .owned: holding = []
        }
        if holding.isEmpty { return .refused(.service) }
        return holding.contains { $0.role >= role } ? .allowed : .refused(.role(needed: role))
    }

    private func global(_ role: Role, _ principal: Principal) -> AccessDecision {
        principal.permissions.contains { $0.isGlobal && $0.role >= role }
            ? .allowed : .refused(.notGlobal(needed: role))
    }

    /// What of a list the principal may see.
    package func filter(_ operation: APIOperation, for principal: Principal) -> ServiceFilter {
        switch operation.requirement {
        case .open, .entrance: .everything
        case .service(let role): ServiceFilter(principal.permissions.filter { $0.role >= role })
        default: decide(operation, by: principal, on: .none) == .allowed ? .everything : .nothing
        }
    }

    /// Whether a permission may be passed on: nobody gives away more than he has.
    package func mayPassOn(_ permission: Permission, by principal: Principal) -> Bool {
        principal.permissions.cover(permission)
    }

    /// Whether a key, of his own or of others where he may have to do with theirs, may be exchanged or voided: a credential has
    /// to do with keys that are for no more than itself, hold no longer, and are for no other places. The key itself is one of
    /// them, but its secret is not while another one replaces it, since that ends sooner than the key.
    package func mayManage(_ key: APIKey, by principal: Principal) -> Bool {
        if let scopes = principal.scopes {
            guard let wanted = key.scopes, wanted.allSatisfy(scopes.cover) else { return false }
        }
        if let end = principal.end {
            guard let keyEnd = key.expiresAt, keyEnd <= end else { return false }
        }
        if principal.places.isEmpty { return true }
        return !key.addresses.isEmpty
            && key.addresses.allSatisfy { range in principal.places.contains { $0.contains(range) } }
    }

    /// Whether a key may be voided: by what could exchange it, and by each of its own secrets, so that whoever finds one that
    /// leaked can end it.
    package func mayRevoke(_ key: APIKey, by principal: Principal) -> Bool {
        principal.credential == key.client || mayManage(key, by: principal)
    }

    /// What a key is for when nobody says: nil, whatever its owner may now and later, unless that is more than its creator may.
    ///
    /// Who may everything cannot be outdone, and who makes one for himself gets no more than himself; with a credential that is
    /// for some things, the key is for the same ones.
    package func standardScopes(ofKeyFor owner: Subject, by principal: Principal) -> [Permission]? {
        if mayPassOn(Permission(.admin, service: nil), by: principal) { return nil }
        return owner == principal.subject ? principal.scopes : principal.permissions
    }
}
