// swift-tools-version: 6.2
import PackageDescription

/// One program a parser, for libFuzzer; `script/fuzz SECONDS` builds and runs them.
let parsers = ["Cron", "Recurrence", "Duration", "Instant", "Zone"]

let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "punctual", path: "..")],
    targets: parsers.map { parser in
        .executableTarget(
            name: "Fuzz\(parser)", dependencies: [.product(name: "PunctualSchedule", package: "punctual")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
                // libFuzzer brings `main`.
                .unsafeFlags(["-parse-as-library"]),
            ])
    })
