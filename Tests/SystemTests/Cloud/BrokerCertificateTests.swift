import ChildProcesses
import CoreModels
import Foundation
import Testing

/// A world whose door uses TLS to a real broker, both sides with certificates that
/// `deploy/enrol` signed; the cloud reaches the same broker without TLS.
private struct TLSWorld {
  let world: DoorWorld
  let port: Int
  /// The device's folder, with keys that were made on the device.
  let own: String

  init() throws {
    world = try DoorWorld()
    port = try LoopbackPort.free()
    own = world.folder.path + "/own"
    for authority in ["old", "new"] { try enrol(authority, "init", "localhost") }
    #expect(try postern("new", "--out", own).status == 0)
    try sign("old", "\(own)/client.csr", to: "first")
    #expect(try install("first").status == 0)
    try set("device", authorities: ["old"])
    let path = world.folder.path + "/postern.yaml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let tls = """
      cloud:
        host: localhost
        port: \(port)
        publicKeyFile: \(world.folder.path)/device/cloud.pub
        tls: {caFile: \(file("device-ca.pem")), certificateFile: \(own)/client.pem, keyFile: \(own)/client.pem}
      """
    let plain = try #require(text.split(separator: "\n").first { $0.hasPrefix("cloud: {") })
    try Data(text.replacingOccurrences(of: plain, with: tls).utf8)
      .write(to: URL(filePath: path))
    try configureBroker(certificateOf: "old", trusts: ["old"])
  }

  func file(_ name: String) -> String { world.folder.path + "/" + name }

  @discardableResult
  func enrol(_ authority: String, _ words: String...) throws -> Int32 {
    let script = Repository.file("deploy/enrol").path()
    let log = file("enrol.log")
    let child = try ChildProcess(
      "/bin/bash", [script, file("pki-" + authority)] + words, output: log, errors: log)
    let status = child.wait()
    #expect(status == 0, "\(words): \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    return status
  }

  func postern(_ action: String, _ words: String...) throws -> BuiltProgram.Outcome {
    try BuiltProgram("postern").run(["identity", action, "--controller", "gate-1"] + words)
  }

  /// As openssl reads it.
  func publicKey(ofRequest path: String) throws -> String {
    let out = file("request-key.pem")
    let child = try ChildProcess(
      "/usr/bin/openssl", ["req", "-in", path, "-noout", "-pubkey", "-out", out])
    try #require(child.wait() == 0)
    return try String(contentsOfFile: out, encoding: .utf8)
  }

  func sign(_ authority: String, _ request: String, to name: String) throws {
    try enrol(authority, "sign", "gate-1", request, file(name + ".pem"))
  }

  func install(_ name: String) throws -> BuiltProgram.Outcome {
    try postern("install", "--folder", own, "--certificate", file(name + ".pem"))
  }

  /// The CAs that one side trusts, in one file.
  func set(_ side: String, authorities: [String]) throws {
    let all = try authorities.map {
      try String(contentsOfFile: file("pki-\($0)/ca.pem"), encoding: .utf8)
    }
    try Data(all.joined().utf8).write(to: URL(filePath: file(side + "-ca.pem")), options: .atomic)
  }

  /// Restarts the broker with this certificate; it accepts clients of these CAs.
  func setBroker(certificateOf authority: String, trusts: [String]) throws {
    world.stopBroker()
    try configureBroker(certificateOf: authority, trusts: trusts)
    try world.startBroker()
  }

  private func configureBroker(certificateOf authority: String, trusts: [String]) throws {
    try set("broker", authorities: trusts)
    let path = file("mosquitto.conf")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let plain = text.components(separatedBy: "# TLS")[0]
    try Data(
      """
      \(plain)# TLS
      listener \(port) 127.0.0.1
      cafile \(file("broker-ca.pem"))
      certfile \(file("pki-\(authority)/broker/cert.pem"))
      keyfile \(file("pki-\(authority)/broker/key.pem"))
      require_certificate true

      """.utf8
    ).write(to: URL(filePath: path))
  }

  /// The door is connected to its cloud and kept serving: a card opens.
  func serves() throws -> Bool {
    try world.eventually { world.isConnected } && world.opens(card: 345)
  }
}

@Suite("The broker's certificates are renewed while the door serves (D12)", .serialized, .blocking)
struct BrokerCertificateTests {
  @Test(
    "a new key, a new CA, both sides in turn, over kill -9 in the middle of each step: no visit")
  func renewal() throws {
    let site = try TLSWorld()
    let world = site.world
    #expect(try world.open())
    #expect(try world.opens(card: 345))

    // The power fails after the next key is made; afterwards the request is for the same key.
    #expect(try site.postern("renew", "--folder", site.own).status == 0)
    let next = site.own + "/client-next.csr"
    let key = try site.publicKey(ofRequest: next)
    try FileManager.default.removeItem(atPath: next)
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(try site.serves())
    #expect(try site.postern("renew", "--folder", site.own).status == 0)
    #expect(try site.publicKey(ofRequest: next) == key)

    // Both sides trust both CAs, one side after the other.
    try site.set("device", authorities: ["old", "new"])
    try site.setBroker(certificateOf: "old", trusts: ["old", "new"])
    #expect(try site.serves())

    // A certificate of another key, or no certificate, changes nothing.
    let inForce = FileManager.default.contents(atPath: site.own + "/client.pem")
    for wrong in ["pki-new/broker/cert", "pki-new/ca", "mosquitto.conf/none", "device/cloud.pub"] {
      #expect(try site.install(wrong).status == 1, "\(wrong)")
    }
    #expect(FileManager.default.contents(atPath: site.own + "/client.pem") == inForce)

    // One run is cut off before it renames the files; the next one finishes.
    try site.sign("new", next, to: "second")
    try Data("half a file".utf8).write(to: URL(filePath: site.own + "/client.pem.next"))
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(try site.serves())
    #expect(try site.install("second").status == 0)
    #expect(try site.install("second").status == 0)
    #expect(world.isConnected)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: site.own).filter {
        $0.contains("next")
      } == [])
    let mode = try FileManager.default.attributesOfItem(atPath: site.own + "/client.pem")
    #expect(mode[.posixPermissions] as? Int == 0o600)
    world.killDaemon(SIGKILL)
    try world.startDaemon()
    #expect(try site.serves())

    // The broker follows; then the old CA is removed, and with it the old certificate.
    try site.setBroker(certificateOf: "new", trusts: ["old", "new"])
    #expect(try site.serves())
    try site.set("device", authorities: ["new"])
    try site.setBroker(certificateOf: "new", trusts: ["new"])
    #expect(try site.serves())
    #expect(try world.cloudHasEverything())
    let diagnosis = try world.postern("diagnose", "--json").output
    #expect(diagnosis.contains("TLS is up, and the broker's certificate is good"), "\(diagnosis)")
  }

  @Test("without the overlap the door loses its cloud, reports that, and keeps serving")
  func withoutOverlap() throws {
    let site = try TLSWorld()
    let world = site.world
    #expect(try world.open())
    try site.setBroker(certificateOf: "new", trusts: ["new"])
    #expect(world.eventually { !world.isConnected })
    #expect(try world.opens(card: 345))
    #expect(
      world.eventually { world.daemonLog.contains("certificate verify failed") },
      "\(world.daemonLog.suffix(500))")
    try site.set("device", authorities: ["old", "new"])
    try site.setBroker(certificateOf: "new", trusts: ["old", "new"])
    #expect(try site.serves())
  }
}
