import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import HostLinux
import Logging
import Settings

/// The files of keys and passwords that the settings name.
struct KeyFiles {
  let settings: DaemonSettings
  let logger: Logger

  /// Digests credentials, under the key before the present one too while there is one.
  func digester() throws(PortError) -> CredentialDigester {
    let path = settings.credentials.keyFile
    let key = try KeyFile.load(path: path)
    let previous = optional("credentials.previousKeyFile", settings.credentials.previousKeyFile) {
      (path) throws(PortError) in try KeyFile.load(path: path)
    }
    guard
      let digester = CredentialDigester(
        keyBytes: key.reveal(), previous: previous.map { [$0.reveal()] } ?? [])
    else {
      throw PortError(
        .damaged, operation: "read key \(path)", detail: "a credential key has 32 bytes")
    }
    return digester
  }

  /// The keys of offline PINs; nil accepts none.
  func offlinePINs() -> OfflinePINKeys? {
    optional("credentials.offlinePINKeyFile", settings.credentials.offlinePINKeyFile) {
      (path) throws(PortError) in
      let text = try KeyFile.secretText(path: path, bytesMax: OfflinePINKeys.fileBytesMax)
      do throws(OfflinePINProblem) {
        return try OfflinePINKeys(parsing: text, controller: settings.controller)
      } catch {
        throw PortError(.damaged, operation: "read key \(path)", detail: "\(error)")
      }
    }
  }

  /// Verifies keys that are handed over on site; nil accepts none.
  func handOver() -> HandOverVerifier? {
    optional("credentials.issuerRootsFile", settings.credentials.issuerRootsFile) {
      (path) throws(PortError) in
      do throws(EnvelopeKeyFailure) {
        return try HandOverVerifier(
          roots: try Self.publicKeys(path: path), controller: settings.controller)
      } catch {
        throw PortError(
          .damaged, operation: "read the issuers' roots in \(path)", detail: "\(error)")
      }
    }
  }

  /// Verifies what the cloud signed.
  func envelopes(of cloud: DaemonSettings.Cloud) throws(PortError) -> EnvelopeVerifier {
    do throws(EnvelopeKeyFailure) {
      return try EnvelopeVerifier(
        publicKeys: try Self.publicKeys(path: cloud.publicKeyFile),
        audience: settings.controller, issuer: nil)
    } catch {
      throw PortError(
        .damaged, operation: "read the cloud's keys in \(cloud.publicKeyFile)",
        detail: "\(error)")
    }
  }

  /// The first line of a password file.
  func password(path: String) throws(PortError) -> Secret<String> {
    guard let data = FileManager.default.contents(atPath: path),
      let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first
    else {
      throw PortError(
        .unavailable, operation: "read \(path)", detail: "it cannot be read or is empty")
    }
    return Secret(String(line))
  }

  /// Public keys by id: a line `KEYID BASE64URL` each; `#` begins a comment.
  private static func publicKeys(path: String) throws(EnvelopeKeyFailure) -> [String: [UInt8]] {
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

  /// Reads a file whose keys the door can do without: without it they open nothing, which is no
  /// reason to serve nobody.
  private func optional<Value>(
    _ setting: String, _ path: String?, _ read: (String) throws(PortError) -> Value
  ) -> Value? {
    guard let path else { return nil }
    do throws(PortError) { return try read(path) } catch {
      logger.error("feature disabled: the file of \(setting) cannot be used: \(error)")
      return nil
    }
  }
}
