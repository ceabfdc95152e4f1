import PunctualJSON
import Testing

@testable import PunctualHTTP

@Suite("Fields of a job's form")
struct JobFieldTests {
    @Test(
        "give back what they were given, whatever is in it",
        arguments: [
            #"{"target":{"type":"command","argv":["sh","-c","cd /x\n./run"]}}"#,
            #"{"target":{"type":"command","argv":["echo",""," a "]}}"#,
            #"{"target":{"type":"command","argv":["[\"a\"]"]}}"#,
            #"{"target":{"type":"command","argv":["[","-f","x","]"]}}"#,
            #"{"target":{"type":"command","argv":["a"],"env":{"A":"1=2","B":"x\ny=z","C":""}}}"#,
            #"{"target":{"type":"http","url":"https://example.com/","headers":{"X-A":"b: c","X-B":"  d"}}}"#,
            #"{"target":{"type":"http","url":"https://example.com/"},"labels":{"a":"first\nsecond"}}"#,
        ])
    func roundTrip(_ text: String) throws {
        let job = try JSONValue(parsing: text)
        var form = JobForm(job: job)
        let again = form.job()
        #expect(!form.isFaulty)
        for name in ["argv", "env", "headers"] { #expect(again["target"]?[name] == job["target"]?[name]) }
        #expect(again["labels"] == job["labels"])
    }

    @Test("what lines can hold is shown as lines")
    func lines() throws {
        let job = try JSONValue(
            parsing: #"{"target":{"type":"command","argv":["sh","-c","a b"],"env":{"A":"1"}},"labels":{"x":"y"}}"#)
        let form = JobForm(job: job)
        #expect(form.texts.values.contains("sh\n-c\na b"))
        #expect(form.texts.values.contains("A=1") && form.texts.values.contains("x=y"))
    }
}
