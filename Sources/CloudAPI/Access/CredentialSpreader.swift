import CloudProtocol
import DoorRules
import Foundation

/// Brings a credential to the controllers that it is for, and takes it from those that it is no
/// longer for.
struct CredentialSpreader {
  /// Places of one controller.
  private struct Places {
    var doors: Set<String> = []
    var scopes: Set<String> = []
  }

  let store: any PlatformTransaction
  let vault: SecretVault
  let book: SiteBook
  let now: Int64

  init(_ call: APICall, _ book: SiteBook) {
    store = call.store
    vault = call.tools.vault
    now = call.now
    self.book = book
  }

  /// How many credentials are read at once.
  private static let pageCount = 200

  /// Stores the credential and what each controller is to have. Throws for places that are not
  /// there, and for a clash, of which every door is told.
  func spread(_ credential: inout CredentialDocument) throws {
    guard !credential.isRevoked else { return try spread(&credential, to: [:]) }
    let (places, problems) = try places(of: credential)
    guard problems.isEmpty else { throw APIProblem(ValidationFailure(problems: problems)) }
    try spread(&credential, to: places)
  }

  /// Throws for times that are over before they begin, since controllers close their tail before the
  /// end. For what a platform orders; what is there already stays.
  func refuseShorterThanTail(_ credential: CredentialDocument) throws {
    guard let start = credential.startMilliseconds, let end = credential.endMilliseconds else {
      return
    }
    for controller in try places(of: credential).places.keys.sorted() {
      let tail = try book.reach(of: controller).tailSeconds
      guard end / 1_000 - tail <= start / 1_000 else { continue }
      let minutes = tail == 60 ? "1 minute" : "\(tail / 60) minutes"
      throw APIProblem(
        path: "endsAt",
        "\(controller) closes \(minutes) before it, so that it is over before it begins; end it "
          + "after \(APITime.text(start + tail * 1_000))")
    }
  }

  /// Doors have come into a scope: brings each credential that names it there. Throws for a clash at
  /// one of them; a place that went away meanwhile stops nothing.
  func spreadAgain(naming scope: ScopeReference) throws {
    let text = scope.description
    var after = ""
    while true {
      let page = try store.documents(
        .credential, holding: text, after: after, limit: Self.pageCount)
      for entry in page {
        var credential = try JSONCoding.decode(CredentialDocument.self, from: entry.body)
        guard credential.scopes.contains(text), credential.mayOpen(at: now) else { continue }
        try spread(&credential, to: try places(of: credential).places)
      }
      guard page.count == Self.pageCount, let last = page.last else { return }
      after = last.id
    }
  }

  private func spread(
    _ credential: inout CredentialDocument, to places: [String: Places]
  ) throws {
    let value = try vault.open(credential.sealed)
    let holders = ValueHolders(of: value)
    var records: [String: CredentialRecord] = [:]
    var clashes: [Problem] = []
    for (controller, places) in places {
      let id = credential.parts[controller] ?? UUID().uuidString.lowercased()
      credential.parts[controller] = id
      let record = CredentialRecord(
        id: id, kind: credential.credentialKind, person: credential.person, status: "active",
        digest: try store.digest(of: value, at: controller),
        validFrom: credential.startMilliseconds.map { $0 / 1_000 },
        validUntil: credential.endMilliseconds.map { $0 / 1_000 },
        doors: places.doors.sorted(), scopes: places.scopes.sorted(),
        className: credential.className, usesMax: credential.usesMax,
        reservationID: credential.reservation, tenantID: credential.tenant)
      records[controller] = record
      clashes += try self.clashes(of: record, holders: holders, at: controller)
    }
    guard clashes.isEmpty else {
      throw APIProblem(
        ValidationFailure(problems: clashes.sorted { $0.path < $1.path }), kind: .clash)
    }
    for (controller, id) in credential.parts.sorted(by: { $0.key < $1.key }) {
      let present = try store.credential(id)?.record
      if let record = records[controller] {
        if record != present { try store.put(record, at: controller) }
        if present == nil {
          try store.save(PartDocument(id: id, credential: credential.id), at: now)
        }
      } else if var record = present, record.status == "active" {
        record.status = "revoked"
        try store.put(record, at: controller)
      }
    }
    try store.save(credential, at: now)
  }

  private func clashes(
    of record: CredentialRecord, holders: ValueHolders, at controller: String
  ) throws -> [Problem] {
    let others: [CredentialRecord]
    do {
      others = try holders.clashing(with: record, in: book.reach(of: controller)) {
        try store.holders(of: store.digest(of: $0, at: controller), at: controller)
      }
    } catch let problem as ValidationFailure { throw APIProblem(problem) }
    guard !others.isEmpty else { return [] }
    return try book.doors(of: record, at: controller).map {
      Problem(
        path: "\(controller):\($0)",
        message: "somebody else has this \(record.kind == "pin" ? "code" : "card") at that time")
    }
  }

  /// Doors and scopes by controller, and what is named and not there.
  private func places(
    of credential: CredentialDocument
  ) throws -> (places: [String: Places], problems: [Problem]) {
    var places: [String: Places] = [:]
    var problems: [Problem] = []
    for (index, text) in credential.doors.enumerated() {
      if let door = DoorReference(text), try book.door(door) != nil {
        places[door.controller, default: Places()].doors.insert(door.door)
      } else {
        problems.append(
          Problem(path: "doors[\(index)]", message: "there is no door \(text.prefix(128))"))
      }
    }
    for (index, text) in credential.scopes.enumerated() {
      let reference = ScopeReference(text)
      let found = try reference.map { try book.controllers(of: $0) } ?? []
      if let reference, !found.isEmpty {
        for controller in found {
          places[controller, default: Places()].scopes.insert(reference.scope)
        }
      } else {
        problems.append(
          Problem(
            path: "scopes[\(index)]",
            message: "there is no scope \(text.prefix(128)) with doors; write SITE:SCOPE"))
      }
    }
    if problems.isEmpty, places.isEmpty {
      problems.append(Problem(path: "doors", message: "neither doors nor scopes are named"))
    }
    return (places, problems)
  }
}
