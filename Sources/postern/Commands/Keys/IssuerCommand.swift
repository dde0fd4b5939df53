import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DoorPorts
import DoorRules
import Foundation
import HostLinux
import WiegandCodec

/// Signs hand-overs at a front desk. Needs no daemon and no network.
struct IssuerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issuer",
    abstract: "Sign keys at a front desk, with no network.",
    discussion: """
      A desk has its own key, and a certificate in which the operator states the
      doors, the kinds and the duration that it may issue (`posterncloud issuer
      certify`). `postern hand-over FILE` brings a signed file to the door. The file
      of a new key contains its value: it is created with mode 0600, and may be
      deleted after the door has accepted it.
      """,
    subcommands: [NewKey.self, Issue.self, Update.self, Revoke.self])

  struct NewKey: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the desk's key, and print the public key for the operator.")

    @Option(help: "The file of the private key; it must not exist yet.") var out: String
    @OptionGroup var option: JSONOption

    func run() throws {
      let bytes = (0..<KeyFile.keyBytes).map { _ in UInt8.random(in: .min ... .max) }
      try refusing { () throws(PortError) in
        try KeyFile.create(path: out, key: Secret(bytes))
      }
      let signer = try HandOverSigner(privateKeyBytes: Secret(bytes))
      let key = Data(signer.publicKeyBytes).base64URL
      try option.show(["issuerKey": key], key)
    }
  }

  /// The signer, the controller and the file.
  struct SignOptions: ParsableArguments {
    @Option(help: "The file of the desk's private key.") var key: String
    @Option(help: "The file of the desk's certificate.") var certificate: String
    @Option(help: "The controller.") var controller: String
    @Option(help: "The credential's id.") var id: String
    @Option(help: "How many hours the file can be handed over, 1 to 168.") var carryHours = 24
    @Option(help: "The file to carry to the door; it must not exist yet.") var out: String
    @OptionGroup var option: JSONOption

    func sign(_ action: HandOverOrder.Action, _ wanted: HandOverOrder.Key) throws {
      let secret = try refusing { () throws(PortError) in try KeyFile.load(path: key) }
      let text = try refusing { () throws(PortError) in
        try TextFile.read(certificate).trimmingCharacters(in: .whitespacesAndNewlines)
      }
      guard let claims = HandOverSigner.unverified(certificate: text) else {
        throw ConsoleProblem(.invalid, "\(certificate) is not an issuer's certificate")
      }
      let signer = try HandOverSigner(privateKeyBytes: secret)
      guard claims.key == Data(signer.publicKeyBytes).base64URL else {
        throw ConsoleProblem(.invalid, "\(certificate) is for another key than \(key)")
      }
      let now = Date.now.timeIntervalSince1970
      let end = WallInstant(secondsSince1970: claims.notAfter)
      let life = min(WallInstant(secondsSince1970: claims.notBefore), end)..<end
      let left = ExpiryWatch.daysLeft(until: end, at: WallInstant(secondsSince1970: Int64(now)))
      if let first = ExpiryWatch.warningDays(of: life).first, left <= first {
        Output.complain("certificate \(claims.id) expires in \(left) days; have it renewed")
      }
      // Milliseconds grow with each order of a desk, so that no counter must be stored.
      let order = HandOverOrder(
        id: UUID().uuidString.lowercased(), controller: controller,
        sequence: UInt64(now * 1_000), issuedAt: Int64(now),
        expires: Int64(now) + Int64(min(max(carryHours, 1), 168)) * 3_600, action: action,
        credential: wanted)
      let file = HandOverFile(
        certificate: text, order: try signer.sign(order, certificateID: claims.id))
      let json = String(decoding: try JSONCoding.encode(file), as: UTF8.self)
      try refusing { () throws(PortError) in
        try KeyFile.create(path: out, text: Secret(json + "\n"))
      }
      try option.show(
        [
          "file": out, "action": action.rawValue, "credential": wanted.id, "issuer": claims.issuer,
          "order": order.id,
        ], "\(out): \(action.rawValue) of \(wanted.id), signed by \(claims.issuer)")
    }
  }

  struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Issue a card, a PIN or a mobile key.")

    @OptionGroup var signing: SignOptions
    @Option(help: "The person.") var person: String
    @Option(help: "FORMAT:FACILITY:NUMBER; the facility is - where the format has none.")
    var card: String?
    @Option(help: "4 to 10 digits.") var pin: String?
    @Option(parsing: .unconditional, help: "The phone's key, 16 to 128 characters.")
    var mobile: String?
    @Option(help: "For these doors, with commas.") var doors: String?
    @Option(help: "For these scopes, with commas.") var scopes: String?
    @Option(help: "Valid from: 2026-11-20T15:00:00Z, or now.") var from = "now"
    @Option(help: "Valid until: 2026-11-22T11:00:00Z, or +2d.") var until: String
    @Option(help: "How often it may be used.") var uses: Int?
    @Option(help: "The reservation.") var reservation: String?

    func run() throws {
      let (kind, value) = try canonical()
      try signing.sign(
        .issue,
        HandOverOrder.Key(
          id: signing.id, kind: kind, value: value.reveal(), person: person,
          validFrom: try TimeArgument.seconds(from, of: "--from"),
          validUntil: try TimeArgument.end(until), doors: words(doors),
          scopes: words(scopes), usesMax: uses, reservationID: reservation))
    }

    private func canonical() throws -> (String, Secret<String>) {
      switch (card, pin, mobile) {
      case (let card?, nil, nil):
        let parts = card.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let number = UInt64(parts[2]),
          parts[1] == "-" || UInt64(parts[1]) != nil
        else { throw ValidationError("--card is FORMAT:FACILITY:NUMBER, such as H10301:12:345") }
        return (
          "card",
          CardCandidate(format: parts[0], facility: UInt64(parts[1]), card: number).canonical
        )
      case (nil, let pin?, nil):
        guard (4...10).contains(pin.count), pin.allSatisfy({ "0123456789".contains($0) }) else {
          throw ValidationError("--pin is 4 to 10 digits")
        }
        return ("pin", Secret("pin:" + pin))
      case (nil, nil, let mobile?):
        guard (16...128).contains(mobile.utf8.count) else {
          throw ValidationError("--mobile is 16 to 128 characters that nobody can guess")
        }
        return ("mobile", Secret("mobile:" + mobile))
      default: throw ValidationError("give one of --card, --pin and --mobile")
      }
    }
  }

  struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change dates or doors of a key that this desk issued.")

    @OptionGroup var signing: SignOptions
    @Option(help: "For these doors from now on, with commas.") var doors: String?
    @Option(help: "Valid from.") var from: String?
    @Option(help: "Valid until.") var until: String?

    func run() throws {
      try signing.sign(
        .update,
        HandOverOrder.Key(
          id: signing.id, validFrom: try from.map { try TimeArgument.seconds($0, of: "--from") },
          validUntil: try until.map { try TimeArgument.seconds($0, of: "--until") },
          doors: words(doors)))
    }
  }

  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke a key that this desk issued.")

    @OptionGroup var signing: SignOptions

    func run() throws { try signing.sign(.revoke, HandOverOrder.Key(id: signing.id)) }
  }
}

/// Errors of key files as problems of this command line.
private func refusing<Value>(_ body: () throws(PortError) -> Value) throws -> Value {
  do { return try body() } catch { throw ConsoleProblem(.unavailable, "\(error)") }
}

private func words(_ text: String?) -> [String]? {
  text?.split(separator: ",").map(String.init)
}
