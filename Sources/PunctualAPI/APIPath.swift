/// Where the calls of the API begin.
public enum APIPath {
    /// Before every path but those of health, metrics and documents.
    public static let prefix = "/api/v1"
    /// The page of problem kinds; a problem's `type` is a place in it.
    public static let problems = "/docs/problems"
}
