internal import PunctualCore
internal import PunctualJSON
internal import PunctualSchedule

extension IdentityCheck {
    static let audit: [IdentityCheck] = [
        IdentityCheck("the audit log is one chain, and comes back to the byte") { store in
            try same(try await store.auditHead(), .empty)
            let first = try await store.append([draft(1), draft(2)])
            let second = try await store.append([draft(3)])
            try same(try await store.append([]), [])
            let all = try await store.auditEntries(from: 1, limit: 9)
            try same(all, first + second)
            try same(all.map(\.draft.json.canonicalBytes), [1, 2, 3].map { draft($0).json.canonicalBytes })
            try same(try await store.auditHead(), all[2].head)
            var head = AuditHead.empty
            for entry in all {
                try same(entry, AuditEntry(entry.draft, after: head))
                head = entry.head
            }
            try same(try await store.auditEntries(from: 2, limit: 1), [all[1]])
        },
        IdentityCheck("what many append at once is one chain without gaps") { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 { group.addTask { _ = try await store.append([draft(number), draft(number)]) } }
                try await group.waitForAll()
            }
            let all = try await store.auditEntries(from: 1, limit: 100)
            try same(all.map(\.sequence), Array(1...40))
            for (one, next) in zip(all, all.dropFirst()) { try same(next.previous, one.hash) }
            try same(all.filter { $0.hash != $0.computedHash }.count, 0)
        },
        IdentityCheck("the audit log is searched by who, what and when, newest first") { store in
            let entries = try await store.append((1...9).map { draft($0) })
            func found(_ change: (inout AuditQuery) -> Void) async throws -> [Int64] {
                var query = AuditQuery()
                change(&query)
                return try await store.auditEntries(query).map(\.sequence)
            }
            try same(try await found { _ in }, entries.map(\.sequence).reversed())
            try same(try await found { $0.principal = "user:0" }, [8, 6, 4, 2])
            try same(try await found { $0.operation = "patchJob" }, [9, 6, 3])
            try same(try await found { $0.resource = "job:7" }, [7])
            try same(try await found { $0.service = "shipping" }, [])
            try same(
                try await found { ($0.from, $0.to) = (entries[2].draft.at, entries[5].draft.at) }, [5, 4, 3])
            try same(try await found { ($0.limit, $0.before) = (2, 8) }, [7, 6])
        },
        IdentityCheck("entries of a time come by their times, in pages that leave none out where clocks differ") {
            store in
            // The numbers 1 to 8 at these seconds.
            let entries = try await store.append([5, 1, 9, 5, 2, 5, 9, 3].map { draft($0) })
            func found(_ change: (inout AuditQuery) -> Void) async throws -> [Int64] {
                var query = AuditQuery()
                query.limit = 2
                change(&query)
                var (numbers, page): ([Int64], [Int64]) = ([], [])
                repeat {
                    page = try await store.auditEntries(query).map(\.sequence)
                    query.before = page.last
                    numbers += page
                } while page.count == query.limit && numbers.count < 20
                return numbers
            }
            let (one, nine) = (entries[1].draft.at, entries[2].draft.at)
            try same(try await found { $0.from = one }, [7, 3, 6, 4, 1, 8, 5, 2])
            try same(try await found { $0.to = nine }, [6, 4, 1, 8, 5, 2])
            try same(try await found { ($0.from, $0.to) = (entries[4].draft.at, entries[0].draft.at) }, [8, 5])
            try same(try await found { $0.to = one }, [])
            try same(try await found { ($0.to, $0.before) = (nine, 99) }, [])
            // What somebody did, by numbers, as ever.
            try same(try await found { ($0.principal, $0.to) = ("user:1", nine) }, [8, 6, 4, 2, 1])
        },
    ]
}
