/// How much a user or service account may ask for in an hour.
public enum CallerTier: String, Hashable, Sendable, CaseIterable {
    case basic, standard, premium
}
