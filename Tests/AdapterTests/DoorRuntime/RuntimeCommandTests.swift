import CloudProtocol
import Crypto
import DoorCore
import DoorRules
import Foundation
import Testing

@Suite("Commands: each acts at most once, and nothing stale acts (D4, D6)")
struct RuntimeCommandTests {
  private typealias Outcome = CommandResult.Outcome

  /// What is handed in, and what must come of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var trust = ClockTrust.synchronised
    var movements: Int
    /// Of the command `c-1`, in order; several of `received` are one.
    var outcomes: [CommandResult.Outcome]
    var act: @Sendable (RuntimeWorld) async throws -> Void

    var testDescription: String { name }
  }

  static let unlock = #"{"kind":"adminUnlock","door":"front","reason":"parcel"}"#

  static func token(
    _ body: String = unlock, iat: Int64 = 0, nbf: Int64 = 0, exp: Int64 = 20,
    aud: String = #""door-7""#, jti: String = #""c-1""#
  ) throws -> [UInt8] {
    let issued = EnvelopeForge.issued
    return try EnvelopeForge().token(
      EnvelopeForge.header(),
      EnvelopeForge.claims(
        aud: aud, iat: "\(issued + iat)", nbf: "\(issued + nbf)", exp: "\(issued + exp)",
        jti: jti, body: body))
  }

  static func nonce(_ world: RuntimeWorld) throws -> String {
    try #require(try world.link.said(.hello, as: Hello.self).last).sessionNonce
  }

  static func bound(to nonce: String) -> String {
    #"{"kind":"adminUnlock","door":"front","reason":"parcel","sessionNonce":"\#(nonce)"}"#
  }

  static let cases: [Case] = [
    Case(name: "fresh", movements: 1, outcomes: [.received, .confirmed]) {
      $0.hand(try token())
    },
    Case(name: "redelivered at once", movements: 1, outcomes: [.received, .confirmed]) {
      for _ in 0..<5 { $0.hand(try token()) }
    },
    Case(
      name: "redelivered after its end: the first result again", movements: 1,
      outcomes: [.received, .confirmed, .confirmed]
    ) { world in
      world.hand(try token())
      try await world.eventually("done") { try world.outcomes(of: "c-1").contains(.confirmed) }
      world.hand(try token())
    },
    Case(
      name: "the same id with another body: refused, and it does not act", movements: 1,
      outcomes: [.received, .confirmed, .rejected]
    ) { world in
      world.hand(try token())
      try await world.eventually("done") { try world.outcomes(of: "c-1").contains(.confirmed) }
      world.hand(try token(#"{"kind":"mode","mode":"force-open","reason":"second"}"#))
    },
    Case(
      name: "replayed when it has expired: the first result again", movements: 1,
      outcomes: [.received, .confirmed, .confirmed]
    ) { world in
      world.hand(try token())
      try await world.eventually("done") { try world.outcomes(of: "c-1").contains(.confirmed) }
      world.wall.set(RuntimeWorld.start.advanced(bySeconds: 3_600))
      world.hand(try token())
    },
    Case(name: "two in the wrong order", movements: 1, outcomes: [.received, .confirmed]) {
      $0.hand(try token(iat: 1, nbf: 1, jti: #""c-2""#))
      $0.hand(try token(iat: -5, nbf: -5, exp: 15))
    },
    Case(name: "retained", movements: 0, outcomes: [.rejected]) {
      $0.hand(try token(), retained: true)
    },
    Case(name: "expired", movements: 0, outcomes: [.expired]) {
      $0.wall.set(RuntimeWorld.start.advanced(bySeconds: 120))
      $0.hand(try token())
    },
    Case(name: "not yet valid", movements: 0, outcomes: [.rejected]) {
      $0.hand(try token(iat: 300, nbf: 300, exp: 320))
    },
    Case(name: "valid for longer than an unlock may be", movements: 0, outcomes: [.rejected]) {
      $0.hand(try token(exp: 31))
    },
    Case(name: "for another controller", movements: 0, outcomes: []) {
      $0.hand(try token(aud: #""door-8""#))
    },
    Case(name: "signed by somebody else", movements: 0, outcomes: []) {
      let other = EnvelopeForge(key: Result { Curve25519.Signing.PrivateKey() })
      $0.hand(try other.token())
    },
    Case(name: "without its reason", movements: 0, outcomes: [.received, .rejected]) {
      $0.hand(try token(#"{"kind":"adminUnlock","door":"front"}"#))
    },
    Case(
      name: "off in a lockdown, which only end-lockdown ends: it is not told as done", movements: 0,
      outcomes: [.received, .rejected]
    ) { world in
      let lockdown = #"{"kind":"mode","mode":"lockdown","reason":"drill"}"#
      world.hand(try token(lockdown, jti: #""c-2""#))
      try await world.eventually("closed") { try world.outcomes(of: "c-2").contains(.confirmed) }
      world.hand(try token(#"{"kind":"mode","mode":"off","reason":"over"}"#))
    },
    Case(
      name: "off of a force-open below a lockdown", movements: 0, outcomes: [.received, .confirmed]
    ) { world in
      let below = [("lockdown", "c-2"), ("force-open", "c-3")]
      for (mode, id) in below {
        let body = #"{"kind":"mode","mode":"\#(mode)","reason":"drill"}"#
        world.hand(try token(body, jti: "\"\(id)\""))
        try await world.eventually("set") { try world.outcomes(of: id).contains(.confirmed) }
      }
      world.hand(try token(#"{"kind":"mode","mode":"off","reason":"over"}"#))
    },
    Case(name: "for a door that is not here", movements: 0, outcomes: [.received, .rejected]) {
      $0.hand(try token(#"{"kind":"adminUnlock","door":"cellar","reason":"parcel"}"#))
    },
    Case(name: "a stranger's unlock", movements: 0, outcomes: [.received, .rejected]) {
      $0.hand(try token(#"{"kind":"unlock","door":"front","person":"eve"}"#))
    },
    Case(
      name: "clock unknown, without the session", trust: .unknown, movements: 0,
      outcomes: [.rejected]
    ) {
      $0.hand(try token())
    },
    Case(
      name: "clock unknown, of this session", trust: .unknown, movements: 1,
      outcomes: [.received, .confirmed]
    ) {
      $0.hand(try token(bound(to: try nonce($0))))
    },
    Case(
      name: "clock unknown, of the session before", trust: .unknown, movements: 0,
      outcomes: [.rejected]
    ) { world in
      let old = try nonce(world)
      world.link.hand(.disconnected(reason: "test"))
      world.link.connect()
      try await world.eventually("a new hello") { try nonce(world) != old }
      world.hand(try token(bound(to: old)))
    },
  ]

  @Test("D4 D6: the table of ways in which a command can come", arguments: cases)
  func table(_ one: Case) async throws {
    let world = try RuntimeWorld(trust: one.trust)
    try await world.serve()
    try await world.configure()
    try await one.act(world)
    try await world.settle()
    try await world.eventually("\(one.outcomes)") {
      try world.outcomes(of: "c-1").count >= one.outcomes.count
    }
    var outcomes = try world.outcomes(of: "c-1")
    if one.name == "redelivered at once" {
      // Those that came while it ran have no result yet; those after it have the first one's.
      #expect(outcomes.count { $0 == .received } == 1)
      outcomes = [.received, .confirmed]
    }
    #expect(outcomes == one.outcomes)
    #expect(world.movements == one.movements)
    await world.end()
  }

  @Test("D4: a copy of a command that is sent again for its result is no refusal, also when late")
  func expiredCopy() async throws {
    let world = try RuntimeWorld()
    try await world.serve()
    try await world.configure()
    world.hand(try Self.token())
    try await world.eventually("done") { try world.outcomes(of: "c-1").contains(.confirmed) }
    world.wall.set(RuntimeWorld.start.advanced(bySeconds: 3_600))
    // As it was, and signed anew.
    for exp in [Int64(20), 25, 29] { world.hand(try Self.token(exp: exp)) }
    try await world.settle()
    #expect(try Set(world.outcomes(of: "c-1").dropFirst()) == [.confirmed])
    func events(_ type: String) async throws -> [String?] {
      try await world.runtime.events(.init(type: type, limit: 9)).map { $0.draft.detail["command"] }
    }
    #expect(try await events("postern.message.refused.v1") == [])
    #expect(try await events("postern.command.repeated.v1") == ["c-1"])
    await world.end()
  }

  @Test("D6: a refusal names the message, whoever finds that it cannot be taken")
  func refusalsNameTheMessage() async throws {
    func refused(
      _ cause: String, trust: ClockTrust = .synchronised, _ hand: (RuntimeWorld) throws -> Void
    ) async throws -> [String?] {
      let world = try RuntimeWorld(trust: trust)
      try await world.serve()
      try await world.configure()
      try hand(world)
      try await world.settle()
      let query = EventQuery(type: "postern.message.refused.v1", limit: 9)
      let found = try await world.runtime.events(query)
      await world.end()
      return found.filter { $0.draft.reason == cause }.map { $0.draft.detail["message"] }
    }
    #expect(
      try await refused("sessionRequired", trust: .unknown) { $0.hand(try Self.token()) } == ["c-1"]
    )
    let answer = CertificateAnswer(requestDigest: String(repeating: "A", count: 43), refused: "no")
    #expect(
      try await refused("noRequest") {
        $0.hand(
          try $0.forge.signer().sign(
            answer, kind: .certificate, issuer: "cloud", audience: RuntimeWorld.controller,
            id: "m-7",
            at: RuntimeWorld.start, lifetimeSeconds: 600), .certificate)
      } == ["m-7"])
  }

  @Test("D4 F2: replayed after a restart it gets its first result and moves nothing")
  func restart() async throws {
    let store = StoreFixture()
    let first = try RuntimeWorld(store)
    try await first.serve()
    try await first.configure()
    first.hand(try Self.token())
    try await first.eventually("done") { try first.outcomes(of: "c-1").contains(.confirmed) }
    await first.end()

    let second = try RuntimeWorld(store)
    try await second.serve()
    second.hand(try Self.token())
    try await second.settle()
    #expect(try second.outcomes(of: "c-1").last == .confirmed)
    #expect(try !second.outcomes(of: "c-1").contains(.received))
    #expect(second.movements == 0)
    await second.end()
  }

  @Test("D4 F2: cut off between the ledger and the relay it is interrupted, and never run again")
  func interrupted() async throws {
    let store = StoreFixture()
    let ledger = try store.events()
    _ = try ledger.begin(
      commandID: "c-1", at: RuntimeWorld.start,
      expires: RuntimeWorld.start.advanced(bySeconds: 20))
    let world = try RuntimeWorld(store)
    try await world.serve()
    try await world.configure()
    world.hand(try Self.token())
    try await world.settle()
    #expect(try Set(world.outcomes(of: "c-1")) == [.interrupted])
    #expect(world.movements == 0)
    await world.end()
  }
}
