package import PunctualCore
package import PunctualSchedule

extension User {
    /// After how many wrong answers in a row nothing but an administrator's reset helps (NIST SP 800-63B-4, section 3.2.2).
    package static let mostFailures = 100
    /// So many wrong answers cost no time.
    private static let freeFailures = 5

    /// Whether so many wrong answers came in a row that no password is looked at until somebody gives another.
    package var isLocked: Bool { failedSignIns >= User.mostFailures }

    /// Whether a sign-in is looked at now. The password of one that is not is checked against no hash, so that neither the
    /// answer nor its time tells a held user from an unknown one.
    package func maySignIn(at now: Timestamp) -> Bool {
        !isDisabled && !isLocked && (heldUntil.map { $0 <= now } ?? true)
    }

    /// The user after a wrong password or code: held for a second, two, four … up to five minutes.
    package func afterFailure(at now: Timestamp) -> User {
        var user = self
        user.failedSignIns += 1
        let excess = user.failedSignIns - User.freeFailures
        user.heldUntil = excess > 0 ? now + .seconds(min(300, 1 << min(excess - 1, 10))) : nil
        return user
    }

    /// The user after a sign-in.
    package func afterSuccess() -> User {
        var user = self
        user.failedSignIns = 0
        user.heldUntil = nil
        return user
    }
}
