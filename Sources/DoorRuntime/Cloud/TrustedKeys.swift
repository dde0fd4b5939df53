import CloudProtocol
import DoorCore
import Foundation

/// The cloud's signing keys: the ones that the controller came with, and what the cloud changed of
/// them since.
struct TrustedKeys {
  private let given: EnvelopeVerifier?
  /// Nil until what was persisted could be read.
  private var current: EnvelopeVerifier?

  /// `given` is the file of the settings; nil without a cloud.
  init(given: EnvelopeVerifier?) { self.given = given }

  /// Whether ``load(_:)`` is still to be called.
  var needsLoading: Bool { given != nil && current == nil }

  /// Takes what was persisted. While that cannot be read, the file alone counts.
  mutating func load(_ kept: () throws -> [UInt8]?) -> [Wish] {
    guard var known = given else { return [] }
    do {
      var wishes: [Wish] = []
      for line in Self.lines(try kept() ?? []) {
        // One that an earlier version took must not keep the others' withdrawals from counting.
        if let bytes = line.bytes, bytes.count == SigningKey.byteCount,
          (try? SigningKey(bytes)) == nil
        {
          wishes.append(.log(.error, "the cloud's key \(line.keyID) is nobody's, and not believed"))
          continue
        }
        // Trusting a key of the file again, or distrusting one that the file no longer has, changes
        // nothing.
        if let bytes = line.bytes {
          try known.trust(keyID: line.keyID, bytes: bytes)
        } else if known.publicKeys[line.keyID] != nil {
          try known.distrust(keyID: line.keyID)
        }
      }
      current = known
      return wishes
    } catch {
      return [.log(.error, "what the cloud said of its keys is not in force: \(error)")]
    }
  }

  /// Verifies with the keys that are trusted now; nil without a cloud.
  var verifier: EnvelopeVerifier? { current ?? given }

  /// Trusts a key, or distrusts it for nil bytes; `order` is the command.
  mutating func change(_ keyID: String, to bytes: [UInt8]?, order: String) -> [Wish] {
    guard var changed = current else {
      return [
        .end(order: order, .outcome(.failed(reason: "the keys that are believed cannot be read")))
      ]
    }
    do throws(EnvelopeKeyFailure) {
      if let bytes {
        try changed.trust(keyID: keyID, bytes: bytes)
      } else {
        try changed.distrust(keyID: keyID)
      }
    } catch {
      return [.end(order: order, .outcome(.rejected(reason: "\(error)")))]
    }
    current = changed
    return [
      .persist(StateWrite("the cloud's keys", .cloudKeys, lines(against: changed))),
      .record(
        EventRecord(
          .adminCloudKeys, reason: bytes == nil ? "distrusted" : "trusted",
          detail: ["key": keyID])),
      .endPersisted(order: order),
    ]
  }

  /// A line for each change against the file: `kid key` for a key that was added, `kid` for one that
  /// was withdrawn. Additions come first, so that applying the lines one by one never leaves no key.
  private func lines(against changed: EnvelopeVerifier) -> [UInt8] {
    let given = given?.publicKeys ?? [:]
    let added = changed.publicKeys.filter { given[$0.key] == nil }.sorted { $0.key < $1.key }
    let gone = given.keys.filter { changed.publicKeys[$0] == nil }.sorted()
    let lines = added.map { "\($0.key) \(Data($0.value).base64URL)" } + gone
    return Array(lines.joined(separator: "\n").utf8)
  }

  private static func lines(_ kept: [UInt8]) -> [(keyID: String, bytes: [UInt8]?)] {
    String(decoding: kept, as: UTF8.self).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let keyID = words.first else { return nil }
      // A key that cannot be read is no withdrawal; without bytes nothing trusts it.
      return (keyID, words.count > 1 ? Base64URL.decode(words[1].utf8) ?? [] : nil)
    }
  }
}
