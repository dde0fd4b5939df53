import ChildProcesses
import CloudMQTT
import DoorPorts
import DoorRules
import Foundation
import Testing

/// Keys and certificates made by the `openssl` program.
struct Certificates {
  static let program = "/usr/bin/openssl"
  let folder: URL

  init(in folder: URL) throws {
    self.folder = folder
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    try run("req -x509 \(key) -days 2 -subj /CN=ca -keyout @ca.key -out @ca.pem")
    for name in ["localhost", "door"] {
      try "subjectAltName=DNS:\(name)\n".write(
        toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
      try run("req \(key) -subj /CN=\(name) -keyout @\(name).key -out @\(name).csr")
      try run(
        "x509 -req -in @\(name).csr -CA @ca.pem -CAkey @ca.key -CAcreateserial -days 2 "
          + "-extfile @\(name).ext -out @\(name).pem")
    }
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// `@` stands for the folder.
  func run(_ arguments: String) throws {
    let words = arguments.split(separator: " ").map { word in
      word.hasPrefix("@") ? path(String(word.dropFirst())) : String(word)
    }
    guard try ChildProcess(Self.program, words).wait() == 0 else {
      throw BrokerFixture.Failure(description: "openssl \(arguments) failed")
    }
  }
}

/// A token of SoftHSM, in the certificates' folder, that holds the door's key.
enum Token {
  private static let module = "/usr/lib/softhsm/libsofthsm2.so"
  static let isInstalled = [
    module, "/usr/bin/softhsm2-util", "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so",
  ].allSatisfy { FileManager.default.fileExists(atPath: $0) }

  static func create(_ files: Certificates) throws {
    let tokens = files.path("tokens")
    try FileManager.default.createDirectory(atPath: tokens, withIntermediateDirectories: true)
    try "directories.tokendir = \(tokens)\n".write(
      toFile: files.path("softhsm2.conf"), atomically: true, encoding: .utf8)
    // The library that the link uses reads them in this process.
    setenv("SOFTHSM2_CONF", files.path("softhsm2.conf"), 1)
    setenv("PKCS11_MODULE_PATH", module, 1)
    try files.run("pkcs8 -topk8 -nocrypt -in @door.key -out @door.p8")
    for arguments in [
      ["--init-token", "--free", "--label", "postern", "--so-pin", "1234", "--pin", "1234"],
      [
        "--import", files.path("door.p8"), "--token", "postern", "--label", "tls", "--id", "01",
        "--pin", "1234",
      ],
    ] {
      guard
        try ChildProcess(
          "/usr/bin/softhsm2-util", arguments,
          environment: ["SOFTHSM2_CONF": files.path("softhsm2.conf")]
        ).wait() == 0
      else { throw BrokerFixture.Failure(description: "softhsm2-util \(arguments) failed") }
    }
  }
}

@Suite(
  "TLS to the broker (D1)",
  .enabled(if: BrokerFixture.isInstalled, Comment(rawValue: BrokerFixture.missing)),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs openssl"))
struct CloudMQTTTLSTests {
  @Test(
    "D1 E4: the key may stay in a token, where a PKCS#11 URI finds it",
    .enabled(if: Token.isInstalled, "needs softhsm2 and libengine-pkcs11-openssl"))
  func token() async throws {
    let broker = try BrokerFixture(options: [
      "cafile FOLDER/ca.pem", "certfile FOLDER/localhost.pem", "keyfile FOLDER/localhost.key",
      "require_certificate true",
    ])
    let files = try Certificates(in: broker.folder)
    try Token.create(files)
    try broker.start()
    var settings = broker.settings("door", subscriptions: ["t"])
    settings.host = "localhost"
    settings.tls = TLSSettings(
      caFile: files.path("ca.pem"), certificateFile: files.path("door.pem"),
      identity: Secret("pkcs11:token=postern;object=tls?pin-value=1234"))
    let door = try await TestLink(settings).connected()
    try door.say("hello", on: "t")
    #expect(try await door.seen.wait { $0.texts(on: "t") == ["hello"] })
    door.link.stop()

    // The PIN may stand in a file.
    let pin = files.path("token.pin")
    try "1234".write(toFile: pin, atomically: true, encoding: .utf8)
    settings.tls?.identity = Secret("pkcs11:token=postern;object=tls?pin-source=file:\(pin)")
    let byFile = try await TestLink(settings).connected()
    byFile.link.stop()

    settings.tls?.identity = Secret("pkcs11:token=postern;object=other?pin-value=1234")
    let keyless = TestLink(settings)
    try keyless.start()
    #expect(try await keyless.seen.wait { !$0.disconnectReasons.isEmpty })
    keyless.link.stop()
    #expect(!keyless.seen.isConnected)
  }

  @Test(
    "D1: both sides present certificates; without ours, or with a wrong CA, nothing is published")
  func clientCertificates() async throws {
    let broker = try BrokerFixture(options: [
      "cafile FOLDER/ca.pem", "certfile FOLDER/localhost.pem", "keyfile FOLDER/localhost.key",
      "require_certificate true",
    ])
    let files = try Certificates(in: broker.folder)
    try broker.start()
    var settings = broker.settings("door", subscriptions: ["t"])
    settings.host = "localhost"
    settings.tls = TLSSettings(
      caFile: files.path("ca.pem"), certificateFile: files.path("door.pem"),
      keyFile: files.path("door.key"))
    let door = try await TestLink(settings).connected()
    try door.say(String(repeating: "long ", count: 20_000), on: "t")
    #expect(try await door.seen.wait { $0.texts(on: "t").first?.count == 100_000 })
    door.link.stop()

    settings.tls = TLSSettings(caFile: files.path("ca.pem"))
    let nameless = TestLink(settings)
    try nameless.start()
    #expect(try await nameless.seen.wait { !$0.disconnectReasons.isEmpty })
    nameless.link.stop()
    #expect(!nameless.seen.isConnected)

    settings.tls = TLSSettings(
      caFile: files.path("door.pem"), certificateFile: files.path("door.pem"),
      keyFile: files.path("door.key"))
    let misled = TestLink(settings)
    try misled.start()
    #expect(try await misled.seen.wait { !$0.disconnectReasons.isEmpty })
    misled.link.stop()
    #expect(!misled.seen.isConnected)
    #expect(
      misled.seen.disconnectReasons.contains { $0.contains("certificate verify failed") },
      "\(misled.seen.disconnectReasons)")

    // The broker's certificate names localhost, not its address.
    settings.host = "127.0.0.1"
    settings.tls?.caFile = files.path("ca.pem")
    let elsewhere = TestLink(settings)
    try elsewhere.start()
    #expect(try await elsewhere.seen.wait { !$0.disconnectReasons.isEmpty })
    elsewhere.link.stop()
    #expect(!elsewhere.seen.isConnected)

    settings.tls?.caFile = "/nowhere/ca.pem"
    let fileless = TestLink(settings)
    try fileless.start()
    #expect(
      try await fileless.seen.wait {
        $0.disconnectReasons.contains { $0.contains("/nowhere/ca.pem") }
      })
    fileless.link.stop()

    // A pipe keeps nobody waiting, and is read again once it is a file.
    let pipe = files.path("later.pem")
    #expect(mkfifo(pipe, 0o600) == 0)
    settings.host = "localhost"
    settings.tls = TLSSettings(
      caFile: pipe, certificateFile: files.path("door.pem"), keyFile: files.path("door.key"))
    let waiting = TestLink(settings)
    try waiting.start()
    #expect(
      try await waiting.seen.wait {
        $0.disconnectReasons.contains { $0.contains("later.pem") && $0.contains("not a file") }
      })
    try FileManager.default.removeItem(atPath: pipe)
    try FileManager.default.copyItem(atPath: files.path("ca.pem"), toPath: pipe)
    #expect(try await waiting.seen.wait { $0.isConnected })
    waiting.link.stop()
  }

  @Test(
    "D1: a broker whose certificate is over, for clients only, of another name or of a namesake CA is refused",
    arguments: ["over", "client", "name", "namesake", "self"])
  func forged(_ kind: String) async throws {
    let broker = try BrokerFixture(options: [
      "cafile FOLDER/ca.pem", "certfile FOLDER/forged.pem", "keyfile FOLDER/forged.key",
    ])
    let files = try Certificates(in: broker.folder)
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    let names = kind == "name" ? "DNS:elsewhere.example" : "DNS:localhost"
    let usage = kind == "client" ? "clientAuth" : "serverAuth"
    try "subjectAltName=\(names)\nextendedKeyUsage=\(usage)\n".write(
      toFile: files.path("forged.ext"), atomically: true, encoding: .utf8)
    // The name of the certificate's subject is the broker's own; what counts is the list of names.
    try files.run("req \(key) -subj /CN=localhost -keyout @forged.key -out @forged.csr")
    let authority = kind == "namesake" ? "namesake" : "ca"
    let life = kind == "over" ? "-days -1" : "-days 2"
    try files.run("req -x509 \(key) -days 2 -subj /CN=ca -keyout @namesake.key -out @namesake.pem")
    if kind == "self" {
      try files.run("req -x509 -key @forged.key -days 2 -subj /CN=localhost -out @forged.pem")
    } else {
      try files.run(
        "x509 -req -in @forged.csr -CA @\(authority).pem -CAkey @\(authority).key "
          + "-CAcreateserial \(life) -extfile @forged.ext -out @forged.pem")
    }
    try broker.start()
    var settings = broker.settings("door", subscriptions: ["t"])
    settings.host = "localhost"
    settings.tls = TLSSettings(caFile: files.path("ca.pem"))
    let door = TestLink(settings)
    try door.start()
    #expect(try await door.seen.wait { !$0.disconnectReasons.isEmpty })
    door.link.stop()
    #expect(!door.seen.isConnected)
  }

  @Test("D1: the handshake names the protocol for a broker that shares its port with others")
  func protocolName() async throws {
    let port = try LoopbackPort.free()
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(bound == 0 && listen(listener, 1) == 0)
    // Nobody waits for ever for a client that does not come.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      listener, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "alpn-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try Certificates(in: folder)
    let door = TestLink(
      MQTTSettings(
        host: "127.0.0.1", port: port, clientID: "door",
        tls: TLSSettings(caFile: files.path("ca.pem"), alpn: "x-example-mqtt"),
        reconnectMillisecondsMax: 100))
    try door.start()
    // The first packet is the ClientHello, which has the name in clear.
    let hello = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let client = accept(listener, nil, nil)
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(client, &bytes, bytes.count, 0)
        close(client)
        continuation.resume(returning: String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
      }
    }
    #expect(hello.contains("x-example-mqtt"))
    door.link.stop()
  }
}
