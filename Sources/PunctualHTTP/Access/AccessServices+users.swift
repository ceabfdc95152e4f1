internal import Hummingbird
internal import PunctualAPI
internal import PunctualAccess
internal import PunctualCore

extension AccessServices {
    /// - Throws: `Problem` 503 when too many wait.
    func hash(_ password: Password) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        do throws(PasswordHasher.Failure) {
            return try await hasher.hash(password, using: &generator)
        } catch {
            throw Problem.signInsBusy
        }
    }

    /// Changes a user; what others change meanwhile is looked at anew.
    /// - Parameters:
    ///   - request: whose `If-Match` is honoured; nil when there is none to honour.
    ///   - change: makes the change, or throws; it may be called more than once.
    /// - Returns: the user before and after.
    func change(
        _ id: Identifier, for request: Request? = nil, _ change: (inout User) throws -> Void
    ) async throws -> (before: User, after: User) {
        func attempt() async throws -> (before: User, after: User) {
            guard let before = try await identities.user(id) else { throw Problem.noUser }
            try request?.checkVersion(before.version, of: "user")
            var after = before
            try change(&after)
            after.updatedAt = try await now()
            do throws(StoreError) {
                let stored = try await identities.update(after, ifVersion: before.version)
                authenticator.forget()
                return (before, stored)
            } catch {
                if case .nameTaken = error { throw Problem(.nameTaken, "Another user has that name.") }
                throw error
            }
        }
        guard let request else { return try await whileOvertaken("user", attempt) }
        return try await request.change("user", attempt)
    }
}
