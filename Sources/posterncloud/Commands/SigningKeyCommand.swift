import ArgumentParser
import CloudProtocol
import Foundation
import HostLinux

/// The key by which controllers verify this cloud.
struct SigningKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signing-key", abstract: "Change the key by which controllers verify this cloud.",
    discussion: """
      1. signing-key add                  makes the next key
      2. signing-key trust CONTROLLER KEY on each: from then on it trusts both
      3. signing-key use KEY  and start `serve` again: it signs with the new one
      4. signing-key distrust CONTROLLER OLD-KEY
      Each step can be repeated, and nothing stops working in between.

      Somebody else's key, such as a booking platform's, gets what it needs:
      signing-key delegate CONTROLLER NAME --key PUBLIC-KEY --rights unlock --doors front --until 2027-03-31T00:00:00Z
      """,
    subcommands: [Add.self, Trust.self, Use.self, Delegate.self, Distrust.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create one more key; it does not sign yet.")
    @OptionGroup var state: StateOptions

    func run() throws { Output.line(try CloudKey.add(folder: try state.store().folder)) }
  }

  struct Use: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sign with a key from the next start of `serve` on.")
    @OptionGroup var state: StateOptions
    @Argument(help: "The key's id.") var key: String

    func run() throws { try CloudKey.use(key, folder: try state.store().folder) }
  }

  struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a controller trust one more key.")
    @OptionGroup var target: TargetOptions
    @Argument(help: "The key's id.") var key: String

    func run() async throws {
      let store = try target.state.store()
      let signer = try CloudKey.load(key, folder: store.folder)
      let command = Command(
        kind: .trustKey, keyID: key, key: Data(signer.publicKeyBytes).base64URL)
      _ = try await target.send(command, in: store)
    }
  }

  struct Delegate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a controller trust somebody else's key, as far as you say.")
    @OptionGroup var target: TargetOptions
    @Argument(help: "A name for the key.") var name: String
    @Option(help: "Its public key: 32 bytes of Ed25519 in base64url.") var key: String
    @Option(
      help:
        "What it may sign, with commas: \(KeyRight.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var rights: String
    @Option(help: "Only for these doors, with commas.") var doors: String?
    @Option(help: "When it ends, such as 2027-03-31T00:00:00Z.") var until: String?

    func run() async throws {
      let store = try target.state.store()
      // An empty list is refused, never taken for every door.
      let doors = doors.map { split($0) }
      try store.checkPlaces(doors: doors ?? [], at: [target.controller])
      let rights = try split(rights).map { text in
        guard let right = KeyRight(rawValue: text) else {
          let known = KeyRight.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--rights: \(text): there are \(known)")
        }
        return right
      }
      let command = Command(
        kind: .delegateKey, keyID: name, key: key,
        delegation: KeyDelegation(
          rights: rights, doors: doors, until: try TimeArgument.end(until)))
      _ = try command.validated()
      _ = try await target.send(command, in: store)
    }
  }

  struct Distrust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a controller no longer trust a key; never the one that signs.")
    @OptionGroup var target: TargetOptions
    @Argument(help: "The key's id.") var key: String

    func run() async throws {
      try await target.send(Command(kind: .distrustKey, keyID: key))
    }
  }
}
