// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// Release executables: relative relocations packed and no symbols exported, which an idle process pays for in memory (1.9 MiB
/// measured, together with `--static-swift-stdlib`, which Package.swift cannot ask for).
let linking: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
            "-Xlinker", "--no-export-dynamic", "-Xlinker", "--exclude-libs=ALL",
        ],
        .when(configuration: .release)
    )
]

extension Target.Dependency {
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let metrics: Self = .product(name: "CoreMetrics", package: "swift-metrics")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let configuration: Self = .product(name: "Configuration", package: "swift-configuration")
    static let yams: Self = .product(name: "Yams", package: "Yams")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
}

func module(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "builderd",
    products: [
        .executable(name: "builderd", targets: ["builderd"]),
        .executable(name: "builderctl", targets: ["builderctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CHangUp"),

        module("CurlTransport", ["CCurl"]),
        module("OpenSSLDigest", ["COpenSSL"]),
        module("SystemdSupport", ["CSystemd", .logging]),
        module("AWSClient", ["CurlTransport", "OpenSSLDigest", .logging]),
        module("ActivityWorker", [.logging]),
        module("ToolSupervisor", ["CLinux", .logging]),
        module("Pipeline", [.yams]),
        module(
            "Stages",
            [
                "Pipeline", "ToolSupervisor", "AWSClient", "ActivityWorker", "CurlTransport", "OpenSSLDigest", .logging,
            ]
        ),
        module("Observability", [.logging, .metrics, .nioCore, .nioPosix, .nioHTTP1]),
        module(
            "DaemonCore",
            [
                "CurlTransport", "OpenSSLDigest", "SystemdSupport", "AWSClient", "ActivityWorker", "ToolSupervisor",
                "Pipeline", "Stages", "Observability",
                .logging, .metrics, .lifecycle, .unixSignals, .configuration, .yams,
            ]
        ),
        .executableTarget(
            name: "builderd",
            dependencies: ["CHangUp", "DaemonCore", .argumentParser],
            swiftSettings: settings,
            linkerSettings: linking
        ),
        .executableTarget(
            name: "builderctl",
            dependencies: ["DaemonCore", "AWSClient", "CurlTransport", "Observability", .argumentParser, .logging],
            swiftSettings: settings,
            linkerSettings: linking
        ),
        .executableTarget(
            name: "WorkerBenchmark",
            dependencies: [
                "CurlTransport", "OpenSSLDigest", "AWSClient", "ActivityWorker", "Pipeline", .logging,
            ],
            path: "Tests/WorkerBenchmark",
            swiftSettings: settings,
            linkerSettings: linking
        ),
        .executableTarget(
            name: "StopIntentProbe",
            dependencies: ["SystemdSupport"],
            path: "Tests/StopIntentProbe",
            swiftSettings: settings
        ),

        .executableTarget(
            name: "JournalProbe",
            dependencies: ["SystemdSupport", .logging],
            path: "Tests/JournalProbe",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "DurableWorker",
            dependencies: [
                "DaemonCore", "CurlTransport", "OpenSSLDigest", "SystemdSupport", "AWSClient", "ActivityWorker",
                "ToolSupervisor", "Pipeline", "TestSupport", .logging, .unixSignals,
            ],
            path: "Tests/DurableWorker",
            swiftSettings: settings
        ),

        module(
            "TestSupport",
            ["CurlTransport", "AWSClient", "OpenSSLDigest", .logging, .nioCore, .nioPosix, .nioHTTP1],
            path: "Tests/TestSupport"
        ),
        tests("CurlTransportTests", ["CurlTransport"]),
        tests("OpenSSLDigestTests", ["OpenSSLDigest"]),
        tests("SystemdSupportTests", ["SystemdSupport", "TestSupport", .logging]),
        tests("AWSClientTests", ["AWSClient", "CurlTransport", "OpenSSLDigest", "TestSupport", .logging]),
        tests("ActivityWorkerTests", ["ActivityWorker", "OpenSSLDigest", "TestSupport", .logging]),
        tests("ToolSupervisorTests", ["ToolSupervisor", "TestSupport", .logging]),
        tests("PipelineTests", ["Pipeline", .yams]),
        tests(
            "StagesTests",
            [
                "Stages", "Pipeline", "ToolSupervisor", "AWSClient", "ActivityWorker", "CurlTransport", "TestSupport",
                .logging,
            ]
        ),
        tests("ObservabilityTests", ["Observability", .logging, .metrics]),
        tests(
            "DaemonCoreTests",
            [
                "DaemonCore", "ActivityWorker", "AWSClient", "CurlTransport", "Pipeline", "Stages", "Observability",
                "ToolSupervisor", "SystemdSupport",
                "TestSupport", .logging, .yams,
            ]
        ),
        tests("BuilderctlTests", ["builderctl", "DaemonCore", "CurlTransport"]),
        tests("DurabilityTests", ["TestSupport", "ToolSupervisor"]),
        tests(
            "IntegrationTests",
            [
                "DaemonCore", "AWSClient", "ActivityWorker", "CurlTransport", "OpenSSLDigest", "Pipeline", "Stages",
                "ToolSupervisor",
                "TestSupport", .logging,
            ]
        ),
    ]
)
