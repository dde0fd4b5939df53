import CloudProtocol
import DoorRules
import Foundation

/// A line of what is kept of the cloud's keys. `KID KEY` trusts a key for everything, `KID` withdraws
/// it, `KID NOBODY KEY rights=A,B doors=C until=SECONDS by=KID` trusts it for less, and as long as its giver. `NOBODY` is no key of
/// anybody: a version that knows no rights finds it, skips the line and says so, where it would
/// otherwise trust the key for everything.
struct KeyLine {
  var keyID: String
  /// Nil withdraws the key. Bytes that are no key stand for what cannot be read.
  var bytes: [UInt8]?
  var rights = KeyRights.every
  /// See ``SigningKeys/Entry/giver``.
  var giver: String?

  private static let nobody = Data(repeating: 0, count: SigningKey.byteCount).base64URL

  init(
    _ keyID: String, bytes: [UInt8]? = nil, rights: KeyRights = .every, giver: String? = nil
  ) {
    self.keyID = keyID
    self.bytes = bytes
    self.rights = rights
    self.giver = giver
  }

  /// Nil for an empty line.
  init?(_ line: Substring) {
    let words = line.split(separator: " ").map(String.init)
    guard let keyID = words.first else { return nil }
    self.keyID = keyID
    guard words.count > 1 else { return }
    let isLimited = words[1] == Self.nobody
    guard isLimited else {
      // A key that cannot be read is no withdrawal; without bytes nothing trusts it.
      bytes = Base64URL.decode(words[1].utf8) ?? []
      return
    }
    let mark = "by="
    giver = words.last.flatMap { $0.hasPrefix(mark) ? String($0.dropFirst(mark.count)) : nil }
    guard words.count > 2,
      let rights = Self.rights(words.dropFirst(3).dropLast(giver == nil ? 0 : 1))
    else {
      bytes = []
      return
    }
    bytes = Base64URL.decode(words[2].utf8) ?? []
    self.rights = rights
  }

  var text: String {
    guard let bytes else { return keyID }
    let key = Data(bytes).base64URL
    guard !rights.isEvery else { return "\(keyID) \(key)" }
    var words = [keyID, Self.nobody, key, "rights=\(rights.names.joined(separator: ","))"]
    if let doors = rights.doors {
      words.append("doors=\(doors.map(\.rawValue).sorted().joined(separator: ","))")
    }
    if let until = rights.until { words.append("until=\(until.secondsSince1970)") }
    if let giver { words.append("by=\(giver)") }
    return words.joined(separator: " ")
  }

  /// Nil for anything that is not understood: a right, a door or an end that is passed over would
  /// give more than was said.
  private static func rights(_ words: ArraySlice<String>) -> KeyRights? {
    var rights: Set<KeyRight>?
    var doors: Set<DoorID>?
    var until: WallInstant?
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let values = parts[1].split(separator: ",").map(String.init)
      switch parts[0] {
      case "rights":
        let known = values.compactMap(KeyRight.init(rawValue:))
        guard known.count == values.count else { return nil }
        rights = Set(known)
      case "doors":
        let known = values.compactMap { DoorID($0) }
        guard known.count == values.count else { return nil }
        doors = Set(known)
      case "until":
        guard let seconds = Int64(parts[1]), EnvelopeLimits.problem(ofSeconds: seconds) == nil
        else { return nil }
        until = WallInstant(secondsSince1970: seconds)
      default: return nil
      }
    }
    return rights.map { KeyRights($0, doors: doors, until: until) }
  }
}
