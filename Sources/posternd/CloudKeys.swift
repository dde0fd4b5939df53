import CloudProtocol
import DoorPorts
import DoorRules
import Foundation

/// The files by which the daemon knows its cloud.
enum CloudKeys {
  /// Public keys by id: a line `KEYID BASE64URL` each; `#` begins a comment.
  static func load(path: String) throws(EnvelopeKeyFailure) -> [String: [UInt8]] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EnvelopeKeyFailure(keyID: path, detail: "the file cannot be read")
    }
    var keys: [String: [UInt8]] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      guard words.count == 2, let key = Data(base64URL: String(words[1])) else {
        throw EnvelopeKeyFailure(
          keyID: String(first.prefix(64)), detail: "its line must be KEYID BASE64URL")
      }
      keys[String(first)] = Array(key)
    }
    guard !keys.isEmpty else { throw EnvelopeKeyFailure(keyID: path, detail: "no key is in it") }
    return keys
  }

  /// The first line of a password file.
  static func password(path: String) throws(PortError) -> Secret<String> {
    guard let data = FileManager.default.contents(atPath: path),
      let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first
    else {
      throw PortError(
        .unavailable, operation: "read \(path)", detail: "it cannot be read or is empty")
    }
    return Secret(String(line))
  }
}
