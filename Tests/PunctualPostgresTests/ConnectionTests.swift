import PunctualCore
import PunctualSchedule
import TestPeers
import Testing

@testable import PunctualPostgres

@Suite("A connection")
struct ConnectionTests {
    private func open(_ settings: ConnectionSettings? = nil) async throws -> Connection {
        try await Connection.open(settings ?? ConnectionSettings(PostgresServer.shared.uri("postgres")))
    }

    private static let echo = Statement("SELECT $1::int8")

    @Test("answers many tasks at once, each with its own")
    func pipelining() async throws {
        let connection = try await open()
        let answers = try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
            for number in 0..<10_000 {
                group.addTask { (number, try await connection.run([Self.echo(number)])[0].first { $0.int() }) }
            }
            return try await group.reduce(into: [Int: Int?]()) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 10_000)
        #expect(answers.allSatisfy { $0.key == $0.value })
        #expect(await connection.preparedCount == 2)
        await connection.close()
    }

    @Test("keeps a fault to the call that made it")
    func isolation() async throws {
        let connection = try await open()
        let divide = Statement("SELECT 100 / $1::int8")
        let outcomes = await withTaskGroup(of: (Int, Result<Int?, PostgresFault>).self) { group in
            for number in 0..<200 {
                group.addTask {
                    do throws(PostgresFault) {
                        return (number, .success(try await connection.run([divide(number % 2)])[0].first { $0.int() }))
                    } catch { return (number, .failure(error)) }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (number, outcome) in outcomes {
            switch outcome {
            case .success(let value): #expect(number % 2 == 1 && value == 100)
            // A statement that was to be prepared by a call that failed is prepared anew by the caller's repetition.
            case .failure(let fault): #expect(number % 2 == 0 && fault.state == "22012" || fault.state == "26000")
            }
        }
        await connection.close()
    }

    @Test("runs the statements of one call as one transaction")
    func implicitTransaction() async throws {
        let connection = try await open()
        let table = "t\(UInt32.random(in: 0 ... .max))"
        _ = try await connection.run([Call(composed: "CREATE TABLE \(table) (id int8 PRIMARY KEY)")])
        let insert = Call(composed: "INSERT INTO \(table) VALUES (1)")
        await #expect(throws: PostgresFault.self) { _ = try await connection.run([insert, insert]) }
        let rows = try await connection.run([Call(composed: "SELECT count(*) FROM \(table)")])
        #expect(rows[0].first { $0.int() } == 0)
        await connection.close()
    }
}
