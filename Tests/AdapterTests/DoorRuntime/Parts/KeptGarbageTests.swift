import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Testing

@testable import DoorRuntime

@Suite("Whatever a worn card makes of what was persisted, nothing crashes (F3)")
struct KeptGarbageTests {
  /// What was persisted, and everything that is done with it after a start.
  private static let samples = [
    "1800000005000 70", "1800000005000 1000000000 timeServer b",
    "k-2 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM\nissuer-1",
    "broker 1800000000 30\nconsole 1800000000 7", "front 500000 24 0 12 live",
    "k-1 0 2 45000 1800000005000", "0 2 45000 1800000005000", "3 1800000005000",
    "gym 1 1800000005000\npool 0 5000", "1800000005000",
    #"[{"mode":"lockdown","owner":"a","reason":"b","sinceMilliseconds":5}]"#, "12345678",
    #"[{"by":"a","drill":true,"plan":"p","reason":"b","remainingMilliseconds":7,"sinceMilliseconds":5}]"#,
  ]

  private let verifier: EnvelopeVerifier

  init() throws { verifier = try EnvelopeForge().verifier() }

  @Test("each sample with bytes changed, cut, doubled and made extreme is read by every reader")
  func damaged() throws {
    var random = ProtocolTestGenerator(seed: 12)
    for sample in Self.samples {
      let bytes = Array(sample.utf8)
      for round in 0..<200 {
        var damaged = bytes
        switch round % 4 {
        case 0:
          damaged[Int.random(in: 0..<bytes.count, using: &random)] = .random(
            in: 0...255, using: &random)
        case 1: damaged.removeLast(Int.random(in: 0...bytes.count, using: &random))
        case 2:
          let place = Int.random(in: 0...bytes.count, using: &random)
          damaged.insert(contentsOf: [UInt8(ascii: " "), UInt8(ascii: "9")], at: place)
        default: damaged = Self.extreme(sample, using: &random)
        }
        try read(damaged)
      }
    }
  }

  /// The sample with each number replaced by one at an end of its range.
  private static func extreme(_ sample: String, using random: inout ProtocolTestGenerator)
    -> [UInt8]
  {
    let ends = ["9223372036854775807", "-9223372036854775808", "0", "-1", "1"]
    let lines = sample.split(separator: "\n").map { line in
      line.split(separator: " ").map { word in
        Int64(word) == nil ? String(word) : ends.randomElement(using: &random) ?? ""
      }.joined(separator: " ")
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  private func read(_ bytes: [UInt8]) throws {
    for trust in ClockTrust.allCases {
      let now = PartFixture.moment(5_000, trust: trust)
      let contact = CloudContact(kept: bytes, startedAt: PartFixture.instant(0))
      #expect(contact.ageSeconds(at: now) >= 0)
      _ = contact.bytes(at: now)
      readClock(bytes, trust)
      _ = KeptLockout.cards(from: bytes, at: now)
      _ = KeptLockout(bytes: bytes)?.restored(at: now).remainingMilliseconds(at: now.monotonic)
    }
    var keys = TrustedKeys(given: verifier)
    _ = keys.load { bytes }
    #expect(!keys.ids.isEmpty)
    _ = KeptInstant.instant(bytes)
    _ = try? KeptModes.modes(from: bytes, at: PartFixture.moment())
    _ = try? KeptPlans.entries(from: bytes, at: PartFixture.moment())
    readWatch(bytes)
    try readHolders(bytes)
  }

  private func readClock(_ bytes: [UInt8], _ trust: ClockTrust) {
    let own = KeptClock.own(bytes)
    let memory = ClockMemory(mark: ClockWatermark.instant(bytes) ?? own?.wall, own: own)
    var clock = ClockKeeper(
      memory, boot: "b", monotonic: StillClock(), wall: HandWallClock(PartFixture.start, trust),
      housekeepingSeconds: 60)
    _ = clock.now()
    let now = clock.now()
    _ = clock.note(at: now)
    _ = clock.persist(CloudContact(kept: nil, startedAt: PartFixture.instant(0)))
  }

  private func readWatch(_ bytes: [UInt8]) {
    var watch = CertificateWatch()
    _ = watch.read(
      [CertificateReading("broker", PartFixture.start..<PartFixture.start)],
      at: PartFixture.moment()
    ) { () throws(PortError) in bytes }
  }

  /// Badges and enters with what was read.
  private func readHolders(_ bytes: [UInt8]) throws {
    let state = AnyValueState(bytes)
    let card = Credential(
      id: CredentialID("k-1")!, kind: .card, person: PersonID("p1")!, unusedDays: 3_660)
    var use = try CredentialUses().use(of: card, in: state)
    use.count += 1
    let end = use.last?.advanced(bySeconds: 3_660 * 86_400)
    #expect(end.map { $0 > WallInstant(millisecondsSince1970: .min) } != false)
    #expect(use.count > 0)
    var presence = PresenceBook()
    let person = PersonID("p1")!
    let inside = AreaPresence(isInside: true, since: PartFixture.start)
    let read = try presence.presence(of: person, in: state)
    _ = presence.newest(of: person, read: read)
    let isNoted = presence.note(inside, of: person, in: AreaID("gym")!)
    #expect(isNoted)
    _ = presence.bytes(of: person)
    guard var book = OfflinePINBook(bytes: bytes) else { return }
    for key in book.entries.keys {
      let holder = book.holder(of: key)
      guard let id = holder?.credential?.id else { continue }
      _ = book.noteUse(of: id, at: PartFixture.start)
    }
    _ = book.bytes
  }
}

/// A state store that has the same bytes under every key.
private struct AnyValueState: StateStore {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func value(forKey key: String) throws(PortError) -> [UInt8]? { bytes }
  func values(withPrefix prefix: String) throws(PortError) -> [String: [UInt8]] {
    [prefix + "ada": bytes]
  }
  func setValues(_ values: [String: [UInt8]?]) throws(PortError) {}
}
