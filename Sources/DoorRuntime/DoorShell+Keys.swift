import CloudProtocol
import DoorCore
import DoorPorts
import DoorRules
import Foundation
import Logging

/// The cloud's signing keys: the file that the controller came with, and what the cloud has said of
/// them since. A change is on disk before its command is confirmed.
extension DoorShell {
  private static let keysKey = "cloud.keys"

  /// Whom to believe now. While what was said before cannot be read, the file alone counts.
  func trustedKeys() -> EnvelopeVerifier? {
    if let verifier { return verifier }
    guard let given = ports.cloud?.verifier else { return nil }
    do {
      var known = given
      for line in try keptKeys() {
        // A key of the file that came again, or one that is gone anyway: nothing to do.
        if let bytes = line.bytes {
          try known.trust(keyID: line.keyID, bytes: bytes)
        } else if known.publicKeys[line.keyID] != nil {
          try known.distrust(keyID: line.keyID)
        }
      }
      verifier = known
      return known
    } catch {
      logger.error("what the cloud said of its keys is not in force: \(error)")
      return given
    }
  }

  private func keptKeys() throws -> [(keyID: String, bytes: [UInt8]?)] {
    let kept = try ports.state.value(forKey: Self.keysKey) ?? []
    return String(decoding: kept, as: UTF8.self).split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      return (words[0], words.count > 1 ? Base64URL.decode(words[1].utf8) : nil)
    }
  }

  /// Trusts a key, or distrusts it for nil.
  func change(key keyID: String, to bytes: [UInt8]?, at now: Moment) -> OrderOutcome {
    guard var changed = trustedKeys(), verifier != nil else {
      return .failed(reason: "the keys that are believed cannot be read")
    }
    do throws(EnvelopeKeyFailure) {
      if let bytes {
        try changed.trust(keyID: keyID, bytes: bytes)
      } else {
        try changed.distrust(keyID: keyID)
      }
    } catch {
      return .rejected(reason: "\(error)")
    }
    verifier = changed
    // Additions first: at no line of it would the last key be gone.
    let given = ports.cloud?.verifier.publicKeys ?? [:]
    let added = changed.publicKeys.filter { given[$0.key] == nil }.sorted { $0.key < $1.key }
    let gone = given.keys.filter { changed.publicKeys[$0] == nil }.sorted()
    let lines = added.map { "\($0.key) \(Data($0.value).base64URL)" } + gone
    let kept = Array(lines.joined(separator: "\n").utf8)
    let state = ports.state
    write("the cloud's keys") { () throws(PortError) in
      try state.setValue(kept, forKey: Self.keysKey)
    }
    record(
      drafts.draft(
        .adminCloudKeys, at: now, reason: bytes == nil ? "distrusted" : "trusted",
        detail: ["key": keyID]))
    return .confirmed
  }
}
