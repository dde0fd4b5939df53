public import ArgumentParser
public import Certificates
import CloudProtocol
import ConsoleProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

extension CertificateRequest.KeyKind: ExpressibleByArgument {}

/// The controller's identity: private keys are made here and never leave it.
struct IdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity", abstract: "Enrol this controller with keys that are made on it.",
    discussion: """
      1. On the controller: postern identity new --controller gate-1 --out FOLDER
         prints the device's public key.
      2. At the cloud: posterncloud enrol gate-1 --device-key PUBLIC --out FILES
         prints the cloud's public key.
      3. On the controller: postern identity complete --controller gate-1
         --folder FOLDER --cloud PUBLIC
      No secret is sent: both sides compute the same ones. FOLDER/client.csr is for
      the operator of the broker, who returns this controller's certificate:
      4. postern identity install --controller gate-1 --folder FOLDER
         --certificate FILE
      Key and certificate are then in one file, FOLDER/client.pem, which both
      cloud.tls.certificateFile and cloud.tls.keyFile name. Before it expires, run
      `postern identity renew`, and install again.
      """,
    subcommands: [New.self, Complete.self, Renew.self, Install.self])

  static func words<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as PortError {
      throw ConsoleProblem(.unavailable, "\(error)")
    } catch let failure as EnvelopeKeyFailure {
      throw ConsoleProblem(.invalid, "\(failure)")
    }
  }

  static func identifier(_ text: String) throws -> ControllerID {
    guard let id = ControllerID(text) else {
      throw ValidationError("--controller is \(ControllerID.grammar)")
    }
    return id
  }

  /// Throws if the folder has the keys of another controller: what is derived for one opens nothing at
  /// the other, and nobody would see why.
  static func check(_ folder: String, isOf id: ControllerID) throws {
    let request = "\(folder)/client.csr"
    guard FileManager.default.fileExists(atPath: request) else { return }
    let text = try words {
      try TextFile.read(request, bytesMax: CertificateEnd.fileBytesMax, lines: .doNotMatter)
    }
    guard let own = CertificateRequest.controller(ofPEM: text), own != id.rawValue else { return }
    throw ConsoleProblem(
      .invalid, "\(folder) has the keys of \(own), not of \(id); nothing was changed")
  }

  static func random() -> Secret<[UInt8]> {
    Secret((0..<KeyFile.keyBytes).map { _ in UInt8.random(in: .min ... .max) })
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the keys; existing keys are not overwritten.")

    @Option(help: "The controller's id.") var controller: String
    @Option(help: "The folder; made when missing.") var out: String
    @Option(help: "The kind of the key for the broker; not every broker takes ed25519.")
    var keyKind = CertificateRequest.KeyKind.p256
    @OptionGroup var option: JSONOption

    func run() throws {
      let id = try identifier(controller)
      guard id.isGoodForNew else {
        throw ValidationError("--controller is \(ControllerID.newGrammar)")
      }
      try FileManager.default.createDirectory(
        atPath: out, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      if FileManager.default.fileExists(atPath: "\(out)/identity.key") {
        let kept = try words {
          try DeviceAgreement(privateKeyBytes: try KeyFile.load(path: "\(out)/identity.key"))
        }
        throw ConsoleProblem(
          .invalid,
          """
          \(out) has keys already, and they are kept: the device's public key is \
          \(Data(kept.publicKeyBytes).base64URL). For new keys give another folder with --out.
          """)
      }
      let agreement = random()
      let client = try CertificateRequest(controller: id, newKey: keyKind)
      let own = try words {
        try KeyFile.create(path: "\(out)/identity.key", key: agreement)
        try KeyFile.create(path: "\(out)/client.key", text: client.privateKey)
        try NewFile.write(Array(client.request.utf8), to: "\(out)/client.csr", isPublic: true)
        return try DeviceAgreement(privateKeyBytes: agreement)
      }
      let key = Data(own.publicKeyBytes).base64URL
      try option.show(["deviceKey": key, "request": "\(out)/client.csr"], key)
    }
  }

  struct Complete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute the keys that this controller shares with its cloud.")

    @Option(help: "The controller's id.") var controller: String
    @Option(help: "The folder of `identity new`.") var folder: String
    // A key in base64url may begin with a dash.
    @Option(parsing: .unconditional, help: "The public key that `posterncloud enrol` printed.")
    var cloud: String
    @OptionGroup var option: JSONOption

    func run() throws {
      let id = try identifier(controller)
      guard let other = Data(base64URL: cloud) else {
        throw ValidationError("--cloud is a public key, 32 bytes in base64url")
      }
      try IdentityCommand.check(folder, isOf: id)
      let device = try words {
        let own = try DeviceAgreement(
          privateKeyBytes: try KeyFile.load(path: "\(folder)/identity.key"))
        let credentials = try own.key(for: .credentials, of: id, with: Array(other))
        let pins = try own.key(for: .offlinePIN, of: id, with: Array(other))
        try KeyFile.create(path: "\(folder)/credential.key", key: credentials)
        try KeyFile.create(
          path: "\(folder)/offline-pin.keys",
          text: OfflinePINKeys.line(keyID: "opin-1", fromHour: 0, key: pins))
        return Data(own.publicKeyBytes).base64URL
      }
      try option.show(
        [
          "credentialKeyFile": "\(folder)/credential.key",
          "offlinePINKeyFile": "\(folder)/offline-pin.keys", "deviceKey": device,
          "cloudKey": cloud,
        ],
        """
        \(folder)/credential.key and \(folder)/offline-pin.keys are written.
        Compare with the cloud, such as by telephone: the device's public key ends \
        \(device.suffix(8)), the cloud's \(cloud.suffix(8)).
        """)
    }
  }
}
