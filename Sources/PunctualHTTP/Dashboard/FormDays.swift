internal import PunctualSchedule

/// For how many days a key or a role is to hold, as a form tells it.
struct FormDays {
    /// nil means without an end.
    private let days: Int64?

    static let fault = Flash(.bad, "The days it holds are a whole number from 1 to 3650, or nothing for no end.")

    /// - Parameter text: nil and empty mean without an end.
    /// - Returns: nil for what is no number of days, which must not come to mean without an end.
    init?(_ text: String?) {
        let text = text?.trimmed ?? ""
        guard !text.isEmpty else {
            days = nil
            return
        }
        guard let days = Int64(text), (1...3650).contains(days) else { return nil }
        self.days = days
    }

    /// When it ends.
    func end(_ now: Timestamp) -> Timestamp? { days.map { now + .seconds($0 * 86_400) } }
}
