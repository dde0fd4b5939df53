import ArgumentParser
import CloudProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux

/// Who may issue keys without the cloud.
struct IssuerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issuer", abstract: "Front desks that sign keys while there is no network.",
    subcommands: [Certify.self, Revoke.self, Roots.self, Rotate.self, Keys.self])

  struct Certify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Certify for which doors, kinds and how long a desk may issue.",
      discussion: "A renewed certificate has a new id and may overlap the one before.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The issuer's name.") var issuer: String
    // A key in base64url may begin with a dash.
    @Option(
      parsing: .unconditional, help: "Its public key, as `postern issuer new-key` printed it.")
    var key: String
    @Option(help: "Unique; derived from issuer and time when left out.") var id: String?
    @Option(help: "Controllers, with commas.") var controllers: String
    @Option(help: "Doors, with commas.") var doors: String?
    @Option(help: "Scopes, with commas.") var scopes: String?
    @Option(help: "card, pin, mobile; with commas.") var kinds = "card,pin,mobile"
    @Option(help: "The longest key: 12h, 14d.") var longest: String
    @Option(help: "Valid from: 2026-11-20T15:00:00Z, or +0h.") var from = "+0h"
    @Option(help: "Ends: 2027-11-20T15:00:00Z, or +365d.") var until: String
    @Option(help: "The certificate's file.") var out: String
    @Flag(help: "Replace a file that is there.") var force = false

    func run() throws {
      let store = try state.store()
      try store.checkPlaces(doors: split(doors), scopes: split(scopes), at: split(controllers))
      let root = try IssuerRoots(folder: store.folder).newest()
      guard let bytes = Data(base64URL: key), bytes.count == SigningKey.byteCount else {
        throw ValidationError("--key is an Ed25519 public key, 32 bytes in base64url")
      }
      do throws(SigningKey.Fault) { _ = try SigningKey(Array(bytes)) } catch {
        throw ValidationError("--key is no key of a desk: a public key \(error)")
      }
      let known = Set(Credential.Kind.allCases.map(\.rawValue))
      guard Set(split(kinds)).isSubset(of: known), !split(kinds).isEmpty else {
        throw ValidationError("--kinds are card, pin, mobile")
      }
      guard !(split(doors) + split(scopes)).isEmpty else {
        throw ValidationError("give --doors or --scopes")
      }
      let notBefore = try TimeArgument.time(from)
      guard let notAfter = try TimeArgument.end(until), notBefore < notAfter else {
        throw ValidationError("--until must be later than --from")
      }
      let certificate = IssuerCertificate(
        id: id ?? "\(issuer)-\(notBefore)", issuer: issuer, key: key,
        controllers: split(controllers), doors: split(doors), scopes: split(scopes),
        kinds: split(kinds), longestSeconds: try TimeArgument.duration(longest),
        notBefore: notBefore, notAfter: notAfter)
      guard Identifier<Never>(certificate.id) != nil, Identifier<Never>(issuer) != nil else {
        throw ValidationError("issuer and id are \(Identifier<Never>.grammar)")
      }
      let text = try root.signer.sign(certificate, root: root.keyID)
      if !force { try CloudProblem.told { () throws(PortError) in try NewFile.check(out) } }
      // These doors get everybody for whom a key that is handed over may open otherwise.
      try store.ways.addDesk(at: certificate.controllers)
      try CloudProblem.told { () throws(PortError) in
        try NewFile.write(Array((text + "\n").utf8), to: out, replaces: force, isPublic: true)
      }
      Output.line("certificate \(certificate.id) of \(issuer), signed by \(root.keyID)")
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke a certificate: keys that are issued under it from now on are revoked.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The certificate's id.") var id: String
    @Option(help: "From when on; now when left out.") var from = "+0h"

    func run() throws {
      let seconds = try TimeArgument.time(from)
      try state.store().issued.revokeCertificate(id, at: seconds)
      Output.line(
        "keys that certificate \(id) issued from \(seconds) on are revoked when they are reported")
    }
  }

  struct Roots: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the public keys of the roots for controllers.")

    @OptionGroup var state: StateOptions
    @Option(help: "The file.") var out: String
    @Flag(help: "Replace a file that is there.") var force = false

    func run() throws {
      let text = try IssuerRoots(folder: try state.store().folder).publicText()
      try CloudProblem.told { () throws(PortError) in
        try NewFile.write(Array(text.utf8), to: out, replaces: force, isPublic: true)
      }
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a root that signs from now on; the others stay trusted.")

    @OptionGroup var state: StateOptions

    func run() throws {
      Output.line(try IssuerRoots(folder: try state.store().folder).add())
    }
  }

  struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show keys that were issued on site, and the decisions about them.")

    @OptionGroup var state: StateOptions
    @Argument(help: "The controller.") var controller: String
    @Flag(help: "Print JSON for programs.") var json = false

    private struct Line: Encodable {
      var key: IssuedKey
      var outcome: String
      var reason: String
    }

    func run() throws {
      for (key, outcome, reason) in try state.store(of: controller).issued.list(
        of: controller)
      {
        if json {
          try Output.json(Line(key: key, outcome: outcome, reason: reason))
        } else {
          Output.line(
            "\(key.record.id)  \(key.record.kind)  \(key.record.person)  \(outcome): \(reason)")
        }
      }
    }
  }
}
