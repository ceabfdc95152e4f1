import Foundation
import PunctualJSON
import Testing

@Suite("Dashboards of Grafana")
struct DashboardTests {
    private static let kinds: Set = ["row", "timeseries", "stat", "heatmap", "table"]
    private static let units: Set = ["short", "s", "bytes", "percentunit", "ops", "reqps"]

    private struct Place: Hashable {
        let x, y: Int64
    }

    @Test(
        "hold together: a data source to choose, ids of their own, panels that do not overlap, units that Grafana knows"
    )
    func structure() throws {
        let files = try Monitoring.files("grafana/dashboards", ending: ".json")
        #expect(files.count == 4)
        var names: Set<String> = []
        for file in files {
            let dashboard = try JSONValue(parsing: Checkout.text(file))
            let name = dashboard["uid"]?.string ?? ""
            let isNew = names.insert(name).inserted
            #expect(isNew, "\(file): another one has its uid")
            #expect(file.hasSuffix("/\(name).json"))
            #expect(faults(of: dashboard) == [], "\(file)")
        }
    }

    @Test("a panel that lies on another, without a unit, or with a data source of its own is found")
    func brokenTwins() throws {
        let file = try Monitoring.files("grafana/dashboards", ending: ".json")[0]
        let text = try Checkout.text(file)
        for (good, bad) in [
            ("\"x\": 4", "\"x\": 3"), ("\"unit\": \"short\"", "\"unit\": \"pieces\""), ("${datasource}", "mine"),
            ("\"id\": 2,", "\"id\": 1,"), ("$instance", "n1"), ("\"type\": \"stat\"", "\"type\": \"graph\""),
        ] {
            let twin = try JSONValue(parsing: text.replacing(good, with: bad, maxReplacements: 1))
            #expect(faults(of: twin) != [], "\(good) → \(bad)")
        }
    }

    private func faults(of dashboard: JSONValue) -> [String] {
        var faults: [String] = []
        func require(_ isSo: Bool, _ text: String) { if !isSo { faults.append(text) } }
        let variables = dashboard["templating"]?["list"]?.array ?? []
        require(
            variables.contains {
                $0["type"] == "datasource" && $0["name"] == "datasource" && $0["query"] == "prometheus"
            },
            "no variable for the data source")
        require(variables.contains { $0["name"] == "instance" && $0["allValue"] == ".*" }, "no variable for the node")
        for list in dashboard["annotations"]?["list"]?.array ?? [] {
            require(list["datasource"]?["uid"] == "${datasource}", "annotations: a data source of their own")
        }
        var ids: Set<Int64> = []
        var taken: Set<Place> = []
        for panel in dashboard["panels"]?.array ?? [] {
            let title = panel["title"]?.string ?? ""
            require(!title.isEmpty, "a panel has no title")
            require(ids.insert(panel["id"]?.int ?? 0).inserted, "\(title): its id is another's")
            let kind = panel["type"]?.string ?? ""
            require(Self.kinds.contains(kind), "\(title): \(kind)")
            let grid = panel["gridPos"]
            let (x, y) = (grid?["x"]?.int ?? -1, grid?["y"]?.int ?? -1)
            let (width, height) = (grid?["w"]?.int ?? 0, grid?["h"]?.int ?? 0)
            require(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 24, "\(title): lies outside")
            for column in x..<max(x, x + width) {
                for line in y..<max(y, y + height) {
                    require(taken.insert(Place(x: column, y: line)).inserted, "\(title): lies on another")
                }
            }
            if kind == "row" { continue }
            require(panel["datasource"]?["uid"] == "${datasource}", "\(title): a data source of its own")
            require(Self.units.contains(panel["fieldConfig"]?["defaults"]?["unit"]?.string ?? ""), "\(title): its unit")
            let targets = panel["targets"]?.array ?? []
            require(!targets.isEmpty, "\(title): asks nothing")
            require(Set(targets.map { $0["refId"]?.string }).count == targets.count, "\(title): a refId twice")
            for target in targets {
                let expression = target["expr"]?.string ?? ""
                require(target["datasource"]?["uid"] == "${datasource}", "\(title): a query's data source")
                // Ratios of the rules and the count of nodes are of the whole installation.
                let isWhole = expression.contains("punctual:") || expression.hasPrefix("sum(up{")
                require(isWhole || expression.contains("instance=~\"$instance\""), "\(title): not of the chosen nodes")
                require(isWhole || expression.contains("job=\"punctual\""), "\(title): of any job")
            }
        }
        return faults
    }
}
