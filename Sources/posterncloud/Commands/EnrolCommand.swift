import ArgumentParser
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

/// Registers a controller.
struct EnrolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: "Register a controller and write the keys to put on it.",
    discussion: """
      Writes credential.key (0600; the key under which this controller's credentials
      are digested), offline-pin.keys (0600; the key of the PINs that its doors
      compute for themselves), cloud.pub (the key by which the controller verifies this
      cloud) and issuer-roots.pub (the keys by which it verifies the front desks that
      may hand keys over).
      """)

  @OptionGroup var state: StateOptions
  @Argument(help: "The controller's id.") var controller: String
  @Option(help: "A folder for the files; created when missing.") var out: String

  // A key in base64url may begin with a dash.
  @Option(
    parsing: .unconditional,
    help: "The output of `postern identity new`: then no secret is written or transferred.")
  var deviceKey: String?

  func run() throws {
    let id = try parseController(controller)
    guard id.isGoodForNew else {
      throw ValidationError("the id of a new controller is \(ControllerID.newGrammar)")
    }
    let store = try state.store()
    guard try !store.controllers.isEnrolled(id) else {
      throw CloudProblem("\(id) is enrolled already")
    }
    // The files of another controller would be lost, or both would have a part of each other's.
    for name in ["credential.key", "offline-pin.keys", "cloud.pub", "issuer-roots.pub"] {
      try CloudProblem.told { () throws(PortError) in
        try NewFile.check("\(out)/\(name)", advice: "give another folder")
      }
    }
    let signer = try store.signer()
    try FileManager.default.createDirectory(
      atPath: out, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    if let deviceKey {
      try enrol(id, deviceKey, store)
    } else {
      let key = CloudKey.newCredentialKey()
      try KeyFile.create(path: "\(out)/credential.key", key: Secret(key))
      try store.controllers.enrol(id, credentialKey: key)
      try KeyFile.create(
        path: "\(out)/offline-pin.keys", text: try store.offlinePINs.text(of: id))
    }
    let line = "\(signer.keyID) \(Data(signer.publicKeyBytes).base64URL)\n"
    let roots = try IssuerRoots(folder: store.folder).publicText()
    try CloudProblem.told { () throws(PortError) in
      try NewFile.write(Array(line.utf8), to: "\(out)/cloud.pub", isPublic: true)
      try NewFile.write(Array(roots.utf8), to: "\(out)/issuer-roots.pub", isPublic: true)
    }
    // Alone on its line, so that a program can read it.
    if deviceKey != nil {
      Output.line(Data(try CloudKey.agreement(folder: store.folder).publicKeyBytes).base64URL)
    } else {
      Output.line("\(id) is enrolled; put the files of \(out) on it")
    }
  }

  /// Derives the same keys as the device.
  private func enrol(_ id: ControllerID, _ deviceKey: String, _ store: CloudStore) throws {
    guard let device = Data(base64URL: deviceKey) else {
      throw ValidationError("--device-key is a public key, 32 bytes in base64url")
    }
    do {
      let agreement = try CloudKey.agreement(folder: store.folder)
      let credentials = try agreement.key(for: .credentials, of: id, with: Array(device))
      let pins = try agreement.key(for: .offlinePIN, of: id, with: Array(device))
      try store.offlinePINs.create(pins, of: id)
      try store.controllers.enrol(id, credentialKey: credentials.reveal())
    } catch let failure as EnvelopeKeyFailure {
      throw CloudProblem("\(failure)")
    }
  }
}
