import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime
import Foundation
import HostLinux
import Logging
import Settings

/// The files of keys and passwords that the settings name. None of them ends the daemon: whatever
/// is wrong with one, the doors are served and people can leave. What cannot be used is in
/// ``troubles``, which status, diagnosis and log show.
struct KeyFiles {
  /// A file that cannot be used.
  struct Trouble: Hashable {
    /// The key of the settings, such as `cloud.publicKeyFile`.
    var setting: String
    var cause: String
    /// What does not work without it, or what counts of it.
    var loss: String
    /// The rest of the file counts.
    var isInUse = false

    var words: String { "\(setting): \(cause); \(loss)" }
  }

  let settings: DaemonSettings
  private(set) var troubles: [Trouble] = []
  /// Digests credentials, under the key before the present one too while there is one; nil without
  /// a usable key.
  private(set) var digester: CredentialDigester?
  /// The keys of offline PINs; nil accepts none.
  private(set) var offlinePINs: OfflinePINKeys?
  /// Verifies keys that are handed over on site; nil accepts none.
  private(set) var handOver: HandOverVerifier?
  /// Verifies what the cloud signed; nil without a cloud, and when its keys cannot be used.
  private(set) var envelopes: EnvelopeVerifier?

  /// Reads every file.
  init(settings: DaemonSettings) {
    self.settings = settings
    let names = settings.credentials
    let key = use("credentials.keyFile", names.keyFile, "no card, PIN or mobile key opens") {
      path throws(PortError) in try KeyFile.load(path: path)
    }
    let previous = use(
      "credentials.previousKeyFile", names.previousKeyFile,
      "credentials under the previous key open nothing"
    ) { path throws(PortError) in try KeyFile.load(path: path) }
    if let key,
      let made = CredentialDigester(
        keyBytes: key.reveal(), previous: previous.map { [$0.reveal()] } ?? [])
    {
      digester = made
      // Under another key a handed-over credential would be stored for nobody.
      handOver = readHandOver()
    }
    offlinePINs = readOfflinePINs()
    envelopes = readEnvelopes()
  }

  /// A digester under a random key, with which no credential is found.
  static func digesterOfNobody() throws(PortError) -> CredentialDigester {
    let bytes = (0..<KeyFile.keyBytes).map { _ in UInt8.random(in: .min ... .max) }
    guard let digester = CredentialDigester(keyBytes: bytes) else {
      throw PortError(.invalid, operation: "make a key", detail: "it has \(bytes.count) bytes")
    }
    return digester
  }

  private mutating func readOfflinePINs() -> OfflinePINKeys? {
    let controller = settings.controller
    return use(
      "credentials.offlinePINKeyFile", settings.credentials.offlinePINKeyFile,
      "no offline PIN opens"
    ) { path throws(PortError) in
      let text = try KeyFile.secretText(path: path, bytesMax: OfflinePINKeys.fileBytesMax)
      do throws(OfflinePINProblem) {
        return try OfflinePINKeys(parsing: text, controller: controller)
      } catch {
        throw PortError(.damaged, operation: "read key \(path)", detail: "\(error)")
      }
    }
  }

  private mutating func readHandOver() -> HandOverVerifier? {
    let controller = settings.controller
    return use(
      "credentials.issuerRootsFile", settings.credentials.issuerRootsFile,
      "no key is accepted on site"
    ) { path throws(PortError) in
      let roots = try PublicKeyFile(path: path)
      do throws(EnvelopeKeyFailure) {
        return (try HandOverVerifier(roots: roots.keys, controller: controller), roots)
      } catch {
        throw PortError(.damaged, operation: "read \(path)", detail: "\(error)")
      }
    }.map { note($0, of: "credentials.issuerRootsFile") }
  }

  private mutating func readEnvelopes() -> EnvelopeVerifier? {
    let controller = settings.controller
    return use(
      "cloud.publicKeyFile", settings.cloud?.publicKeyFile, "the cloud is not connected"
    ) { path throws(PortError) in
      let file = try PublicKeyFile(path: path, keysMax: SigningKeys.keysMax)
      do throws(EnvelopeKeyFailure) {
        return (
          try EnvelopeVerifier(publicKeys: file.keys, audience: controller, issuer: nil), file
        )
      } catch {
        throw PortError(.damaged, operation: "read \(path)", detail: "\(error)")
      }
    }.map { note($0, of: "cloud.publicKeyFile") }
  }

  /// Notes what does not count of a file whose rest does.
  private mutating func note<Value>(_ read: (Value, PublicKeyFile), of setting: String) -> Value {
    troubles += read.1.faults.map {
      Trouble(setting: setting, cause: $0.cause, loss: $0.counts, isInUse: true)
    }
    return read.0
  }

  /// Reads a file, or notes why it cannot be used.
  private mutating func use<Value>(
    _ setting: String, _ path: String?, _ loss: String,
    _ read: (String) throws(PortError) -> Value
  ) -> Value? {
    guard let path else { return nil }
    do throws(PortError) { return try read(path) } catch {
      troubles.append(Trouble(setting: setting, cause: "\(error)", loss: loss))
      return nil
    }
  }

  /// Each trouble is an error in the log.
  func log(to logger: Logger) {
    for trouble in troubles {
      let effect = trouble.isInUse ? "" : "feature disabled: "
      logger.error("\(effect)\(trouble.words): correct the file, then restart posternd")
    }
  }
}
