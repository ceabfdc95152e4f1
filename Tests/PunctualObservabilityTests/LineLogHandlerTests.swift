import Foundation
import Logging
import Testing

@testable import PunctualObservability

@Suite("Log lines")
struct LineLogHandlerTests {
    private func output(_ level: Logger.Level, isJSON: Bool, _ descriptor: Int32) -> LogOutput {
        var output = LogOutput(levels: LogLevels(base: level), isJSON: isJSON)
        output.descriptor = descriptor
        return output
    }

    /// What reaches the descriptor when the body logs.
    private func lines(
        level: Logger.Level = .info, isJSON: Bool = true, to given: LogOutput? = nil, _ body: (inout Logger) -> Void
    ) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "punctual-log-\(UUID().uuidString)")
            .path(percentEncoded: false)
        let file = open(path, O_RDWR | O_CREAT | O_APPEND, 0o600)
        try #require(file >= 0)
        defer {
            close(file)
            unlink(path)
        }
        var logger = Logger(label: "punctual") {
            var output = given ?? output(level, isJSON: isJSON, file)
            output.descriptor = file
            return LineLogHandler(label: $0, to: output)
        }
        body(&logger)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test("errors that say the same again and again are written so often and then counted; other lines are all written")
    func repeats() throws {
        let repeats = LogRepeats(most: 3, span: .seconds(3600))
        var output = output(.info, isJSON: false, -1)
        output.repeats = repeats
        let lines = try lines(to: output) { logger in
            for number in 0..<10 {
                logger.error("away", metadata: ["error": "refused", "request_id": "\(number)"])
                logger.error("away", metadata: ["error": "too slow"])
                logger.error("failed", metadata: ["execution_id": "\(number)"])
                logger.warning("warned")
            }
        }
        func count(_ text: String) -> Int { lines.count { $0.contains(text) } }
        #expect(count("away error=refused") == 3 && count("too slow") == 3)
        #expect(count("failed") == 10 && count("warned") == 10)
        #expect(
            repeats.end().map { "\($0.kind.message) \($0.kind.error) \($0.count)" } == [
                "away refused 7", "away too slow 7",
            ])
        #expect(repeats.end().isEmpty)
    }

    @Test("once its time is over, the next line of any kind says how many were left out, and it begins anew")
    func repeatsEnd() {
        let repeats = LogRepeats(most: 2, span: .seconds(10))
        let kind = LogRepeats.Kind(logger: "punctual", level: .error, message: "away", error: "")
        let start = ContinuousClock.now
        let written = (0..<5).map { repeats.take(kind, at: start + .seconds($0)).isWritten }
        #expect(written == [true, true, false, false, false])
        #expect(repeats.take(nil, at: start + .seconds(9)).left.isEmpty)
        let (isWritten, left) = repeats.take(nil, at: start + .seconds(10))
        #expect(isWritten && left.map(\.count) == [3])
        #expect(repeats.take(kind, at: start + .seconds(11)).isWritten)
        // So many kinds are counted, and no more kept.
        for number in 0..<1000 {
            let other = LogRepeats.Kind(logger: "punctual", level: .error, message: "\(number)", error: "")
            #expect(repeats.take(other, at: start + .seconds(11)).isWritten)
        }
        #expect(repeats.take(nil, at: start + .seconds(60)).left.isEmpty)
    }

    /// One line read by python's parser, made strict: each name once, no NaN, nothing before or after.
    private func parsed(_ lines: [String]) throws -> [[String: String]] {
        var folder = URL(filePath: #filePath)
        repeat {
            folder.deleteLastPathComponent()
        } while !FileManager.default.fileExists(
            atPath: folder.appending(path: "Package.swift").path())
        let process = Process()
        process.executableURL = folder.appending(path: ".venv/bin/python3")
        process.arguments = [
            "-c",
            """
            import json, sys
            def once(pairs):
                assert len({name for name, _ in pairs}) == len(pairs), "a name twice"
                return dict(pairs)
            def no(word): raise ValueError(word)
            for line in sys.stdin.buffer.read().split(b"\\n")[:-1]:
                print(json.dumps(json.loads(line.decode("utf-8"), object_pairs_hook=once, parse_constant=no)))
            """,
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try input.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "python refuses a line: \(lines)")
        return try String(decoding: said, as: UTF8.self).split(separator: "\n").map {
            try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
        }
    }

    private static let hostile = [
        "plain", "", "quote \" and \\ backslash", "two\nlines", "carriage\r\nreturn", "tab\tand\u{0}nul",
        "\u{1B}[2J\u{1B}]0;title\u{7}", "\u{202E}turned", "\u{2028}line\u{2029}paragraph", "\u{7F}\u{85}\u{9B}31m",
        "{\"a\":1}", "👩‍👩‍👧 é\u{301} 你好", "=", "a=b c=\"d\"", String(repeating: "long ", count: 20_000),
        "\u{FFFD}\u{10FFFF}",
    ]

    @Test("each line is one JSON object that says exactly what was logged", arguments: hostile)
    func json(_ text: String) throws {
        let lines = try lines { logger in
            logger[metadataKey: "node_id"] = "\(text)"
            logger.warning("\(text)", metadata: [text: "\(text)"])
        }
        let object = try #require(try parsed(lines).first)
        #expect(lines.count == 1)
        #expect(object["message"] == text && object["service.node.name"] == text)
        #expect(object["labels.\(text.replacingOccurrences(of: ".", with: "_"))"] == text)
        #expect(object["log.level"] == "warning" && object["log.logger"] == "punctual")
    }

    @Test("a line for people stays one line and cannot move the cursor", arguments: hostile)
    func text(_ text: String) throws {
        let lines = try lines(isJSON: false) { $0.info("\(text)", metadata: [text: "\(text)"]) }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{202E}" })
        #expect(line.dropFirst(12).hasPrefix(" info "))
    }

    @Test(
        "the time stands first, in RFC 3339 with milliseconds, UTC; then level, message, who says it, and data by name")
    func order() throws {
        let line = LineLogHandler.line(
            isJSON: true, label: "l", level: .error, message: "m",
            fields: [
                ("attempt", "2"), ("duration_ms", "12"), ("error", "e"), ("execution_id", "x"), ("job_id", "j"),
                ("node_id", "n"), ("path", "/p"), ("reason", "r"), ("request_id", "q"), ("some.thing", "s"),
                ("status_code", "503"), ("trace_id", "t"),
            ],
            source: LogOutput.Source(service: "punctual", version: "1.0", node: "n"),
            now: Date(timeIntervalSince1970: 1_774_748_096.0078))
        #expect(
            line
                == #"{"@timestamp":"2026-03-29T01:34:56.007Z","log.level":"error","message":"m","ecs.version":"8.17.0","#
                + #""log.logger":"l","service.name":"punctual","service.version":"1.0","service.node.name":"n","#
                + #""error.message":"e","event.duration":12000000,"event.reason":"r","http.request.id":"q","#
                + #""http.response.status_code":503,"labels.some_thing":"s","punctual.attempt":2,"#
                + #""punctual.execution.id":"x","punctual.job.id":"j","trace.id":"t","url.path":"/p"}"# + "\n")
        let now = try #require(try parsed(lines { $0.info("now") }).first?["@timestamp"])
        let read = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(now)
        #expect(abs(read.timeIntervalSinceNow) < 300)
    }

    @Test("data with the name of a line's own member, or of another's, is told apart")
    func collision() throws {
        let object = try #require(
            try parsed(
                lines {
                    $0.info(
                        "right",
                        metadata: [
                            "message": "other", "@timestamp": "never", "a.b": "1", "a_b": "2", "attempt": "many",
                            "error": "one", "fault": "two",
                        ])
                }
            ).first)
        #expect(object["message"] == "right" && object["labels.message"] == "other")
        #expect(object["labels.@timestamp"] == "never")
        #expect(object["labels.a_b"] == "1" && object["labels.a_b_"] == "2")
        #expect(object["labels.attempt"] == "many", "what is no number would be another type under one name")
        #expect(object["error.message"] == "one" && object["labels.fault"] == "two")
    }

    @Test("each line says what the code is about, unless it says so itself")
    func scope() throws {
        var output = LogOutput(levels: LogLevels(base: .info), isJSON: true)
        output.scope = { [("request_id", "r1"), ("trace_id", "t1")] }
        let object = try #require(
            try parsed(lines(to: output) { $0.info("x", metadata: ["request_id": "r2"]) }).first)
        #expect(object["http.request.id"] == "r2" && object["trace.id"] == "t1")
    }

    @Test("what is below the level is not written", arguments: Logger.Level.allCases)
    func level(_ level: Logger.Level) throws {
        let lines = try lines(level: level) { logger in
            for level in Logger.Level.allCases { logger.log(level: level, "x") }
        }
        let levels = try parsed(lines).compactMap { $0["log.level"] }
        #expect(levels == Logger.Level.allCases.filter { $0 >= level }.map(\.rawValue))
    }

    @Test(
        "secrets never reach a log, whatever their name's case or surroundings",
        arguments: ["authorization", "Cookie", "api_key", "webhook_secret", "PUNCTUAL_TOKEN", "db.password"])
    func secret(_ name: String) throws {
        for isJSON in [true, false] {
            let lines = try lines(isJSON: isJSON) { $0.info("x", metadata: ["\(name)": "hunter2"]) }
            #expect(lines.count == 1 && !lines[0].contains("hunter2") && lines[0].contains("[redacted]"))
        }
    }

    @Test("lines of many writers never run into each other")
    func concurrent() async throws {
        let text = String(repeating: "x", count: 9000)
        let path = FileManager.default.temporaryDirectory.appending(path: "punctual-log-\(UUID().uuidString)")
            .path(percentEncoded: false)
        let file = open(path, O_RDWR | O_CREAT | O_APPEND, 0o600)
        defer {
            close(file)
            unlink(path)
        }
        let logger = Logger(label: "l") { [output = output(.info, isJSON: true, file)] in
            LineLogHandler(label: $0, to: output)
        }
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask { for number in 0..<50 { logger.info("\(writer) \(number) \(text)") } }
            }
        }
        let objects = try parsed(
            String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init))
        #expect(objects.count == 400)
        for writer in 0..<8 {
            let numbers = objects.compactMap { $0["message"]?.split(separator: " ") }.filter { $0[0] == "\(writer)" }
                .compactMap { Int($0[1]) }
            #expect(numbers == Array(0..<50), "each writer's lines keep their order")
        }
    }
}
