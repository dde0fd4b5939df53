import Certificates
import ChildProcesses
import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import HostLinux
import Testing

@Suite("Certificates that end are told in time (D13)")
struct ExpiryTests {
  private func end(inDays days: Int, from now: WallInstant) -> WallInstant {
    now.advanced(bySeconds: Int64(days) * 86_400)
  }

  /// Of a year's life.
  private func life(ending end: WallInstant, days: Int64 = 365) -> Range<WallInstant> {
    end.advanced(bySeconds: -days * 86_400)..<end
  }

  @Test(
    "none before the last quarter of its life: one that renews itself with a third left is no trouble",
    arguments: [
      (120, [30, 14, 7, 1, 0]), (119, [14, 7, 1, 0]), (90, [14, 7, 1, 0]), (30, [7, 1, 0]),
      (27, [1, 0]), (7, [1, 0]), (3, [0]),
    ])
  func shortLife(_ days: Int, _ expected: [Int]) {
    let start = WallInstant(secondsSince1970: 1_800_000_000)
    let end = end(inDays: days, from: start)
    var watch = ExpiryWatch()
    var told: [Int] = []
    for hour in 0...(days * 24) {
      let now = start.advanced(bySeconds: Int64(hour) * 3_600)
      guard let warning = watch.look(at: "a", living: start..<end, now: now) else { continue }
      told.append(warning.days)
    }
    #expect(told == expected)
  }

  @Test("once each at 30, 14, 7 and 1 days and at the end, over restarts, and anew after a renewal")
  func warnings() {
    let start = WallInstant(secondsSince1970: 1_800_000_000)
    let end = end(inDays: 60, from: start)
    var watch = ExpiryWatch()
    var told: [Int] = []
    var days: [Int] = []
    for hour in 0..<(61 * 24) {
      let now = start.advanced(bySeconds: Int64(hour) * 3_600)
      watch = ExpiryWatch(bytes: watch.bytes)
      if let warning = watch.look(at: "broker.client", living: life(ending: end), now: now) {
        told.append(warning.days)
        days.append(hour / 24)
      }
    }
    #expect(told == [30, 14, 7, 1, 0])
    #expect(days == [30, 46, 53, 59, 60])
    let later = start.advanced(bySeconds: 61 * 86_400)
    let renewed = self.end(inDays: 90, from: later)
    #expect(watch.look(at: "broker.client", living: life(ending: renewed), now: later) == nil)
    let soon = later.advanced(bySeconds: 80 * 86_400)
    #expect(watch.look(at: "broker.client", living: life(ending: renewed), now: soon)?.days == 14)
    #expect(watch.look(at: "broker.client", living: life(ending: renewed), now: soon) == nil)
  }

  @Test("a controller that was off finds only the nearest warning due, not all of them")
  func late() {
    let start = WallInstant(secondsSince1970: 1_800_000_000)
    var watch = ExpiryWatch()
    let end = end(inDays: 5, from: start)
    #expect(watch.look(at: "a", living: life(ending: end), now: start)?.days == 7)
    #expect(watch.look(at: "a", living: life(ending: end), now: start) == nil)
  }

  @Test("the end that openssl wrote is read, from the earliest certificate of a file")
  func openssl() throws {
    let store = StoreFixture()
    try store.write(Data(), to: "x")
    var pems = ""
    for days in [20, 3, 40] {
      let child = try ChildProcess(
        "/usr/bin/openssl",
        [
          "req", "-x509", "-newkey", "ec", "-pkeyopt",
          "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)", "-subj", "/CN=x", "-keyout",
          store.path("key.pem"), "-out", store.path("\(days).pem"),
        ])
      #expect(child.wait() == 0)
      pems += String(decoding: try store.bytes("\(days).pem"), as: UTF8.self)
    }
    try store.write(Data(pems.utf8), to: "all.pem")
    let found = CertificateFiles(
      paths: ["all": store.path("all.pem"), "none": store.path("none.pem")]
    ).read()
    #expect(found.map(\.name) == ["all"])
    let expected = Date.now.timeIntervalSince1970 + 3 * 86_400
    #expect(abs(Double(found[0].life.upperBound.secondsSince1970) - expected) < 120)
    #expect(abs(Double(found[0].life.lowerBound.secondsSince1970) + 3 * 86_400 - expected) < 120)
    // A file that is too long is not read at all.
    for (count, isRead) in [(CertificateEnd.fileBytesMax, true), (65_537, false)] {
      let padded = pems + String(repeating: "\n", count: count - pems.utf8.count)
      try store.write(Data(padded.utf8), to: "padded.pem")
      let read = CertificateFiles(paths: ["padded": store.path("padded.pem")]).read()
      #expect(read.isEmpty != isRead, "\(count)")
    }
    // Cut anywhere it is no certificate, and never a crash.
    let single = String(decoding: try store.bytes("3.pem"), as: UTF8.self)
    let lines = single.split(separator: "\n")
    let body = lines.dropFirst().dropLast().joined()
    for length in stride(from: 0, to: body.count - 4, by: 4) {
      let cut =
        "-----BEGIN CERTIFICATE-----\n\(body.prefix(length))\n-----END CERTIFICATE-----\n"
      #expect(CertificateEnd.earliest(ofPEM: cut) == nil)
    }
  }

  @Test("an end after 2049, which is written as GeneralizedTime, is read too")
  func generalizedTime() throws {
    let store = StoreFixture()
    try store.write(Data(), to: "x")
    let child = try ChildProcess(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "20000", "-subj", "/CN=x",
        "-keyout", store.path("key.pem"), "-out", store.path("late.pem"),
      ])
    #expect(child.wait() == 0)
    let pem = String(decoding: try store.bytes("late.pem"), as: UTF8.self)
    let end = try #require(CertificateEnd.earliest(ofPEM: pem))
    let expected = Date.now.timeIntervalSince1970 + 20_000 * 86_400
    #expect(abs(Double(end.secondsSince1970) - expected) < 120)
  }

  @Test("the door records it, and says it in its status")
  func door() async throws {
    struct Source: CertificateSource {
      func read() -> [(name: String, life: Range<WallInstant>)] {
        let end = RuntimeWorld.start.advanced(bySeconds: 6 * 86_400)
        return [("broker.client", end.advanced(bySeconds: -90 * 86_400)..<end)]
      }
    }
    let world = try RuntimeWorld(certificates: Source())
    try await world.serve()
    try await world.eventually("a warning") {
      try await world.runtime.events(.init(type: "postern.certificate.expiring.v1", limit: 5))
        .first?.draft.detail["days"] == "7"
    }
    #expect(
      await world.runtime.status().troubles.contains(
        "certificate broker.client ends in 6 days: renew it"))
    await world.end()
  }
}
