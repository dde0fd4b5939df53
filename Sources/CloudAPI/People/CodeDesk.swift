import CloudProtocol
import DoorRules
import Foundation

/// The code of a person, sealed. It is the same at every door.
struct CodeDocument: PlatformDocument {
  static let kind = DocumentKind.code

  /// The person.
  var id: String
  var sealed: Data
  var madeMilliseconds: Int64
}

/// Makes codes that are unique at the doors that they are for, and gives a person's credentials a
/// new one.
struct CodeDesk {
  /// Digits of a code that is made; a given one has 4 to 10.
  static let digitsDefault = 6
  static let digits = 4...10
  /// How many codes are tried before the doors count as full.
  static let triesMax = 32

  let call: APICall
  let spreader: CredentialSpreader

  init(_ call: APICall, _ book: SiteBook) {
    self.call = call
    spreader = CredentialSpreader(call, book)
  }

  /// The person's code; nil for none.
  func code(of person: String) throws -> Secret<String>? {
    try call.store.find(CodeDocument.self, person).map { try call.tools.vault.open($0.sealed) }
  }

  /// The person's code, made where there is none. Throws where no code is free.
  func need(for person: String, at doors: [String]) throws -> Secret<String> {
    if let code = try code(of: person) { return code }
    let code = try free(
      for: person, controllers: controllers(of: doors), digits: Self.digitsDefault)
    try keep(code, for: person)
    return code
  }

  /// Gives the person this code, or a new one, and puts it into every credential that has the
  /// person's code. `doors` are those that it will be for, beside theirs.
  func renew(
    for person: String, code given: String?, digits: Int?, doors: [String]
  ) throws -> Secret<String> {
    let used = try inUse(by: person)
    var code: Secret<String>
    if let given {
      guard Self.digits.contains(given.utf8.count),
        given.utf8.allSatisfy({ (48...57).contains($0) })
      else { throw APIProblem(path: "code", "is 4 to 10 digits") }
      code = Secret(given)
      let full = try controllers(of: doors).filter { try isTaken(code, for: person, at: $0) }
      let taken = doors.filter { door in
        DoorReference(door).map { full.contains($0.controller) } == true
      }
      guard taken.isEmpty else {
        throw APIProblem(
          ValidationFailure(
            problems: taken.map { Problem(path: $0, message: "somebody else has this code") }),
          kind: .clash)
      }
    } else {
      let count = digits ?? Self.digitsDefault
      guard Self.digits.contains(count) else { throw APIProblem(path: "digits", "is 4 to 10") }
      let concerned = Set(controllers(of: doors) + used.flatMap(\.parts.keys))
      code = try free(for: person, controllers: concerned.sorted(), digits: count)
    }
    try keep(code, for: person)
    for var credential in used {
      credential.sealed = try call.tools.vault.seal(Secret("pin:" + code.reveal()))
      try spreader.spread(&credential)
    }
    return code
  }

  /// The person's credentials that have the person's code and may still open.
  func inUse(by person: String) throws -> [CredentialDocument] {
    var found: [CredentialDocument] = []
    var after = ""
    while true {
      let page = try call.store.list(
        CredentialDocument.self, parent: person, after: after, limit: APILimits.pageMax)
      found += page.filter { $0.hasPersonCode && $0.mayOpen(at: call.now) }
      guard page.count == APILimits.pageMax, let last = page.last else { return found }
      after = last.id
    }
  }

  private func keep(_ code: Secret<String>, for person: String) throws {
    try call.store.save(
      CodeDocument(
        id: person, sealed: try call.tools.vault.seal(code), madeMilliseconds: call.now),
      at: call.now)
  }

  private func controllers(of doors: [String]) -> [String] {
    Set(doors.compactMap { DoorReference($0)?.controller }).sorted()
  }

  private func free(
    for person: String, controllers: [String], digits: Int
  ) throws -> Secret<String> {
    for _ in 0..<Self.triesMax {
      let code = Secret(Self.random(digits: digits))
      if try !controllers.contains(where: { try isTaken(code, for: person, at: $0) }) {
        return code
      }
    }
    throw APIProblem(.conflict, "no code of \(digits) digits is free at these doors; take more")
  }

  /// Whether somebody else has it at the controller, at any door and time.
  private func isTaken(_ code: Secret<String>, for person: String, at controller: String) throws
    -> Bool
  {
    let digest = try call.store.digest(of: Secret("pin:" + code.reveal()), at: controller)
    return try call.store.holders(of: digest, at: controller).contains { $0.person != person }
  }

  /// Not one that somebody tries first: all digits equal, or counting up or down.
  private static func random(digits: Int) -> String {
    while true {
      let code = (0..<digits).map { _ in Int.random(in: 0...9) }
      let steps = Set(zip(code, code.dropFirst()).map { $1 - $0 })
      if steps.count > 1 || !steps.isSubset(of: [-1, 0, 1]) {
        return code.map(String.init).joined()
      }
    }
  }
}

private struct CodeBody: RequestBody {
  static let shape = MemberShape.holding("code", "digits", "doors")

  var code: String?
  var digits: Int?
  var doors: [String]?
}

private struct CodeReply: Encodable {
  var person: String
  var code: String
  var createdAt: String

  init(_ call: APICall, _ person: String) throws {
    let document = try call.store.need(CodeDocument.self, person)
    self.person = person
    code = try call.tools.vault.open(document.sealed).reveal()
    createdAt = APITime.text(document.madeMilliseconds)
  }
}

/// Codes of people.
enum CodeRoutes {
  static let all: [Operation] = [
    Operation("getCode", .get, "/v1/people/{person}/code", .codes) { call in
      try APIReply(CodeReply(call, try call.needPerson().id))
    },
    Operation(
      "makeCode", .post, "/v1/people/{person}/code", .codes, successes: [201], problems: [.clash]
    ) { call in
      let person = try call.needPerson().id
      let body = try call.body(CodeBody.self)
      let book = SiteBook(call.store)
      let doors = body.doors ?? []
      for (index, text) in doors.enumerated() {
        guard let door = DoorReference(text), try book.door(door) != nil else {
          throw APIProblem(path: "doors[\(index)]", "there is no door \(text.prefix(128))")
        }
      }
      _ = try CodeDesk(call, book).renew(
        for: person, code: body.code, digits: body.digits, doors: doors)
      return try APIReply(CodeReply(call, person), status: 201)
    },
    Operation("deleteCode", .delete, "/v1/people/{person}/code", .codes, successes: [204]) { call in
      let person = try call.needPerson().id
      let used = try CodeDesk(call, SiteBook(call.store)).inUse(by: person)
      guard used.isEmpty else {
        throw APIProblem(
          .conflict, "\(used.count) credentials of \(person) have the code; revoke them first")
      }
      try call.store.remove(.code, person)
      return APIReply(status: 204)
    },
  ]
}
