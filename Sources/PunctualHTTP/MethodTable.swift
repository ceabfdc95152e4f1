internal import Synchronization

/// Which methods each path knows, so that the others are answered with 405 instead of 404.
final class MethodTable: Sendable {
    /// A path's segments, nil for a parameter, and its methods. Written once, before the first request.
    private let paths = Mutex<[(segments: [Substring?], methods: [String])]>([])

    func learn(_ routes: [Route]) {
        let methods = Dictionary(grouping: routes, by: \.path).map { path, routes in
            let known = routes.map(\.method)
            return (MethodTable.segments(path), (known + (known.contains("GET") ? ["HEAD"] : [])).sorted())
        }
        paths.withLock { $0 = methods }
    }

    /// The methods of the path; nil when there is no such path.
    func methods(of path: String) -> [String]? {
        let wanted = path.split(separator: "/")
        return paths.withLock { paths in
            let found = paths.filter { path in
                path.segments.count == wanted.count
                    && zip(path.segments, wanted).allSatisfy { known, given in known.map { $0 == given } ?? true }
            }
            // `/jobs/bulk` is a path of its own, not a job of that name.
            return found.max { $0.segments.count { $0 != nil } < $1.segments.count { $0 != nil } }?.methods
        }
    }

    private static func segments(_ path: String) -> [Substring?] {
        path.split(separator: "/").map { $0.hasPrefix("{") ? nil : $0 }
    }
}
