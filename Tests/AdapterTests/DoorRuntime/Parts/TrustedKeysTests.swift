import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import Testing

@testable import DoorRuntime

@Suite("TrustedKeys: the cloud's keys, and what the cloud changed of them (D12, D4)")
struct TrustedKeysTests {
  private static let own = EnvelopeForge.keyID
  private static let second = [UInt8](repeating: 3, count: 32)
  private static let secondLine = "k-2 \(Data(second).base64URL)"
  private let given: EnvelopeVerifier
  private var keys: TrustedKeys

  init() throws {
    given = try EnvelopeForge().verifier()
    keys = TrustedKeys(given: given)
  }

  private func loaded(_ kept: String) -> (keys: TrustedKeys, wishes: [Wish]) {
    var keys = TrustedKeys(given: given)
    let wishes = keys.load { Array(kept.utf8) }
    return (keys, wishes)
  }

  private static func trust(_ id: String, _ rights: KeyRights = .every) -> KeyChange {
    .trust(id: id, bytes: second, rights)
  }

  private func known(_ keys: TrustedKeys) -> [String] {
    keys.ids
  }

  @Test("the keys of the file count before anything is read, and where nothing was persisted")
  mutating func fileAlone() {
    #expect(keys.needsLoading && known(keys) == [Self.own])
    #expect(keys.load { nil }.isEmpty)
    #expect(!keys.needsLoading && known(keys) == [Self.own])
    let without = TrustedKeys(given: nil)
    #expect(!without.needsLoading && without.verifier == nil)
  }

  @Test("F3: while what was persisted cannot be read the file counts, and no key can be changed")
  mutating func unreadable() {
    #expect(keys.load { throw PartFixture.error }.names == ["log error"])
    #expect(keys.needsLoading && known(keys) == [Self.own])
    let wishes = keys.change(Self.trust("k-2"), by: Self.own, order: "c-1")
    #expect(wishes.names == ["end c-1"])
    guard case .failed? = wishes.ends["c-1"] else {
      Issue.record("not failed")
      return
    }
    // The next try may succeed.
    #expect(keys.load { Array(Self.secondLine.utf8) }.isEmpty)
    #expect(known(keys) == [Self.own, "k-2"])
  }

  @Test("a new key is persisted and recorded before it is confirmed, and is in force at once")
  mutating func trust() {
    _ = keys.load { nil }
    let wishes = keys.change(Self.trust("k-2"), by: Self.own, order: "c-1")
    #expect(wishes.names == ["persist cloud.keys", "record admin.cloudKeys", "endPersisted"])
    #expect(wishes.writtenText == ["cloud.keys": Self.secondLine])
    #expect(wishes.records.first?.reason == "trusted")
    #expect(wishes.records.first?.detail == ["key": "k-2", "by": Self.own])
    #expect(wishes.ends.isEmpty, "confirmed once it is on disk")
    #expect(known(keys) == [Self.own, "k-2"])
  }

  @Test(
    "the last key stays, a name is not taken over, no unknown key is withdrawn; nothing is persisted"
  )
  mutating func refused() {
    _ = keys.load { nil }
    for wishes in [
      keys.change(.distrust(id: Self.own), by: nil, order: "c-1"),
      keys.change(Self.trust(Self.own), by: Self.own, order: "c-1"),
      keys.change(.trust(id: "k-3", bytes: [1, 2], .every), by: Self.own, order: "c-1"),
      // A misspelled name: the stolen key would go on.
      keys.change(.distrust(id: "isuer-1"), by: Self.own, order: "c-1"),
    ] {
      #expect(wishes.names == ["end c-1"])
      guard case .rejected? = wishes.ends["c-1"] else {
        Issue.record("not rejected")
        return
      }
    }
    #expect(known(keys) == [Self.own])
  }

  @Test("a kept key that is nobody's is not believed, and hides no withdrawal of another")
  func nobodys() {
    let nobodys = "k-9 \(Data([1] + [UInt8](repeating: 0, count: 31)).base64URL)"
    let (keys, wishes) = loaded("\(nobodys)\n\(Self.secondLine)\n\(Self.own)")
    #expect(wishes.names == ["log error"] && known(keys) == ["k-2"])
  }

  @Test("the file's key can be withdrawn once there is another, and that survives a restart")
  mutating func withdraw() {
    _ = keys.load { nil }
    _ = keys.change(Self.trust("k-2"), by: Self.own, order: "c-1")
    let wishes = keys.change(.distrust(id: Self.own), by: "k-2", order: "c-2")
    #expect(wishes.records.first?.reason == "distrusted")
    // The addition first: no line leaves the controller without a key.
    let kept = "\(Self.secondLine)\n\(Self.own)"
    #expect(wishes.writtenText == ["cloud.keys": kept])
    let (restarted, problems) = loaded(kept)
    #expect(problems.isEmpty && known(restarted) == ["k-2"])
    #expect(known(loaded(Self.secondLine).keys) == [Self.own, "k-2"])
  }

  @Test("lines that the file overtook change nothing: its own key again, and one that is gone")
  func overtaken() {
    let own = given.keys[Self.own]?.bytes ?? []
    let (keys, wishes) = loaded("\(Self.own) \(Data(own).base64URL)\nold-key")
    #expect(wishes.isEmpty && known(keys) == [Self.own])
  }

  private static let limited = KeyRights(
    [.unlock], doors: Set(["front", "back"].compactMap { DoorID($0) }),
    until: WallInstant(secondsSince1970: 1_790_000_000))

  @Test("a key with some rights is persisted with them, told, and has no more after a restart")
  mutating func delegated() throws {
    _ = keys.load { nil }
    let wishes = keys.change(Self.trust("k-2", Self.limited), by: Self.own, order: "c-1")
    #expect(wishes.records.first?.reason == "delegated")
    #expect(
      wishes.records.first?.detail
        == [
          "key": "k-2", "by": Self.own, "rights": "unlock", "doors": "back front",
          "until": "1790000000",
        ])
    let kept = try #require(wishes.writtenText["cloud.keys"])
    let (restarted, problems) = loaded(kept)
    #expect(problems.isEmpty)
    #expect(restarted.verifier?.keys["k-2"]?.rights == Self.limited)
    #expect(restarted.verifier?.keys["k-2"]?.bytes == Self.second)
  }

  @Test("a version that knows no rights passes a limited key over, and keeps the withdrawals")
  mutating func downgrade() throws {
    _ = keys.load { nil }
    _ = keys.change(Self.trust("k-2"), by: Self.own, order: "c-1")
    _ = keys.change(.distrust(id: Self.own), by: "k-2", order: "c-2")
    let third = KeyChange.trust(id: "k-3", bytes: [UInt8](repeating: 5, count: 32), Self.limited)
    let kept = try #require(
      keys.change(third, by: "k-2", order: "c-3").writtenText["cloud.keys"])
    // What the version before this one read: `kid key`, and a key that is nobody's is skipped.
    let lines = kept.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.map(\.first) == ["k-2", "k-3", Self.own])
    let second = try #require(Base64URL.decode(lines[1][1].utf8))
    #expect(second.count == 32 && (try? SigningKey(second)) == nil)
    #expect(lines[2].count == 1)
  }

  @Test("one key with every right and no end stays: it is neither limited nor withdrawn")
  mutating func lastWithEveryRight() {
    _ = keys.load { nil }
    _ = keys.change(Self.trust("k-2", Self.limited), by: Self.own, order: "c-1")
    let own = given.keys[Self.own]?.bytes ?? []
    for change in [
      KeyChange.distrust(id: Self.own), .trust(id: Self.own, bytes: own, Self.limited),
    ] {
      let wishes = keys.change(change, by: nil, order: "c-2")
      #expect(wishes.names == ["end c-2"])
      guard case .rejected(let reason)? = wishes.ends["c-2"] else {
        Issue.record("not rejected")
        return
      }
      #expect(reason.contains("last one with every right"))
    }
  }

  @Test("the file's key can be limited once another has every right, and that survives a restart")
  mutating func limitTheFile() throws {
    _ = keys.load { nil }
    _ = keys.change(Self.trust("k-2"), by: Self.own, order: "c-1")
    let own = given.keys[Self.own]?.bytes ?? []
    let change = KeyChange.trust(id: Self.own, bytes: own, Self.limited)
    let kept = try #require(
      keys.change(change, by: "k-2", order: "c-2").writtenText["cloud.keys"])
    #expect(loaded(kept).keys.verifier?.keys[Self.own]?.rights == Self.limited)
  }

  /// A command that gives the key number `number` these rights.
  private static func give(_ number: UInt8, _ rights: [KeyRight], until: Int64? = nil) -> KeyChange
  {
    .trust(
      id: "k-\(number)", bytes: [UInt8](repeating: 2 * number - 1, count: 32),
      KeyRights(Set(rights), until: until.map { WallInstant(secondsSince1970: $0) }))
  }

  private func isRejected(_ wishes: [Wish]) -> Bool {
    if case .rejected? = wishes.ends["c"] { true } else { false }
  }

  /// The owner gives k-2, which gives k-3, which gives k-4.
  private func chain() -> TrustedKeys {
    var keys = TrustedKeys(given: given)
    _ = keys.load { nil }
    for (number, signer) in [(UInt8(2), Self.own), (3, "k-2"), (4, "k-3")] {
      _ = keys.change(Self.give(number, [.trust, .operate]), by: signer, order: "c")
    }
    return keys
  }

  @Test("a key that is taken back takes along what it gave, over any number of steps and a restart")
  func children() throws {
    var keys = chain()
    #expect(known(keys) == [Self.own, "k-2", "k-3", "k-4"])
    let wishes = keys.change(.distrust(id: "k-2"), by: Self.own, order: "c")
    #expect(
      wishes.records.first?.detail == ["key": "k-2", "by": Self.own, "ended": "k-3 k-4"])
    #expect(known(keys) == [Self.own])
    let kept = try #require(wishes.writtenText["cloud.keys"])
    #expect(known(loaded(kept).keys) == [Self.own])
    // After a restart it is known as well who gave what.
    var more = chain()
    let again = more.change(
      Self.give(5, [.operate]), by: "k-4", order: "c")
    var restarted = loaded(try #require(again.writtenText["cloud.keys"])).keys
    #expect(known(restarted) == [Self.own, "k-2", "k-3", "k-4", "k-5"])
    _ = restarted.change(.distrust(id: "k-3"), by: Self.own, order: "c")
    #expect(known(restarted) == [Self.own, "k-2"])
  }

  @Test("what a giver has no more, those have no more whom it gave that")
  func narrowed() {
    var keys = chain()
    _ = keys.change(
      Self.give(2, [.trust, .operate], until: 1_790_000_000), by: Self.own, order: "c")
    #expect(known(keys) == [Self.own, "k-2"])
    keys = chain()
    _ = keys.change(Self.give(3, [.trust]), by: Self.own, order: "c")
    #expect(known(keys) == [Self.own, "k-2", "k-3"])
  }

  @Test("no key makes itself nobody's, and none has a second name to go on under")
  func escape() {
    var keys = chain()
    // Its own rights again, signed by itself.
    _ = keys.change(Self.give(3, [.trust, .operate]), by: "k-3", order: "c")
    let alias = KeyChange.trust(
      id: "alias", bytes: [UInt8](repeating: 3, count: 32), KeyRights([.operate]))
    #expect(isRejected(keys.change(alias, by: "k-2", order: "c")))
    #expect(isRejected(keys.change(alias, by: Self.own, order: "c")))
    _ = keys.change(.distrust(id: "k-2"), by: Self.own, order: "c")
    #expect(known(keys) == [Self.own])
  }

  @Test("what the owner's key gave stays when that key is replaced")
  func rotation() {
    var keys = TrustedKeys(given: given)
    _ = keys.load { nil }
    _ = keys.change(Self.give(4, [.unlock]), by: Self.own, order: "c")
    _ = keys.change(Self.trust("k-2"), by: Self.own, order: "c")
    _ = keys.change(.distrust(id: Self.own), by: "k-2", order: "c")
    #expect(known(keys) == ["k-2", "k-4"])
  }

  @Test("a key without every right leaves places for the owner's next key")
  func places() {
    var keys = TrustedKeys(given: given)
    _ = keys.load { nil }
    _ = keys.change(Self.give(2, [.trust, .operate]), by: Self.own, order: "c")
    for number in UInt8(3)...12 {
      _ = keys.change(Self.give(number, [.operate]), by: "k-2", order: "c")
    }
    #expect(keys.ids.count == SigningKeys.keysMax - SigningKeys.reservedPlaces)
    let next = KeyChange.trust(id: "next", bytes: [UInt8](repeating: 99, count: 32), .every)
    #expect(!isRejected(keys.change(next, by: Self.own, order: "c")))
  }

  @Test(
    "a limited key that cannot be read in full is trusted for nothing",
    arguments: [
      "rights=unlock,fly", "rights=", "doors=front", "rights=unlock doors=a/b",
      "rights=unlock until=soon", "rights=unlock until=-5", "rights=unlock zone=hall", "unlock", "",
    ])
  func unreadableRights(_ rights: String) {
    let nobody = Data(repeating: 0, count: 32).base64URL
    let key = Data(Self.second).base64URL
    #expect(known(loaded("k-2 \(nobody) \(key) \(rights)").keys) == [Self.own])
    #expect(known(loaded("k-2 \(nobody)").keys) == [Self.own])
  }

  @Test(
    "F3: lines that cannot be in force leave the file's keys, never no key, and never crash",
    arguments: [
      "issuer-1", "k-2", "k-2 !!!", "issuer-1 !!!", "k-2 AAAA", "  ", "\n\n", " \n  \n", "\u{FFFD}",
      "k 2 3 4 5",
    ])
  func garbage(_ kept: String) {
    #expect(known(loaded(kept).keys) == [Self.own])
  }
}
