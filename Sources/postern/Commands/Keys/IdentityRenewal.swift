import ArgumentParser
import Certificates
import CloudProtocol
import ConsoleProtocol
import DoorRules
import Foundation
import HostLinux

/// Renews the client certificate for the broker while the daemon serves. Each step can be interrupted
/// and run again; the file that the daemon reads is replaced by one rename.
extension IdentityCommand {
  struct Renew: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the next key for the broker, and a request for its certificate.",
      discussion: """
        Prints the path of the request, which the broker's operator signs
        (postern-enrol PKI sign). Nothing changes for the daemon before `identity
        install`. Run again, the command makes a request by the same key.
        """)

    @Option(help: "The controller's id.") var controller: String
    @Option(help: "The folder of `identity new`.") var folder: String
    @Option(help: "The kind of the next key; not every broker takes ed25519.")
    var keyKind = CertificateRequest.KeyKind.p256
    @OptionGroup var option: JSONOption

    func run() throws {
      let id = try identifier(controller)
      try IdentityCommand.check(folder, isOf: id)
      let key = "\(folder)/client-next.key"
      let request = try words {
        guard FileManager.default.fileExists(atPath: key) else {
          let made = try CertificateRequest(controller: id, newKey: keyKind)
          try KeyFile.create(path: key, text: made.privateKey)
          return made
        }
        return try CertificateRequest(controller: id, privateKey: load(key))
      }
      let made = "\(folder)/client-next.csr"
      try Data(request.request.utf8).write(to: URL(filePath: made), options: .atomic)
      try option.show(["request": made], made)
    }
  }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Install a certificate for the broker.",
      discussion: """
        It must be for the key of `identity renew`, or of `identity new`. Key and
        certificate become FOLDER/client.pem in one step; the daemon reads it when it
        connects the next time, and its present connection stays up.
        """)

    @Option(help: "The controller's id.") var controller: String
    @Option(help: "The folder of `identity new`.") var folder: String
    @Option(help: "The certificate, PEM, and those between it and the CA, if any.")
    var certificate: String
    @OptionGroup var option: JSONOption

    func run() throws {
      let id = try identifier(controller)
      try IdentityCommand.check(folder, isOf: id)
      let text = try IdentityCommand.words {
        try TextFile.read(
          certificate, bytesMax: CertificateEnd.fileBytesMax, lines: .doNotMatter)
      }
      guard let end = CertificateEnd.earliest(ofPEM: text) else {
        throw ConsoleProblem(.invalid, "\(certificate) contains no certificate")
      }
      guard Double(end.secondsSince1970) > Date.now.timeIntervalSince1970 else {
        throw ConsoleProblem(.invalid, "\(certificate) has expired; have the request signed again")
      }
      let target = "\(folder)/client.pem"
      try words {
        let next = "\(folder)/client-next.key"
        for path in [next, "\(folder)/client.key", target]
        where FileManager.default.fileExists(atPath: path) {
          let request = try CertificateRequest(controller: id, privateKey: load(path))
          guard request.isFor(certificatesPEM: text) else { continue }
          try KeyFile.replace(path: target, text: request.file(certificatesPEM: text))
          // After an interruption here the end of the next renewal removes what is left.
          if path == next { for file in [next, "\(folder)/client-next.csr"] { unlink(file) } }
          return
        }
        throw ConsoleProblem(
          .invalid, "\(certificate) is for none of the keys in \(folder); nothing was changed")
      }
      try option.show(["file": target], "\(target) is in force from the next connection on")
    }
  }

  /// The private key of a file that may have certificates before it.
  private static func load(_ path: String) throws -> Secret<String> {
    let text = try KeyFile.secretText(path: path, bytesMax: 2 * CertificateEnd.fileBytesMax)
    let begin = "-----BEGIN PRIVATE KEY-----"
    guard let start = text.reveal().range(of: begin)?.lowerBound else {
      throw ConsoleProblem(.invalid, "\(path) contains no private key")
    }
    return Secret(String(text.reveal()[start...]))
  }
}
