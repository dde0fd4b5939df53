import CloudProtocol
import DoorRules
import Foundation
import Testing

/// One way to gain by a hand-over, and the limit that it breaks.
struct HandOverAttack: Sendable, CustomTestStringConvertible {
  var name: String
  var limit: HandOverRefusal.Limit
  var change: @Sendable (inout HandOverForge) -> Void

  var testDescription: String { name }

  init(
    _ name: String, _ limit: HandOverRefusal.Limit,
    _ change: @escaping @Sendable (inout HandOverForge) -> Void
  ) {
    self.name = name
    self.limit = limit
    self.change = change
  }

  private static let now = HandOverForge.now
  private static let day = HandOverForge.day

  static let table: [HandOverAttack] = [
    .init("replay at another door's controller", .wrongController) {
      $0.order.controller = "gate-2"
    },
    .init("a certificate for other controllers", .wrongController) {
      $0.certificate.controllers = ["gate-2"]
    },
    .init("a door that is not the desk's", .doorNotAllowed) {
      $0.order.credential.doors = ["front", "vault"]
    },
    .init("a door of a scope that is not the desk's", .doorNotAllowed) {
      $0.order.credential.doors = ["room-301"]
    },
    .init("no door, which would be every door", .doorNotAllowed) {
      $0.order.credential.doors = nil
    },
    .init("a scope that is not the desk's", .scopeNotAllowed) {
      $0.order.credential.scopes = ["floor-3"]
    },
    .init("a wrong kind", .kindNotAllowed) { $0.certificate.kinds = ["pin", "mobile"] },
    .init("a longer duration than allowed", .tooLong) {
      $0.order.credential.validUntil = now + 3 * day + 1
    },
    .init("a start set back to make it longer", .tooLong) {
      $0.order.credential.validFrom = now - 2 * day
    },
    .init("no end at all", .tooLong) { $0.order.credential.validUntil = nil },
    .init("no start at all", .tooLong) { $0.order.credential.validFrom = nil },
    .init("a window far in the future", .tooFarAhead) {
      $0.order.credential.validFrom = now + 32 * day
      $0.order.credential.validUntil = now + 34 * day
    },
    .init("a window that is over", .alreadyOver) {
      $0.order.credential.validFrom = now - 2 * day
      $0.order.credential.validUntil = now - day
    },
    .init("an expired issuer", .certificateExpired) { $0.certificate.notAfter = now - 1 },
    .init("an order that an expired issuer dates back", .certificateExpired) {
      $0.certificate.notAfter = now - 1
      $0.order.issuedAt = now - day / 2
    },
    .init("an issuer of tomorrow", .certificateNotYetValid) {
      $0.certificate.notBefore = now + day
    },
    .init("an order of before the certificate", .certificateNotYetValid) {
      $0.order.issuedAt = now - 3 * day
    },
    .init("an order that was carried about too long", .orderExpired) {
      $0.order.issuedAt = now - 2 * 3_600
      $0.order.expires = now - 3_600
    },
    .init("an order that never expires", .orderExpired) { $0.order.expires = now + 8 * day },
    .init("an order of the future", .orderFromTheFuture) { $0.order.issuedAt = now + 301 },
    .init("a root of somebody else's", .unknownRoot) { $0.rootID = "root-9" },
    .init("a certificate that the desk signed itself", .badSignature) { $0.root = $0.desk },
    .init("an order under a stolen certificate's name", .badSignature) {
      let key = Data($0.desk.publicKeyBytes).base64URL
      $0.certificate.key = key
      if let thief = try? HandOverForge.signer(9) { $0.desk = thief }
    },
    .init("a PIN that says it is a card", .malformed) { $0.order.credential.value = "pin:471100" },
    .init("a card without a number", .malformed) { $0.order.credential.value = nil },
    .init("an order of another type", .malformed) { $0.order.typ = IssuerCertificate.typeName },
    .init("a certificate of another type", .malformed) {
      $0.certificate.typ = HandOverOrder.typeName
    },
    .init("a sequence that no order can follow", .malformed) { $0.order.sequence = 1 << 62 },
    .init("a sequence that uses up more than half of them", .malformed) {
      $0.order.sequence = 1 << 52 + 1
    },
    .init("a duration that no sum can hold", .malformed) { $0.certificate.longestSeconds = .max },
  ]
}

@Suite("Attacks on a local hand-over, each refused by the limit that it breaks (C5, C6, C7)")
struct HandOverAttackTests {
  private static let scopes: [ScopeID: Set<DoorID>] = [
    ScopeID("floor-2")!: [DoorID("room-214")!, DoorID("room-215")!],
    ScopeID("floor-3")!: [DoorID("room-301")!],
  ]

  private func change(
    _ forge: HandOverForge, in book: IssuedBook = IssuedBook(), trust: ClockTrust = .synchronised,
    isCached: Bool = false, others: [Credential] = []
  ) throws(HandOverRefusal) -> IssuedBook.Change {
    let now = WallInstant(secondsSince1970: HandOverForge.now)
    let file: [UInt8]
    let verifier: HandOverVerifier
    do {
      file = try forge.file()
      verifier = try HandOverForge.verifier()
    } catch {
      throw HandOverRefusal(.malformed, "\(error)")
    }
    guard let digester = CredentialDigester(keyBytes: Array(repeating: 7, count: 32)) else {
      throw HandOverRefusal(.malformed, "digester")
    }
    return try book.change(
      try verifier.verify(file, at: now, clockTrust: trust), digester: digester, at: now,
      reach: CredentialReach(scopes: Self.scopes), isCached: isCached, others: others)
  }

  private func limit(_ body: () throws(HandOverRefusal) -> IssuedBook.Change)
    -> HandOverRefusal.Limit?
  {
    do throws(HandOverRefusal) {
      _ = try body()
      return nil
    } catch { return error.limit }
  }

  @Test("a card that another person has is refused at that person's doors, also in an update")
  func taken() throws {
    func bens(at door: String) -> [Credential] {
      [
        Credential(
          id: CredentialID("bens")!, kind: .card, person: PersonID("ben")!,
          doors: [DoorID(door)!])
      ]
    }
    let forge = try HandOverForge()
    let elsewhere = bens(at: "room-214")
    #expect(
      limit { () throws(HandOverRefusal) in try change(forge, others: bens(at: "front")) } == .taken
    )
    var book = IssuedBook()
    book.apply(try change(forge, others: elsewhere))
    let moved = forge.with {
      $0.order.id = "order-2"
      $0.order.sequence = 11
      $0.order.action = .update
      $0.order.credential = .init(id: "key-1", doors: ["room-214"])
    }
    #expect(
      limit { () throws(HandOverRefusal) in try change(moved, in: book, others: elsewhere) }
        == .taken)
    #expect(try change(moved, in: book).isNew)
  }

  @Test("what nobody tampered with is taken, also for a door of a scope of the desk's")
  func good() throws {
    let forge = try HandOverForge()
    let change = try change(forge)
    #expect(change.isNew && change.key.record.id == "key-1" && change.key.issuer == "desk")
    #expect(change.key.record.className == CredentialClass.offlineName)
    let byScope = try self.change(forge.with { $0.order.credential.doors = ["room-215"] })
    #expect(byScope.key.record.doors == ["room-215"])
  }

  @Test("every attack of the table is refused by its limit", arguments: HandOverAttack.table)
  func attack(_ attack: HandOverAttack) throws {
    let forge = try HandOverForge().with { attack.change(&$0) }
    #expect(limit { () throws(HandOverRefusal) in try change(forge) } == attack.limit)
  }

  @Test("999 keys that the cloud has not taken up leave room for one more, 1,000 do not")
  func full() throws {
    let forge = try HandOverForge()
    let key = try change(forge).key
    func book(_ count: Int) -> IssuedBook {
      IssuedBook(
        keys: (0..<count).map { index in
          var other = key
          other.record.id = "other-\(index)"
          return other
        })
    }
    #expect(try change(forge, in: book(IssuedBook.keysMax - 1)).isNew)
    let full = book(IssuedBook.keysMax)
    #expect(limit { () throws(HandOverRefusal) in try change(forge, in: full) } == .full)
  }

  @Test("an update is judged by what the key becomes, and only its issuer may")
  func update() throws {
    let forge = try HandOverForge()
    var book = IssuedBook()
    book.apply(try change(forge))
    let update = forge.with {
      $0.order.id = "order-2"
      $0.order.sequence = 11
      $0.order.action = .update
      $0.order.credential = .init(
        id: "key-1", validUntil: HandOverForge.now + 3 * HandOverForge.day)
    }
    let longer = try change(update, in: book)
    #expect(longer.key.record.validUntil == HandOverForge.now + 3 * HandOverForge.day)
    #expect(longer.key.record.digest == book.keys["key-1"]?.record.digest)
    let widened = update.with { $0.order.credential.validUntil? += 1 }
    #expect(limit { () throws(HandOverRefusal) in try change(widened, in: book) } == .tooLong)
    let moved = update.with { $0.order.credential.doors = ["vault"] }
    #expect(limit { () throws(HandOverRefusal) in try change(moved, in: book) } == .doorNotAllowed)
    let other = update.with { $0.certificate.issuer = "other-desk" }
    #expect(limit { () throws(HandOverRefusal) in try change(other, in: book) } == .notOfThisIssuer)
    let renewed = update.with { $0.certificate.id = "desk-2028" }
    #expect(try change(renewed, in: book).key.certificate == "desk-2028")
  }

  @Test("the order that was just taken is known; an older one is refused, whatever came between")
  func replay() throws {
    let forge = try HandOverForge()
    var book = IssuedBook()
    book.apply(try change(forge))
    #expect(try !change(forge, in: book).isNew)
    let revoke = forge.with {
      $0.order.id = "order-2"
      $0.order.sequence = 11
      $0.order.action = .revoke
    }
    book.apply(try change(revoke, in: book))
    #expect(book.keys["key-1"]?.record.status == "revoked")
    #expect(limit { () throws(HandOverRefusal) in try change(forge, in: book) } == .replayed)
    // Also once the cloud has taken the key up, and the door forgot it.
    book.forget(["key-1"])
    #expect(limit { () throws(HandOverRefusal) in try change(forge, in: book) } == .replayed)
    #expect(limit { () throws(HandOverRefusal) in try change(revoke, in: book) } == .replayed)
  }

  @Test(
    "the cloud's credentials are the cloud's; a revoked key stays revoked; ids are not used twice")
  func ownership() throws {
    let forge = try HandOverForge()
    #expect(
      limit { () throws(HandOverRefusal) in try change(forge, isCached: true) } == .exists)
    let revoke = forge.with { $0.order.action = .revoke }
    #expect(
      limit { () throws(HandOverRefusal) in try change(revoke, isCached: true) } == .notOfThisIssuer
    )
    var book = IssuedBook()
    book.apply(try change(forge))
    let again = forge.with { $0.order.sequence = 12 }
    #expect(limit { () throws(HandOverRefusal) in try change(again, in: book) } == .exists)
    book.apply(try change(revoke.with { $0.order.sequence = 13 }, in: book))
    let revived = forge.with {
      $0.order.sequence = 14
      $0.order.action = .update
    }
    #expect(limit { () throws(HandOverRefusal) in try change(revived, in: book) } == .alreadyOver)
  }

  @Test("with a clock that cannot be believed nothing is taken")
  func clock() throws {
    let forge = try HandOverForge()
    #expect(
      limit { () throws(HandOverRefusal) in try change(forge, trust: .unknown) } == .clockUnknown)
    #expect(try change(forge, trust: .holdover).isNew)
  }

  @Test("two roots count while they change, and the old one no more once it is taken away (D13)")
  func roots() throws {
    let now = WallInstant(secondsSince1970: HandOverForge.now)
    let old = try HandOverForge().file()
    let new = try HandOverForge().with {
      $0.rootID = "root-2"
      if let root = try? HandOverForge.signer(5) { $0.root = root }
    }.file()
    let both = try HandOverForge.verifier(roots: ["root-1": 1, "root-2": 5])
    for file in [old, new] {
      #expect(
        try both.verify(file, at: now, clockTrust: .synchronised).certificate.issuer == "desk")
    }
    let after = try HandOverForge.verifier(roots: ["root-2": 5])
    #expect(try after.verify(new, at: now, clockTrust: .synchronised).order.id == "order-1")
    #expect(throws: HandOverRefusal.self) {
      try after.verify(old, at: now, clockTrust: .synchronised)
    }
  }

  @Test("garbage of any kind is malformed and never a crash; a value is in no refusal")
  func garbage() throws {
    let verifier = try HandOverForge.verifier()
    let now = WallInstant(secondsSince1970: HandOverForge.now)
    let good = try HandOverForge().file()
    var random = Xorshift64(seed: 3)
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<(1 + Int(random.next() % 4)) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0xFF)
      }
      guard bytes != good else { continue }
      #expect(throws: HandOverRefusal.self) {
        try verifier.verify(bytes, at: now, clockTrust: .synchronised)
      }
    }
    for text in ["", "{}", #"{"certificate":"a.b.c","order":""}"#] {
      #expect(throws: HandOverRefusal.self) {
        try verifier.verify(Array(text.utf8), at: now, clockTrust: .synchronised)
      }
    }
    let long = [UInt8](repeating: 65, count: HandOverFile.bytesMax + 1)
    #expect(
      throws: HandOverRefusal(.tooLarge, "65537 bytes; a hand-over has at most 65536")
    ) { try verifier.verify(long, at: now, clockTrust: .synchronised) }
    let secret = try HandOverForge().with { $0.order.credential.value = "pin:99887766" }
    do throws(HandOverRefusal) { _ = try change(secret) } catch {
      #expect(!error.description.contains("99887766"))
    }
  }
}
