// swift-tools-version: 6.2
import PackageDescription

/// The rooms of the house and who may import whom; docs/ARCHITECTURE.md has the picture.
///
/// Build with `--explicit-target-dependency-import-check error`: an import that is not listed here is then an error.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func room(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies, exclude: exclude,
        swiftSettings: settings)
}

let package = Package(
    name: "punctual",
    products: [
        .executable(name: "punctual", targets: ["punctual"]),
        .library(name: "PunctualSchedule", targets: ["PunctualSchedule"]),
        .library(name: "PunctualClient", targets: ["PunctualClient"]),
        // For drills alone.
        .library(name: "ClockSkew", type: .dynamic, targets: ["ClockSkew"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration.git", from: "1.4.0",
            traits: ["YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.45.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
        // L0: pure, no dependency.
        room("PunctualSchedule"),
        room("PunctualJSON"),

        // L1: the model, the decisions, the ports.
        room("PunctualCore", ["PunctualSchedule", "PunctualJSON", crypto]),

        // Beside the layers.
        room("PunctualAPI"),
        room(
            "PunctualClient",
            [
                "PunctualAPI", "PunctualJSON", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL, lifecycle, logging,
            ]),
        room(
            "PunctualObservability",
            [
                logging, metrics, coreMetrics, tracing, asyncHTTPClient, nioCore, nioHTTP1, nioSSL, "CZlib",
            ]),
        room("PunctualTracing", ["PunctualSchedule", "PunctualCore", tracing]),
        room("PunctualTestKit", ["PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualEngine", logging]),

        // C libraries, one driver each.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),

        // L2: the rooms that act. Siblings never see each other.
        room("PunctualSQLite", ["PunctualSchedule", "PunctualJSON", "PunctualCore", grdb, grdbSQLite]),
        room("PunctualPostgres", ["PunctualSchedule", "PunctualJSON", "PunctualCore", "CLibpq", "CZlib", crypto]),
        room("PunctualRedis", ["PunctualSchedule", "PunctualCore", nioCore, nioPosix, nioSSL]),
        room("PunctualRabbitMQ", ["PunctualSchedule", "PunctualJSON", "PunctualCore", "CRabbitMQ"]),
        room(
            "PunctualExecutors",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualTracing", asyncHTTPClient, nioCore,
                nioPosix, nioHTTP1, nioSSL, crypto,
                subprocess, systemPackage, logging,
            ]),
        room("PunctualAccess", ["PunctualSchedule", "PunctualJSON", "PunctualCore", "CArgon2", crypto, jwtKit]),
        room("PunctualEngine", ["PunctualSchedule", "PunctualCore", "PunctualTracing", lifecycle, logging, metrics]),
        room(
            "PunctualHTTP",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualAPI", "PunctualAccess", "PunctualTracing",
                hummingbird, httpTypes, nioCore, hummingbirdCore, hummingbirdHTTP2, nioHTTPTypes, nioHTTPTypes1,
                nioHTTP1, nioHTTP2, nioTLS, nioSSL, logging, metrics, crypto, mustache, "CZlib",
            ], exclude: ["Resources"]),

        // L3: the composition root, alone in naming drivers.
        room(
            "PunctualServer",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualAPI", "PunctualSQLite", "PunctualPostgres",
                "PunctualRedis", "PunctualRabbitMQ", "PunctualExecutors", "PunctualEngine", "PunctualHTTP",
                "PunctualAccess", "PunctualObservability", "PunctualTracing", hummingbird, lifecycle, unixSignals,
                logging,
                metrics, tracing, configuration, crypto, systemPackage, yams,
            ]),

        // L4: the command line.
        .executableTarget(
            name: "punctual",
            dependencies: [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualAPI", "PunctualClient", "PunctualAccess",
                "PunctualServer", arguments, yams,
            ],
            swiftSettings: settings),

        // What script/bench measures of a store through its port, and of the limiter; the peers of the other figures are Benchmarks/.
        .executableTarget(
            name: "StoreSQLite",
            dependencies: ["PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualSQLite", grdbSQLite],
            path: "Benchmarks/Sources/StoreSQLite", swiftSettings: settings),

        .executableTarget(
            name: "Limiter", dependencies: ["PunctualSchedule", "PunctualCore", "PunctualAccess"],
            path: "Benchmarks/Sources/Limiter", swiftSettings: settings),

        .executableTarget(
            name: "StorePostgres",
            dependencies: ["PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualPostgres", "TestPeers"],
            path: "Benchmarks/Sources/StorePostgres", swiftSettings: settings),

        .executableTarget(
            name: "RedisCalls", dependencies: ["PunctualCore", "PunctualRedis"],
            path: "Benchmarks/Sources/RedisCalls", swiftSettings: settings),

        tests("PunctualSchedule", exclude: ["Oracles"]),
        tests("PunctualJSON"),
        tests("PunctualCore", ["PunctualSchedule", "PunctualJSON", "PunctualTestKit"]),
        tests("PunctualAPI"),
        tests("PunctualClient", ["PunctualAPI", "PunctualJSON", nioCore, nioPosix]),
        tests("PunctualObservability", [logging, metrics, coreMetrics, tracing, "TestPeers"]),
        tests("PunctualTestKit", ["PunctualSchedule", "PunctualCore", "PunctualEngine"]),
        tests("PunctualSQLite", ["PunctualSchedule", "PunctualCore", "PunctualTestKit", "sqlite-writer", grdb]),
        // The process that the durability tests kill.
        .executableTarget(
            name: "sqlite-writer", dependencies: ["PunctualSchedule", "PunctualCore", "PunctualSQLite"],
            path: "Tests/Support/SQLiteWriter", swiftSettings: settings),
        tests(
            "PunctualPostgres",
            ["PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualTestKit", "TestPeers", "FaultProxy"]),
        tests(
            "PunctualRedis",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualAccess", "PunctualTestKit",
                "BrokerDrills", "TestPeers", "FaultProxy", nioCore, nioPosix,
            ]),
        tests(
            "PunctualRabbitMQ",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualTestKit", "BrokerDrills", "TestPeers",
                "FaultProxy",
            ],
            exclude: ["Oracles"]),
        // What the tests of several brokers share.
        .target(
            name: "BrokerDrills", dependencies: ["PunctualCore", "PunctualTestKit", "TestPeers", "FaultProxy"],
            path: "Tests/Support/BrokerDrills", swiftSettings: settings),
        // Real servers that tests start on loopback.
        .target(name: "TestPeers", path: "Tests/Support/TestPeers", swiftSettings: settings),
        // Connections that break when told to, and the drills that use them on a cluster of the real program.
        .target(
            name: "FaultProxy", dependencies: [nioCore, nioPosix], path: "Tests/Support/FaultProxy",
            swiftSettings: settings),
        tests("FaultProxy", [nioCore, nioPosix]),
        .target(
            name: "Chaos",
            dependencies: [
                "FaultProxy", "TestPeers", "PunctualTestKit", "PunctualAPI", "PunctualClient", "PunctualCore",
                "PunctualJSON", "PunctualSchedule", nioCore, nioPosix, nioHTTP1,
            ], path: "Tests/Support/Chaos", swiftSettings: settings),
        // Preloaded into nodes whose wall clock is to be wrong.
        .target(name: "ClockSkew", path: "Tests/Support/ClockSkew"),
        .executableTarget(
            name: "punctual-chaos", dependencies: ["Chaos", "TestPeers", arguments],
            path: "Tests/Support/ChaosTool", swiftSettings: settings),
        tests(
            "PunctualExecutors",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "TestPeers", asyncHTTPClient, nioCore, nioPosix,
                nioHTTP1, nioSSL, crypto,
            ], exclude: ["Oracles"]),
        tests(
            "PunctualAccess", ["PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualTestKit", crypto],
            exclude: ["Oracles"]),
        tests(
            "PunctualEngine",
            ["PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualTestKit", lifecycle, logging, metrics]),
        tests(
            "PunctualHTTP",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualAPI", "PunctualAccess", "PunctualSQLite",
                "PunctualPostgres", "PunctualRedis", "PunctualTestKit", "TestPeers", hummingbird,
                hummingbirdTesting, httpTypes, lifecycle, nioCore, logging, crypto,
                asyncHTTPClient, nioHTTP1, nioPosix, nioSSL,
            ]),
        tests(
            "PunctualServer",
            [
                "PunctualSchedule", "PunctualJSON", "PunctualCore", "PunctualAPI", "PunctualAccess",
                "PunctualExecutors", "PunctualHTTP", "PunctualEngine", "PunctualObservability", "PunctualTestKit",
                "TestPeers", lifecycle, logging, grdb,
            ]),
        tests(
            "punctual",
            [
                "PunctualJSON", "PunctualAPI", "PunctualSchedule", "PunctualClient", "PunctualCore", "PunctualAccess",
                arguments,
            ],
            exclude: ["Golden", "Oracles"]),
        .testTarget(
            name: "PunctualSystemTests",
            dependencies: [
                "PunctualJSON", "PunctualCore", "PunctualSchedule", "PunctualTestKit", "PunctualClient", "Chaos",
                "FaultProxy", "TestPeers", subprocess, systemPackage, lifecycle, logging,
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings),
    ]
)
