// swift-tools-version: 6.2
import PackageDescription

// Each upcoming feature is a promise about the sources:
// - ExistentialAny: `any` is written, so a dynamic call is visible.
//   https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
// - InternalImportsByDefault: `public import` shows which modules leak into an interface.
//   https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
// - MemberImportVisibility: a member is used only where its module is imported.
//   https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests go without `MemberImportVisibility`: they use C's types beside Foundation, and which C
/// module then owns such a type differs from one build to the next (`timespec`: CDispatch or Glibc).
let strictTests: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// `Tests/Lab/fuzz` sets this to instrument our sources for libFuzzer.
let isFuzzed = Context.environment["POSTERN_FUZZ"] == "1"
let watched: [SwiftSetting] = isFuzzed ? [.unsafeFlags(["-sanitize=fuzzer", "-O"])] : []
let strict: [SwiftSetting] = settings + watched
/// Optimises the harness but does not instrument it: its own branches are noise.
let feeding: [SwiftSetting] = settings + (isFuzzed ? [.unsafeFlags(["-O"])] : [])

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "postern",
  products: [
    .executable(name: "posternd", targets: ["posternd"]),
    .executable(name: "postern", targets: ["postern"]),
    .executable(name: "posterncloud", targets: ["posterncloud"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(
      url: "https://github.com/apple/swift-configuration", exact: "1.4.0",
      traits: [.defaults, "YAML"]),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
  ],
  targets: [
    // The pure core: values in, values out. Imports nothing but each other.
    .target(name: "DoorRules", swiftSettings: strict),
    .target(name: "WiegandCodec", dependencies: ["DoorRules"], swiftSettings: strict),
    .target(name: "DoorCore", dependencies: ["DoorRules", "WiegandCodec"], swiftSettings: strict),

    // Readers on a secured line: packets, channel, and the line as a whole. Pure, too.
    .target(name: "OSDPCodec", swiftSettings: strict),
    .target(
      name: "OSDPChannel", dependencies: ["DoorRules", "OSDPCodec"], swiftSettings: strict),
    .target(
      name: "OSDPLine", dependencies: ["DoorRules", "OSDPCodec", "OSDPChannel"],
      swiftSettings: strict),

    // What is said to the cloud and to the console, and what the outside must offer.
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: strict),
    .target(
      name: "CloudProtocol", dependencies: ["DoorRules", "Deflate", crypto], swiftSettings: strict),
    .target(
      name: "ConsoleProtocol", dependencies: ["DoorRules", "CloudProtocol"],
      swiftSettings: strict),
    .target(
      name: "DoorPorts",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "OSDPCodec", "OSDPLine", "CloudProtocol",
      ],
      swiftSettings: strict),

    // The shell.
    .target(
      name: "DoorRuntime",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "CloudProtocol", "DoorPorts", crypto, log,
      ],
      swiftSettings: strict),

    // Years of door time: the shell in a world made from a seed.
    .target(
      name: "DoorSimulation",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "OSDPCodec", "OSDPChannel", "OSDPLine",
        "CloudProtocol", "DoorPorts", "DoorRuntime", log,
        .product(name: "HeapModule", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // Adapters; none imports another.
    .systemLibrary(
      name: "CLibgpiod", pkgConfig: "libgpiod", providers: [.apt(["libgpiod-dev"])]),
    .target(name: "CGpiod", dependencies: ["CLibgpiod"]),
    .systemLibrary(
      name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .target(
      name: "GPIOLinux",
      dependencies: ["CGpiod", "DoorRules", "WiegandCodec", "DoorCore", "DoorPorts"],
      swiftSettings: strict),
    .target(
      name: "SerialLinux",
      dependencies: [
        "CLinux", "DoorRules", "WiegandCodec", "DoorCore", "DoorPorts", "OSDPCodec", "OSDPChannel",
        "OSDPLine", crypto, cryptoExtras,
      ],
      swiftSettings: strict),
    .target(
      name: "StoreSQLite", dependencies: ["DoorRules", "CloudProtocol", "DoorPorts", grdb],
      swiftSettings: strict),
    .target(
      name: "CTokenTLS", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .target(
      name: "CloudMQTT", dependencies: ["CMosquitto", "CTokenTLS", "DoorPorts", "DoorRules"],
      swiftSettings: strict),
    .systemLibrary(name: "CLinux"),
    .target(
      name: "HostLinux",
      dependencies: ["CLinux", "DoorRules", "CloudProtocol", "DoorPorts", log],
      swiftSettings: strict),
    // The console's web page: real files that the build embeds, so that one program has it all.
    .target(
      name: "ConsolePage", dependencies: ["DoorRules", "CloudProtocol"],
      resources: [
        "index.html", "style.css", "texts.js", "core.js", "doors.js", "live.js", "hours.js",
        "place.js", "health.js", "explain.js", "muster.js", "plans.js", "panel.js", "start.js",
      ].map { .embedInCode($0) },
      swiftSettings: strict),
    // X.509: when certificates end, and the request for the broker's.
    .target(
      name: "Certificates",
      dependencies: ["DoorRules", "CloudProtocol", "DoorPorts", crypto, x509, asn1],
      swiftSettings: strict),
    // How HTTP servers run, end and have a certificate.
    .target(
      name: "HTTPServing",
      dependencies: [
        "CloudProtocol", hummingbird, lifecycle, log,
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),
    .target(
      name: "Console",
      dependencies: [
        "DoorRules", "CloudProtocol", "ConsolePage", "ConsoleProtocol", "HTTPServing", hummingbird,
        lifecycle, log,
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      ],
      swiftSettings: strict),
    // What is wrong, and what to do: pure checks over facts, and probes of network and machine.
    .target(
      name: "Diagnosis",
      dependencies: [
        "DoorRules", "CloudProtocol", "DoorPorts", "Settings",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),
    .target(
      name: "Settings",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "CloudProtocol", "DoorPorts", configuration,
        system,
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // The HTTP API for platforms and its webhooks, over a narrow store protocol.
    .target(
      name: "CloudAPI",
      dependencies: [
        "DoorRules", "WiegandCodec", "CloudProtocol", "HTTPServing", crypto, hummingbird, lifecycle,
        log,
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
      ],
      resources: ["platform.html", "platform.css", "platform.js"].map {
        .embedInCode("Page/\($0)")
      },
      swiftSettings: strict),

    // Rules held against data of one's own, line by line.
    .target(
      name: "DryRun",
      dependencies: [
        "DoorRules", "DoorCore", "WiegandCodec", "CloudProtocol", "ConsoleProtocol", "HostLinux",
        "Settings",
        arguments,
      ],
      swiftSettings: strict),

    // Programs.
    .executableTarget(
      name: "posternd",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "CloudProtocol", "DoorPorts", "DoorRuntime",
        "GPIOLinux", "SerialLinux", "OSDPCodec", "OSDPLine", "OSDPChannel", "StoreSQLite",
        "CloudMQTT", "HostLinux", "Certificates", "Console",
        "ConsoleProtocol", "Settings", "Diagnosis", arguments, lifecycle, log,
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "postern",
      dependencies: [
        "DoorRules", "WiegandCodec", "CloudProtocol", "DoorPorts", "ConsoleProtocol", "HostLinux",
        "Certificates", "Settings", "GPIOLinux", "StoreSQLite", "Diagnosis", "DryRun", arguments,
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "posterncloud",
      dependencies: [
        "DoorRules", "WiegandCodec", "CloudProtocol", "CloudAPI", "CloudMQTT", "DoorPorts",
        "HostLinux", "Settings", "Certificates", grdb, crypto, arguments, log,
      ],
      swiftSettings: strict),

    // The laboratory's program: measures (`Tests/Lab/bench`), simulates, and runs a broker, a cloud
    // and a door for the scripts in Tests/Lab.
    .target(
      name: "CCounters", path: "Tests/CCounters", linkerSettings: [.linkedLibrary("sqlite3")]),
    .executableTarget(
      name: "postern-lab",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "CloudProtocol", "DoorPorts", "DoorRuntime",
        "DoorSimulation",
        "GPIOLinux", "SerialLinux", "OSDPCodec", "OSDPChannel", "OSDPLine", "StoreSQLite",
        "CloudMQTT", "CCounters", "CMosquitto", "ConsoleProtocol",
        "HostLinux", "ChildProcesses", "CoreModels", "FuzzTargets", grdb, log, arguments,
      ],
      path: "Tests/postern-lab", exclude: ["RESULTS.md"], swiftSettings: strict),

    // Models that tests and fuzzers compare the product with, and the targets of the fuzzers.
    .target(
      name: "CoreModels", dependencies: ["DoorRules", "DoorCore", "OSDPCodec", "OSDPChannel"],
      path: "Tests/CoreModels",
      swiftSettings: feeding),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "CoreModels", "DoorRules", "WiegandCodec", "DoorCore", "OSDPCodec", "OSDPChannel",
        "OSDPLine", "SerialLinux", "CloudProtocol", "DoorPorts", "DoorRuntime", "GPIOLinux",
        "HostLinux", "StoreSQLite", "Settings", "Certificates",
        "Console", "ConsoleProtocol", "DryRun", crypto, grdb, hummingbird, log,
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
      ],
      path: "Tests/FuzzTargets", swiftSettings: feeding),

    // Programs that tests and the laboratory start, and ports and threads for them.
    .target(
      name: "ChildProcesses", path: "Tests/ChildProcesses",
      swiftSettings: strict),

    // What the thread sanitizer has to be told.
    .target(name: "CSanitizer", path: "Tests/CSanitizer"),

    // Tests: few targets, since each costs a link.
    .testTarget(
      name: "CoreTests",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "OSDPCodec", "OSDPChannel", "OSDPLine",
        "CoreModels",
      ],
      swiftSettings: strictTests),
    .testTarget(
      name: "AdapterTests",
      dependencies: [
        "DoorRules", "WiegandCodec", "DoorCore", "CloudProtocol", "DoorPorts", "DoorRuntime",
        "GPIOLinux", "SerialLinux", "OSDPCodec", "OSDPChannel", "OSDPLine", "StoreSQLite",
        "CloudMQTT", "HostLinux", "Certificates", "Settings",
        "Console", "ConsoleProtocol", "Diagnosis", "DoorSimulation", "CoreModels", "FuzzTargets",
        "CSanitizer", "ChildProcesses", "CloudAPI", "Deflate", "HTTPServing", "posterncloud",
        crypto, grdb,
        log,
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strictTests),
    .testTarget(
      name: "SystemTests",
      dependencies: [
        "CloudProtocol", "OSDPCodec", "OSDPChannel", "SerialLinux", "CoreModels",
        "ChildProcesses",
      ],
      swiftSettings: strictTests),
  ]
)

if isFuzzed {
  // libFuzzer brings `main`, so this target exists only with the variable.
  package.targets.append(
    .executableTarget(
      name: "postern-fuzz", dependencies: ["FuzzTargets"], path: "Tests/postern-fuzz",
      swiftSettings: feeding + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [
        .unsafeFlags([
          "-sanitize=fuzzer", "-use-ld=lld", "-Xlinker", "--allow-multiple-definition",
        ])
      ]))
}
