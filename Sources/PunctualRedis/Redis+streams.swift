/// An entry of a stream.
package struct StreamEntry: Sendable, Hashable {
    /// Such as `1526919030474-55`.
    package let id: String
    /// In the order in which they were added; empty when the entry was deleted since it was delivered.
    package let fields: [Field]

    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: [UInt8]

        package init(_ name: String, _ value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the first field of that name.
    package subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

    init(_ value: RedisValue, _ command: String) throws(RedisError) {
        guard let items = value.items, items.count == 2, let id = items[0].string else {
            throw value.unexpected(command)
        }
        self.id = id
        if items[1].isNull {
            fields = []
            return
        }
        guard let pairs = items[1].pairs else { throw value.unexpected(command) }
        var fields: [Field] = []
        for pair in pairs {
            guard let name = pair.key.string, let bytes = pair.value.bytes else { throw value.unexpected(command) }
            fields.append(Field(name, bytes))
        }
        self.fields = fields
    }

    /// Several; what was deleted meanwhile may be null.
    static func all(_ value: RedisValue, _ command: String) throws(RedisError) -> [StreamEntry] {
        guard let items = value.items else { throw value.unexpected(command) }
        var entries: [StreamEntry] = []
        for item in items where !item.isNull { entries.append(try StreamEntry(item, command)) }
        return entries
    }
}

/// Streams; all throw `.unreadable` when the answer is none of theirs, and what `send` throws.
extension Redis {
    /// - Parameters:
    ///   - mostEntries: older ones are dropped, whole nodes of the server's tree at a time, so that a few more may
    ///   stay; nil     drops none.
    ///   - makes: whether the stream is made when there is none.
    /// - Returns: the entry's id; nil when there is no stream and `makes` is false.
    package func add(
        to stream: String, _ fields: [StreamEntry.Field], mostEntries: Int? = nil, makes: Bool = true,
        within limit: Duration? = nil
    ) async throws(RedisError) -> String? {
        var words: [RedisCommand.Argument] = [.key(stream)]
        if !makes { words.append("NOMKSTREAM") }
        if let mostEntries { words += ["MAXLEN", "~", .integer(mostEntries)] }
        words.append("*")
        for field in fields { words += [.text(field.name), .bytes(field.value)] }
        let answer = try await send(RedisCommand("XADD", words), within: limit)
        if answer.isNull { return nil }
        guard let id = answer.string else { throw answer.unexpected("XADD") }
        return id
    }

    /// Makes a group of consumers, and the stream if there is none.
    /// - Parameter from: the id after which it begins; `$` means with what is added from now on, `0` with the first.
    /// - Returns: false when the group was there already.
    @discardableResult
    package func makeGroup(
        _ group: String, of stream: String, from: String = "$", within limit: Duration? = nil
    )
        async throws(RedisError) -> Bool
    {
        do throws(RedisError) {
            _ = try await send(
                RedisCommand("XGROUP", "CREATE", .key(stream), .text(group), .text(from), "MKSTREAM"), within: limit)
            return true
        } catch {
            guard error.code == "BUSYGROUP" else { throw error }
            return false
        }
    }

    /// Takes entries that no consumer of the group has had; they are the consumer's until acknowledged.
    /// - Parameters:
    ///   - wait: how long the server waits for the first, on a connection of the call's own; zero means not at all.
    ///   - after: `>` for new ones; an id for those that the consumer has already and has not acknowledged.
    /// - Returns: none when the time is up. `.refused` with `NOGROUP` when stream or group are gone.
    package func read(
        _ stream: String, group: String, consumer: String, count: Int, wait: Duration = .zero, after: String = ">"
    ) async throws(RedisError) -> [StreamEntry] {
        var words: [RedisCommand.Argument] = ["GROUP", .text(group), .text(consumer), "COUNT", .integer(count)]
        let milliseconds = Int(wait / .milliseconds(1))
        if milliseconds > 0 { words += ["BLOCK", .integer(milliseconds)] }
        words += ["STREAMS", .key(stream), .text(after)]
        let command = RedisCommand("XREADGROUP", words)
        let answer =
            milliseconds > 0
            ? try await block(on: command, within: wait + settings.callLimit) : try await send(command)
        if answer.isNull { return [] }
        // RESP3 has a map of streams, RESP2 an array of pairs.
        if case .array(let streams) = answer {
            guard let first = streams.first else { return [] }
            guard let pair = first.items, pair.count == 2 else { throw answer.unexpected("XREADGROUP") }
            return try StreamEntry.all(pair[1], "XREADGROUP")
        }
        guard let first = answer.pairs?.first else { throw answer.unexpected("XREADGROUP") }
        return try StreamEntry.all(first.value, "XREADGROUP")
    }

    /// - Returns: how many of them the group still waited for.
    @discardableResult
    package func acknowledge(
        _ ids: [String], of stream: String, group: String, within limit: Duration? = nil
    )
        async throws(RedisError) -> Int
    {
        if ids.isEmpty { return 0 }
        let answer = try await send(
            RedisCommand("XACK", [.key(stream), .text(group)] + ids.map(RedisCommand.Argument.text)), within: limit)
        guard let count = answer.int else { throw answer.unexpected("XACK") }
        return Int(count)
    }

    /// Drops the oldest entries beyond `mostEntries`; with `isExact` no more stay, which costs the server more.
    /// - Returns: how many were dropped.
    @discardableResult
    package func trim(
        _ stream: String, mostEntries: Int, isExact: Bool = false, within limit: Duration? = nil
    )
        async throws(RedisError) -> Int
    {
        let answer = try await send(
            RedisCommand("XTRIM", .key(stream), "MAXLEN", isExact ? "=" : "~", .integer(mostEntries)), within: limit)
        guard let count = answer.int else { throw answer.unexpected("XTRIM") }
        return Int(count)
    }
}
