import CloudProtocol
import DoorCore

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
      for line in try String(decoding: kept() ?? [], as: UTF8.self).split(separator: "\n")
        .compactMap(KeyLine.init)
      {
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
          try known.keys.trust(
            keyID: line.keyID, bytes: bytes, rights: line.rights, giver: line.giver)
        } else if known.keys[line.keyID] != nil {
          try known.keys.distrust(keyID: line.keyID)
        }
      }
      known.keys.endOrphans()
      current = known
      return wishes
    } catch {
      return [.log(.error, "what the cloud said of its keys is not in force: \(error)")]
    }
  }

  /// Verifies with the keys that are trusted now; nil without a cloud.
  var verifier: EnvelopeVerifier? { current ?? given }

  /// The names of the keys that are trusted now.
  var ids: [String] { verifier?.keys.ids ?? [] }

  /// Changes a key; `signer` is the key that signed the command `order`, nil on site.
  mutating func change(_ change: KeyChange, by signer: String?, order: String) -> [Wish] {
    guard var changed = current else {
      return [
        .end(order: order, .outcome(.failed(reason: "the keys that are believed cannot be read")))
      ]
    }
    let ended: [String]
    do throws(EnvelopeKeyFailure) {
      ended =
        switch change {
        case .trust(let id, let bytes, let rights):
          try changed.keys.trust(keyID: id, bytes: bytes, rights: rights, by: signer)
        case .distrust(let id): try changed.keys.distrust(keyID: id, by: signer)
        }
    } catch {
      return [.end(order: order, .outcome(.rejected(reason: "\(error)")))]
    }
    current = changed
    return [
      .persist(StateWrite("the cloud's keys", .cloudKeys, lines(against: changed.keys))),
      .record(
        EventRecord(
          .adminCloudKeys, reason: change.reason, detail: change.detail(by: signer, ending: ended))),
      .endPersisted(order: order),
    ]
  }

  /// A line for each change against the file. Keys with every right come first and withdrawals last,
  /// so that applying the lines one by one never leaves none with every right.
  private func lines(against changed: SigningKeys) -> [UInt8] {
    let given = given?.keys
    let added = changed.ids.compactMap { id -> KeyLine? in
      guard let entry = changed[id], entry.rights != given?[id]?.rights else { return nil }
      return KeyLine(id, bytes: entry.bytes, rights: entry.rights, giver: entry.giver)
    }
    let gone = (given?.ids ?? []).filter { changed[$0] == nil }.map { KeyLine($0) }
    let lines = added.filter(\.rights.isEvery) + added.filter { !$0.rights.isEvery } + gone
    return Array(lines.map(\.text).joined(separator: "\n").utf8)
  }
}
