import CloudProtocol
import DoorRules

/// A credential at one door.
struct DoorStatus: Encodable {
  var door: String
  /// `pending`, `active`, `failed`, `revoked` or `expired`.
  var status: String
  var reason: String?
  /// It is `active`, and nothing that the cloud knows keeps its holder out.
  var opens: Bool
  /// What keeps the holder out although the door has it or will: a name of ``DenialReason``.
  var why: String?
  /// When it came into this status; absent while it is pending.
  var since: String?
  /// From and until when it opens: lead and tail of the site included.
  var opensAt: String?
  var closesAt: String?
  var externalCredentialId: String
  var grantedAt: String?
  var revokedAt: String?
}

/// A credential with its status at each door.
struct CredentialReply: Encodable {
  var id: String
  var kind: String
  var person: String
  var reservation: String?
  var tenant: String?
  var doors: [String]
  var scopes: [String]
  var startsAt: String?
  var endsAt: String?
  var `class`: String?
  var usesMax: Int?
  /// It has the person's code.
  var personCode: Bool
  /// What the platform wants: `active` or `revoked`.
  var wanted: String
  /// The status at the door that is worst off.
  var status: String
  /// It opens each of its doors.
  var opens: Bool
  var provider = "postern"
  var grantedAt: String?
  var revokedAt: String?
  var atDoors: [DoorStatus]

  init(_ document: CredentialDocument, _ call: APICall, _ book: SiteBook) throws {
    id = document.id
    kind = document.credentialKind
    person = document.person
    reservation = document.reservation
    tenant = document.tenant
    doors = document.doors
    scopes = document.scopes
    startsAt = document.startMilliseconds.map(APITime.text)
    endsAt = document.endMilliseconds.map(APITime.text)
    `class` = document.className
    usesMax = document.usesMax
    personCode = document.hasPersonCode
    wanted = document.isRevoked ? "revoked" : "active"
    atDoors = []
    status = wanted
    opens = false
    let outlook = try Outlook(call, book, of: document.person)
    for (controller, part) in document.parts.sorted(by: { $0.key < $1.key }) {
      guard let standing = try call.store.credential(part) else { continue }
      atDoors += try Self.statuses(standing, controller, document, outlook)
    }
    opens = !atDoors.isEmpty && atDoors.allSatisfy(\.opens)
    let statuses = Set(atDoors.map(\.status))
    status = Self.order.first { statuses.contains($0) } ?? wanted
    grantedAt = atDoors.compactMap(\.grantedAt).min()
    revokedAt = status == "revoked" ? atDoors.compactMap(\.revokedAt).max() : nil
  }

  /// The worst first.
  private static let order = ["failed", "pending", "active", "expired", "revoked"]

  private static func statuses(
    _ standing: CredentialStanding, _ controller: String, _ document: CredentialDocument,
    _ outlook: Outlook
  ) throws -> [DoorStatus] {
    let (book, now) = (outlook.book, outlook.now)
    let facts = try book.controller(controller)
    let facility = facts?.configuration?.facility
    let lead = Int64(facility?.leadMinutes ?? FacilityDocument.leadMinutesDefault) * 60_000
    let tail = Int64(facility?.tailMinutes ?? FacilityDocument.tailMinutesDefault) * 60_000
    let closes = document.endMilliseconds.map { $0 - tail }
    let isOver = closes.map { $0 <= now } == true && standing.record.status == "active"
    let isOnline = facts?.state?.online == true
    var status = isOver && standing.status != "failed" ? "expired" : standing.status
    // Words of a newer controller.
    if !order.contains(status) { status = "failed" }
    let reason: String? =
      switch status {
      case "failed": standing.problems.first?.description ?? "the controller refused it"
      case "pending" where !isOnline: "the controller is offline"
      case "pending": "the controller has not answered yet"
      default: nil
      }
    return try book.doors(of: standing.record, at: controller).map { door in
      let denial =
        ["pending", "active"].contains(status)
        ? try outlook.denial(of: standing.record, at: door, of: controller) : nil
      return DoorStatus(
        door: "\(controller):\(door)", status: status,
        reason: reason ?? denial.map { "the door has it, but \($0.texts.sentence)" },
        opens: status == "active" && denial == nil, why: denial?.rawValue,
        since: isOver ? closes.map(APITime.text) : standing.statusMilliseconds.map(APITime.text),
        opensAt: document.startMilliseconds.map { APITime.text($0 - lead) },
        closesAt: closes.map(APITime.text), externalCredentialId: standing.record.id,
        grantedAt: standing.grantedMilliseconds.map(APITime.text),
        revokedAt: standing.record.status == "revoked"
          ? standing.revokedMilliseconds.map(APITime.text) : nil)
    }
  }
}
