// swift-tools-version: 6.2
import PackageDescription

/// The programs that script/bench runs beside the real binary.
let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(name: "punctual", path: ".."),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    ],
    targets: [
        // Next fires on one core: the pure library alone.
        .executableTarget(name: "NextFire", dependencies: [.product(name: "PunctualSchedule", package: "punctual")]),
        // The peer for the API's figures: Hummingbird with the least that reads and writes JSON.
        .executableTarget(name: "BareServer", dependencies: [.product(name: "Hummingbird", package: "hummingbird")]),
    ]
)
