/// The members of a JSON object in the order they were written; names are unique.
///
/// Lookup walks the members of small objects and uses an index for large ones.
public struct JSONObject: Sendable {
    public private(set) var members: [Member] = []
    private var index: [String: Int]?

    public struct Member: Hashable, Sendable {
        public let name: String
        public var value: JSONValue
    }

    private static let indexedFrom = 64

    public init() {}

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }
    public var names: [String] { members.map(\.name) }

    /// The member's value; setting nil removes it, setting a new name appends it.
    public subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let at?, let value?): members[at].value = value
            case (nil, let value?): append(name, value)
            case (let at?, nil):
                members.remove(at: at)
                index = nil
            case (nil, nil): break
            }
        }
    }

    /// Adds a member whose name is new.
    /// - Returns: false, and adds nothing, when the name is taken.
    @discardableResult
    mutating func append(_ name: String, _ value: JSONValue) -> Bool {
        if place(of: name) != nil { return false }
        members.append(Member(name: name, value: value))
        if index != nil {
            index?[name] = members.count - 1
        } else if members.count == JSONObject.indexedFrom {
            index = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.name, $0) })
        }
        return true
    }

    /// Where the member stands in `members`; nil when there is none of that name.
    public func place(of name: String) -> Int? {
        index.map { $0[name] } ?? members.firstIndex { $0.name == name }
    }
}

extension JSONObject: Hashable {
    /// Order does not count, as in RFC 8259.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        var mixed = 0
        for member in members { mixed ^= member.hashValue }
        hasher.combine(mixed)
    }
}
