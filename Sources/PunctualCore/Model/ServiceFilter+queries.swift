/// What stores ask of a filter to put it into a query.
extension ServiceFilter {
    /// The services that are seen whole, sorted; beside them there may be clauses with labels.
    package var services: [String] {
        clauses.filter(\.labels.isEmpty).compactMap(\.service).sorted()
    }

    /// The clauses that look at labels.
    package var labelled: [Clause] { clauses.filter { !$0.labels.isEmpty } }

    /// What of it is left to ask of things that are all of that service.
    package func within(_ service: String) -> ServiceFilter {
        ServiceFilter(
            clauses.filter { $0.service == nil || $0.service == service }.map {
                Permission(.viewer, service: nil, labels: $0.labels)
            })
    }
}

extension JobQuery {
    /// The same question with as little left to the filter as can be; nil when nothing is to be seen.
    package var reduced: JobQuery? {
        var query = self
        visible.move(to: &query.service, rest: &query.visible)
        return query.visible.isNothing ? nil : query
    }
}

extension ExecutionQuery {
    /// The same question with as little left to the filter as can be; nil when nothing is to be seen.
    package var reduced: ExecutionQuery? {
        var query = self
        visible.move(to: &query.service, rest: &query.visible)
        return query.visible.isNothing ? nil : query
    }
}

extension ServiceFilter {
    /// Makes a filter of one service the query's own condition, for which stores have an index.
    fileprivate func move(to service: inout String?, rest: inout ServiceFilter) {
        if let service {
            rest = within(service)
        } else if let whole = wholeServices, whole.count == 1 {
            (service, rest) = (whole.first, .everything)
        }
    }
}
