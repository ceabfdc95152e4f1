internal import Hummingbird

/// Asks once more before what cannot be taken back. With JavaScript the browser asks in the same words, and sends `confirmed`.
struct Question {
    let title: String
    let words: String
    let button: String

    /// For the button that is asked about.
    var view: View { ["askTitle": title, "askWords": words, "askButton": button] }

    /// The page that asks; nil when the answer has come along.
    /// - Parameter names: the fields that are sent once more.
    func page(_ visit: Visit, section: String, sending names: [String]) async throws -> Response? {
        if visit.form["confirmed"] != nil { return nil }
        let fields = (names + ["return_to"]).flatMap { name in
            visit.form.all(name).map { ["askName": name, "askValue": $0] as View }
        }
        return try await visit.page(
            "ask", title: title, section: section,
            view.merging([
                "askPath": visit.request.uri.path, "askBack": visit.returnPath(or: section), "askFields": fields,
            ]))
    }
}

/// A page with what nobody is shown again: it is neither kept nor sent on, and stands in no address, cookie or log.
enum ShownOnce {
    /// - Parameters:
    ///   - secrets: each with a word for what it is.
    ///   - path: where one goes on to; a reload goes there, too, where there is JavaScript.
    static func page(
        _ visit: Visit, title: String, words: String, secrets: [(name: String, text: String)], section: String,
        onTo path: String
    ) async throws -> Response {
        var response = try await visit.page(
            "shown-once", title: title, section: section,
            [
                "onceWords": words, "oncePath": path,
                "onceItems": secrets.map { ["onceName": $0.name, "onceText": $0.text] as View },
            ])
        response.headers[.cacheControl] = "no-store"
        return response
    }
}

extension InnerAnswer {
    /// Why it was refused, with what is wrong with which field.
    var complaint: String {
        let faults = faults.map { "\($0.pointer.drop { $0 == "/" }) \($0.detail)." }
        return ([detail] + faults).joined(separator: " ")
    }

    /// Where a form goes on to: with the sentence of what was done, or of why it was not.
    func flash(_ done: String) -> Flash { isGood ? Flash(.good, done) : Flash(.bad, complaint) }
}
