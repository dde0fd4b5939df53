import ArgumentParser
import CloudProtocol
import DoorRules
import Foundation
import HostLinux

/// A new controller, with the keys to put on it.
struct EnrolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: "Register a controller and write the keys to put on it.",
    discussion: """
      Writes credential.key (0600; the key under which this controller's credentials are digested),
      offline-pin.keys (0600; the key of the PINs that its doors compute for themselves),
      cloud.pub (the key by which the controller knows this cloud) and issuer-roots.pub (by which it
      knows the front desks that may hand keys over).
      """)

  @OptionGroup var state: StateOptions
  @Argument(help: "The controller's id.") var controller: String
  @Option(help: "A folder for the files; made when missing.") var out: String

  func run() throws {
    guard let id = ControllerID(controller) else {
      throw ValidationError("a controller's id is \(ControllerID.grammar)")
    }
    let store = try state.store()
    guard try !store.isEnrolled(id) else { throw CloudProblem("\(id) is enrolled already") }
    let signer = try store.signer()
    let key = CloudKey.newCredentialKey()
    try FileManager.default.createDirectory(
      atPath: out, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try KeyFile.create(path: "\(out)/credential.key", key: Secret(key))
    let line = "\(signer.keyID) \(Data(signer.publicKeyBytes).base64URL)\n"
    try Data(line.utf8).write(to: URL(filePath: "\(out)/cloud.pub"))
    try store.enrol(id, credentialKey: key)
    try KeyFile.create(path: "\(out)/offline-pin.keys", text: try store.offlinePINText(of: id))
    try Data(try IssuerRoots(folder: store.folder).publicText().utf8).write(
      to: URL(filePath: "\(out)/issuer-roots.pub"))
    print("\(id) is enrolled; put the files of \(out) on it")
  }
}

/// The server.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Connect to the broker and serve every controller.")

  @OptionGroup var state: StateOptions
  @Option(help: "The broker.") var host = "127.0.0.1"
  @Option(help: "The broker's port.") var port = 1_883

  func run() async throws {
    try await CloudServer.make(store: try state.store(), host: host, port: port).run()
  }
}
