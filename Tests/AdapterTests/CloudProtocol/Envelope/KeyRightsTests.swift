import CloudProtocol
import DoorRules
import Foundation
import Testing

@Suite("What a signing key may sign, where, and until when (D4, D12)")
struct KeyRightsTests {
  private static let second = Data(repeating: 9, count: 32)
  private static let front = DoorID("front").map { Set([$0]) }

  private let forge = EnvelopeForge()

  /// A verifier that trusts the forge's key as far as `rights` say, beside one with every right.
  private func verifier(_ rights: KeyRights) throws -> EnvelopeVerifier {
    let main = try EnvelopeSigner(privateKeyBytes: Secret(Array(Self.second)), keyID: "main")
    var verifier = try EnvelopeVerifier(
      publicKeys: ["main": main.publicKeyBytes],
      audience: #require(ControllerID(EnvelopeForge.controller)), issuer: nil)
    try verifier.keys.trust(
      keyID: EnvelopeForge.keyID, bytes: forge.signer().publicKeyBytes, rights: rights)
    return verifier
  }

  /// The refusal of a body that the forge's key signs; nil if it is accepted.
  private func refusal<Body: Codable & Sendable>(
    _ body: Body, kind: Topics.Down, _ rights: KeyRights, after seconds: Int64 = 1,
    trust: ClockTrust = .synchronised
  ) throws -> EnvelopeRefusal? {
    let start = WallInstant(secondsSince1970: EnvelopeForge.issued)
    let message = try forge.signer().sign(
      body, kind: kind, issuer: "cloud",
      audience: #require(ControllerID(EnvelopeForge.controller)), id: "m-1", at: start,
      lifetimeSeconds: 20)
    do {
      _ = try verifier(rights).verify(
        message, as: Body.self, kind: kind,
        at: WallInstant(secondsSince1970: EnvelopeForge.issued + seconds), clockTrust: trust,
        retained: false)
      return nil
    } catch { return error as? EnvelopeRefusal }
  }

  private func command(_ kind: Command.Kind, door: String? = "front") -> Command {
    Command(kind: kind, door: door, person: "ada", reason: "parcel", mode: .lockdown)
  }

  @Test("each kind of command needs its right, and no other will do", arguments: KeyRight.allCases)
  func commands(_ right: KeyRight) throws {
    for kind in Command.Kind.allCases {
      let found = try refusal(command(kind), kind: .commands, KeyRights([right]))
      if kind.right == right {
        #expect(found == nil, "\(kind)")
      } else {
        #expect(found?.cause == .notAllowed, "\(kind)")
        #expect(found?.messageID == "m-1", "whoever signed it is told")
        #expect(found?.command?.kind == kind)
      }
    }
  }

  @Test("what is no command needs its right too", arguments: KeyRight.allCases)
  func data(_ right: KeyRight) throws {
    let ack = try refusal(
      EventAcknowledgement(epoch: "e", through: 1), kind: .ack, KeyRights([right]))
    #expect((ack == nil) == (right == .acknowledge))
    let delta = CredentialDelta(baseRevision: 1, revision: 2, persons: [], credentials: [])
    let found = try refusal(delta, kind: .credentials, KeyRights([right]))
    #expect((found == nil) == (right == .credentials))
    for kind in Topics.Down.allCases where kind != .commands { #expect(kind.right != nil) }
  }

  @Test("a key for some doors orders nothing elsewhere, and nothing that names no door")
  func doors() throws {
    let rights = KeyRights([.unlock, .operate], doors: Self.front)
    #expect(try refusal(command(.unlock), kind: .commands, rights) == nil)
    #expect(try refusal(command(.mode), kind: .commands, rights) == nil)
    for refused in [
      command(.unlock, door: "back"), command(.mode, door: nil), command(.adminUnlock, door: nil),
      // The door beside it says nothing: everybody would be forgiven everywhere.
      command(.forgive), command(.plan), command(.clearLockout), command(.resetArea),
    ] {
      #expect(try refusal(refused, kind: .commands, rights)?.cause == .notAllowed)
    }
  }

  @Test("the end of a key is a moment, and it has come while nobody knows the time")
  func until() throws {
    let end = WallInstant(secondsSince1970: EnvelopeForge.issued + 10)
    let rights = KeyRights([.unlock], until: end)
    let unlock = command(.unlock)
    #expect(try refusal(unlock, kind: .commands, rights, after: 9) == nil)
    #expect(try refusal(unlock, kind: .commands, rights, after: 10)?.cause == .notAllowed)
    for trust in [ClockTrust.unknown, .doubtful] {
      let found = try refusal(unlock, kind: .commands, rights, trust: trust)
      #expect(found?.cause == .notAllowed && found?.detail.contains("clock") == true)
    }
    #expect(
      try refusal(unlock, kind: .commands, KeyRights([.unlock]), trust: .unknown) == nil)
  }

  @Test(
    "nobody gives or takes rights that he has not",
    arguments: [
      (KeyRights([.trust, .unlock]), KeyRights([.unlock]), true),
      (KeyRights([.trust, .unlock]), KeyRights([.trust, .unlock]), true),
      (KeyRights([.trust, .unlock]), KeyRights([.operate]), false),
      (KeyRights([.trust, .unlock]), .every, false),
      (KeyRights([.unlock], doors: front), KeyRights([.unlock]), false),
      (KeyRights([.unlock]), KeyRights([.unlock], doors: front), true),
      (
        KeyRights([.unlock], until: WallInstant(secondsSince1970: 9)), KeyRights([.unlock]), false
      ),
      (
        KeyRights([.unlock], until: WallInstant(secondsSince1970: 9)),
        KeyRights([.unlock], until: WallInstant(secondsSince1970: 9)), true
      ),
      (
        KeyRights([.unlock], until: WallInstant(secondsSince1970: 9)),
        KeyRights([.unlock], until: WallInstant(secondsSince1970: 10)), false
      ),
    ])
  func covers(_ signer: KeyRights, _ given: KeyRights, _ isAllowed: Bool) throws {
    #expect(signer.covers(given) == isAllowed)
    var ring = try verifier(signer).keys
    let bytes = try EnvelopeSigner(
      privateKeyBytes: Secret([UInt8](repeating: 4, count: 32)), keyID: "x"
    ).publicKeyBytes
    let gave = try? ring.trust(
      keyID: "x", bytes: bytes, rights: given, by: EnvelopeForge.keyID)
    #expect((gave != nil) == isAllowed)
    var other = try verifier(signer).keys
    try other.trust(keyID: "x", bytes: bytes, rights: given)
    let took = try? other.distrust(keyID: "x", by: EnvelopeForge.keyID)
    #expect((took != nil) == isAllowed)
    // To narrow somebody's rights is to take some away.
    let narrowed = try? other.trust(
      keyID: "x", bytes: bytes, rights: KeyRights([]), by: EnvelopeForge.keyID)
    #expect(took != nil || (narrowed != nil) == isAllowed)
  }

  @Test(
    "what a delegation may say, by path",
    arguments: [
      (KeyDelegation(rights: []), "delegation.rights"),
      (KeyDelegation(rights: [.unlock, .unlock]), "delegation.rights[1]"),
      (KeyDelegation(rights: [.unlock, .credentials], doors: ["front"]), "delegation.rights[1]"),
      (KeyDelegation(rights: [.unlock], doors: []), "delegation.doors"),
      (KeyDelegation(rights: [.unlock], doors: ["a b"]), "delegation.doors[0]"),
      (KeyDelegation(rights: [.unlock], doors: ["a", "a"]), "delegation.doors[1]"),
      (
        KeyDelegation(rights: [.unlock], doors: (0...KeyRights.doorsMax).map { "d\($0)" }),
        "delegation.doors"
      ),
      (KeyDelegation(rights: [.unlock], until: -1), "delegation.until"),
      (KeyDelegation(rights: [.unlock], until: .max), "delegation.until"),
    ])
  func written(_ delegation: KeyDelegation, _ path: String) throws {
    let command = Command(
      kind: .delegateKey, keyID: "k-2", key: Self.second.base64URL, delegation: delegation)
    let failure = #expect(throws: ValidationFailure.self) { _ = try command.validated() }
    #expect(failure?.problems.map(\.path) == [path])
  }

  @Test("a key gets no right by a misspelling: any member that says nothing refuses the command")
  func misspelt() throws {
    let key = Self.second.base64URL
    for command in [
      Command(
        kind: .trustKey, keyID: "k-2", key: key, delegation: KeyDelegation(rights: [.unlock])),
      Command(kind: .trustKey, door: "front", keyID: "k-2", key: key),
    ] {
      #expect(CommandMark(command).widening(of: command) != nil)
    }
    let delegate = Command(
      kind: .delegateKey, keyID: "k-2", key: key, delegation: KeyDelegation(rights: [.unlock]))
    #expect(CommandMark(delegate).widening(of: delegate) == nil)
    let unknown = [Problem(path: "delegation.door", message: "is unknown")]
    #expect(CommandMark(delegate, unknown: unknown).widening(of: delegate) != nil)
    // Whoever withdraws a key in a hurry is not kept from it.
    let distrust = Command(kind: .distrustKey, door: "front", keyID: "k-2")
    #expect(CommandMark(distrust).widening(of: distrust) == nil)
  }
}
