internal import PunctualClient

/// The sign-in of a profile, shared by all commands that run at once.
struct ProfileSignIn: SignInStore {
    let file: ProfileFile
    let name: String

    func exchange(
        _ body: @Sendable (SignInTokens) async throws(ClientError) -> SignInTokens
    ) async throws(ClientError) -> SignInTokens {
        do {
            return try await file.change { profiles in
                guard let kept = profiles.all[name]?.tokens else {
                    throw ClientError.signedOut("the profile \(name) is signed out")
                }
                let next = try await body(kept)
                profiles.all[name]?.tokens = next
                return next
            }
        } catch let error as ClientError {
            throw error
        } catch {
            throw .signedOut("\(error)")
        }
    }
}
