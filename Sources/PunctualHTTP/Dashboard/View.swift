internal import Mustache

/// What a template is given: members by name, those that are nil left out, since Mustache would take them for something.
struct View: MustacheParent, ExpressibleByDictionaryLiteral {
    private var members: [String: Any] = [:]

    init(dictionaryLiteral elements: (String, Any?)...) {
        for (name, value) in elements { members[name] = value }
    }

    subscript(name: String) -> Any? {
        get { members[name] }
        set { members[name] = newValue }
    }

    func child(named name: String) -> Any? { members[name] }

    /// Both views' members; the other one's where both have them.
    func merging(_ other: View) -> View {
        var merged = self
        merged.members.merge(other.members) { $1 }
        return merged
    }
}
