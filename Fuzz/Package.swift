// swift-tools-version: 6.2
import PackageDescription

/// One program a parser, for libFuzzer; `script/fuzz SECONDS` builds and runs them.
let parsers = ["Cron", "Recurrence", "Duration", "Instant", "Zone"]
/// Those of the Redis client, which no other package sees: the folders hold links to their sources.
let redisParsers = ["RESP", "RedisURL"]

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
    // libFuzzer brings `main`.
    .unsafeFlags(["-parse-as-library"]),
]

let package = Package(
    name: "fuzz",
    dependencies: [
        .package(name: "punctual", path: ".."), .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: parsers.map { parser in
        .executableTarget(
            name: "Fuzz\(parser)", dependencies: [.product(name: "PunctualSchedule", package: "punctual")],
            swiftSettings: settings)
    }
        + redisParsers.map { parser in
            .executableTarget(
                name: "Fuzz\(parser)", dependencies: [.product(name: "NIOCore", package: "swift-nio")],
                swiftSettings: settings)
        })
