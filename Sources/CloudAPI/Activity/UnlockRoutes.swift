import CloudProtocol
import DoorRules
import Foundation

/// An unlock that was ordered; what became of it is with the command.
struct UnlockDocument: PlatformDocument {
  static let kind = DocumentKind.unlock

  /// The command's id.
  var id: String
  var door: String
  var by: String
  var madeMilliseconds: Int64
}

/// An unlock as a thing whose state moves: `received`, then once and for all `confirmed`, `failed`,
/// `rejected` or `expired`.
struct UnlockReply: Encodable {
  var id: String
  var door: String
  /// `member` or `admin`.
  var kind: String
  var person: String?
  var reason: String?
  var state: String
  /// Why, in the words of the door.
  var stateReason: String?
  var simulated: Bool
  var createdAt: String
  var expiresAt: String
  var finishedAt: String?

  init(_ document: UnlockDocument, _ standing: CommandStanding, at now: Int64) {
    id = document.id
    door = document.door
    kind = standing.command.kind == .adminUnlock ? "admin" : "member"
    person = standing.command.person
    reason = standing.command.reason
    (state, stateReason) = Self.state(of: standing, at: now)
    simulated = standing.result?.simulated ?? false
    createdAt = APITime.text(document.madeMilliseconds)
    expiresAt = APITime.text(standing.runsOutMilliseconds)
    finishedAt = standing.result.map { APITime.text($0.timeMilliseconds) }
  }

  /// After its end no door takes the order; an answer that is late still counts.
  static func state(
    of standing: CommandStanding, at now: Int64
  ) -> (state: String, reason: String?) {
    guard let result = standing.result else {
      return now > standing.runsOutMilliseconds
        ? ("expired", "the door has not answered in time") : ("received", nil)
    }
    switch result.outcome {
    case .received: return ("received", nil)
    case .confirmed: return ("confirmed", result.reason)
    case .failed: return ("failed", result.reason)
    case .expired: return ("expired", result.reason)
    case .rejected: return ("rejected", result.reason)
    case .interrupted: return ("failed", result.reason ?? "the controller was interrupted")
    }
  }
}

private struct MemberUnlockBody: RequestBody {
  static let shape = MemberShape.holding("person", "expiresInSeconds", and: ["location": .location])

  var person: String
  /// The position of the phone, for doors with a geofence.
  var location: LocationDocument?
  var expiresInSeconds: Int64?
}

private struct AdminUnlockBody: RequestBody {
  static let shape = MemberShape.holding("reason", "by", "expiresInSeconds")

  var reason: String
  /// The operator; the token's name when absent.
  var by: String?
  var expiresInSeconds: Int64?
}

/// Unlocks.
enum UnlockRoutes {
  private static let expirySecondsDefault: Int64 = 10

  static let all: [Operation] = [
    Operation("unlock", .post, "/v1/doors/{door}/unlocks", .unlock, successes: [202]) { call in
      let body = try call.body(MemberUnlockBody.self)
      guard try call.store.person(body.person) != nil else {
        throw APIProblem(path: "person", "there is no person \(body.person.prefix(128))")
      }
      return try queue(call, seconds: body.expiresInSeconds) { door in
        Command(kind: .unlock, door: door, person: body.person, location: body.location)
      }
    },
    Operation(
      "adminUnlock", .post, "/v1/doors/{door}/admin-unlocks", .unlockAdmin, successes: [202]
    ) { call in
      let body = try call.body(AdminUnlockBody.self)
      let by = body.by ?? call.caller?.name
      return try queue(call, seconds: body.expiresInSeconds) { door in
        Command(kind: .adminUnlock, door: door, person: by, reason: body.reason)
      }
    },
    Operation("getUnlock", .get, "/v1/unlocks/{unlock}", .read) { call in
      try APIReply(try reply(try call.store.need(UnlockDocument.self, call.id("unlock")), call))
    },
  ]

  private static func queue(
    _ call: APICall, seconds: Int64?, _ command: (_ door: String) -> Command
  ) throws -> APIReply {
    let found = try call.needDoor()
    let seconds = seconds ?? expirySecondsDefault
    let most = EnvelopeLimits.unlockLifetimeSecondsMax
    guard (1...most).contains(seconds) else {
      throw APIProblem(path: "expiresInSeconds", "is 1 to \(most)")
    }
    let order = command(found.reference.door)
    do throws(ValidationFailure) { _ = try order.validated() } catch { throw APIProblem(error) }
    let document = UnlockDocument(
      id: UUID().uuidString.lowercased(), door: found.reference.description,
      by: call.caller?.name ?? "", madeMilliseconds: call.now)
    try call.store.queue(
      order, id: document.id, for: found.facts.id, at: call.now,
      runsOut: call.now + seconds * 1_000)
    try call.store.save(document, at: call.now)
    return try APIReply(
      try reply(document, call), status: 202, headers: ["location": "/v1/unlocks/\(document.id)"])
  }

  private static func reply(_ document: UnlockDocument, _ call: APICall) throws -> UnlockReply {
    guard let standing = try call.store.command(document.id) else {
      throw APIProblem(.notFound, "there is no unlock \(document.id)")
    }
    return UnlockReply(document, standing, at: call.now)
  }
}
