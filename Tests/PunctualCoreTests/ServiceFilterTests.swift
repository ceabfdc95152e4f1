import PunctualCore
import Testing

@Suite("What a query may show")
struct ServiceFilterTests {
    @Test("a list's conditions are as few as can be")
    func clauses() {
        let filter = ServiceFilter([
            Permission(.viewer, service: "a", labels: ["x": "1"]), Permission(.viewer, service: "a"),
            Permission(.admin, service: "b"), Permission(.viewer, service: "b"),
        ])
        #expect(filter.wholeServices == ["a", "b"])
        #expect(ServiceFilter([Permission(.viewer, service: "a"), Permission(.viewer, service: nil)]).isEverything)
        #expect(ServiceFilter([Permission(.viewer, service: nil, labels: ["x": "1"])]).wholeServices == nil)
    }

    @Test("without permissions nothing is shown, with one for all everything")
    func ends() {
        #expect(ServiceFilter.nothing.isNothing && !ServiceFilter.nothing.isEverything)
        #expect(ServiceFilter.everything.isEverything && !ServiceFilter.everything.isNothing)
        #expect(!ServiceFilter.nothing.shows(service: "a", labels: [:]))
        #expect(ServiceFilter.everything.showsExecution(service: "a", labels: nil))
    }

    @Test("executions of a job that is gone are seen by those alone who see its whole service")
    func gone() {
        let byLabel = ServiceFilter([Permission(.viewer, service: "a", labels: ["x": "1"])])
        #expect(byLabel.showsExecution(service: "a", labels: ["x": "1", "y": "2"]))
        #expect(!byLabel.showsExecution(service: "a", labels: ["x": "2"]))
        #expect(!byLabel.showsExecution(service: "a", labels: nil))
        #expect(ServiceFilter([Permission(.viewer, service: "a")]).showsExecution(service: "a", labels: nil))
        #expect(!ServiceFilter([Permission(.viewer, service: "a")]).showsExecution(service: "b", labels: nil))
    }
}
