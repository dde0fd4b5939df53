import CloudProtocol
import DoorRules

/// A door.
private struct DoorReply: Encodable {
  var id: String
  var site: String
  var controller: String
  var name: String
  var location: String?
  var icon: String?
  var settings: AccessSettingsDocument

  init(_ reference: DoorReference, _ facts: ControllerFacts, _ door: DoorDocument) {
    id = reference.description
    site = facts.configuration?.facility.id ?? ""
    controller = reference.controller
    name = door.name
    location = door.location
    icon = door.icon
    settings = door.settings
  }

  init(_ call: APICall) throws {
    let found = try call.needDoor()
    self.init(found.reference, found.facts, found.door)
  }
}

private struct DoorBody: RequestBody {
  static let shape = MemberShape.holding(
    "site", "name", "location", "icon", and: ["settings": .accessSettings])

  var site: String
  var name: String
  var location: String?
  var icon: String?
  var settings: AccessSettingsDocument?
}

/// Hours in which a door stands unlocked.
private struct ScheduleBody: RequestBody, Encodable {
  static let shape = MemberShape.holding(and: ["hours": .hours])

  var hours: HoursDocument
}

/// How a door is, and what is late there.
struct DoorHealth: Encodable, Sendable {
  /// The longest silence of a controller that counts as in time.
  static let silenceMilliseconds: Int64 = 180_000

  var door: String
  var site: String
  var online: Bool
  var simulated: Bool
  /// `secured`, `released`, or `unknown` before the first report.
  var lock: String
  /// Absent without a contact.
  var open: Bool?
  var mode: String?
  var clockTrust: String?
  var software: String?
  var lastReportAt: String?
  var queuedEvents: UInt64?
  var pendingCredentials: Int
  /// What is not as it should be, in words.
  var late: [String]

  init(
    _ reference: DoorReference, _ facts: ControllerFacts, pendingCredentials: Int, at now: Int64
  ) {
    door = reference.description
    site = facts.configuration?.facility.id ?? ""
    online = facts.state?.online == true
    simulated = facts.state?.simulated == true
    let state = facts.state?.doors.first { $0.id == reference.door }
    lock = state?.lock ?? "unknown"
    open = state?.open
    mode = state?.mode
    clockTrust = facts.telemetry?.clockTrust ?? facts.hello?.clockTrust
    software = facts.hello?.software
    lastReportAt = facts.telemetry.map { APITime.text($0.timeMilliseconds) }
    queuedEvents = facts.telemetry?.queuedEvents
    self.pendingCredentials = pendingCredentials
    late = Self.late(facts, pendingCredentials: pendingCredentials, at: now)
  }

  private static func late(
    _ facts: ControllerFacts, pendingCredentials: Int, at now: Int64
  ) -> [String] {
    guard let hello = facts.hello else { return ["the controller has never connected"] }
    var late: [String] = []
    if facts.state?.online != true { late.append("the controller is offline") }
    if let told = facts.telemetry?.timeMilliseconds, now - told > silenceMilliseconds {
      late.append("the last report is of \(APITime.text(told))")
    }
    if let revision = facts.configuration?.revision, hello.configRevision < revision {
      late.append(
        facts.refusedConfiguration == revision
          ? "the controller refused configuration \(revision) and has \(hello.configRevision)"
          : "configuration \(revision) is not there yet, but \(hello.configRevision)")
    }
    if pendingCredentials > 0 { late.append("\(pendingCredentials) credentials wait") }
    if facts.clonedMilliseconds != nil { late.append("two machines use this identity") }
    guard let telemetry = facts.telemetry else { return late }
    // The next heartbeat says whether it is still so.
    let time = APITime.text(telemetry.timeMilliseconds)
    let end =
      facts.isTelemetryOvertaken ? " (told \(time), before the last change was in force)" : ""
    return late + telemetry.troubles.map { $0 + end }
  }
}

/// Doors, their schedules and health.
enum DoorRoutes {
  static let all: [Operation] = [
    Operation("listDoors", .get, "/v1/doors", .read) { call in
      let query = try call.query("site", "after", "limit")
      let (after, limit) = try APICall.page(query)
      let book = SiteBook(call.store)
      let found = try book.doors(of: query["site"]).filter { $0.description > after }.prefix(
        limit + 1)
      let doors = try found.compactMap { reference in
        try book.door(reference).map { DoorReply(reference, $0.facts, $0.door) }
      }
      return try APIReply(ListReply(doors, limit: limit, id: \.id))
    },
    Operation("getDoor", .get, "/v1/doors/{door}", .read) { call in
      try APIReply(DoorReply(call))
    },
    Operation("putDoor", .put, "/v1/doors/{door}", .configure, successes: [200, 201]) { call in
      let text = call.parameter("door")
      guard let reference = DoorReference(text) else {
        throw APIProblem(path: "door", "\(text.prefix(64)) is not CONTROLLER:DOOR")
      }
      let body = try call.body(DoorBody.self)
      let book = SiteBook(call.store)
      guard let facts = try book.controller(reference.controller),
        var document = facts.configuration, document.facility.id == body.site
      else {
        throw APIProblem(path: "site", "\(reference.controller) is no controller of \(body.site)")
      }
      var door = DoorDocument(
        id: reference.door, name: body.name, location: body.location, icon: body.icon,
        settings: body.settings ?? AccessSettingsDocument())
      let index = document.doors.firstIndex { $0.id == reference.door }
      if let index {
        // The schedule has a path of its own.
        if body.settings?.autoUnlockSchedule == nil {
          door.settings.autoUnlockSchedule = document.doors[index].settings.autoUnlockSchedule
        }
        document.doors[index] = door
      } else {
        document.doors.append(door)
      }
      try ConfigurationDesk(store: call.store, tools: call.tools).push(document, to: facts)
      return try APIReply(DoorReply(call), status: index == nil ? 201 : 200)
    },
    Operation("deleteDoor", .delete, "/v1/doors/{door}", .configure, successes: [204]) { call in
      let found = try call.needDoor()
      guard var document = found.facts.configuration else { return APIReply(status: 204) }
      let id = found.door.id
      if let scope = document.scopes.first(where: { $0.doors.contains(id) }) {
        throw APIProblem(.conflict, "the door is in the scope \(scope.id); take it out first")
      }
      document.doors.removeAll { $0.id == id }
      try ConfigurationDesk(store: call.store, tools: call.tools).push(document, to: found.facts)
      return APIReply(status: 204)
    },
    Operation("getSchedule", .get, "/v1/doors/{door}/schedule", .read) { call in
      let found = try call.needDoor()
      guard let hours = found.door.settings.autoUnlockSchedule else {
        throw APIProblem(.notFound, "the door has no hours in which it stands unlocked")
      }
      return try APIReply(ScheduleBody(hours: hours))
    },
    Operation("putSchedule", .put, "/v1/doors/{door}/schedule", .configure) { call in
      let body = try call.body(ScheduleBody.self)
      try setSchedule(body.hours, call)
      return try APIReply(body)
    },
    Operation(
      "deleteSchedule", .delete, "/v1/doors/{door}/schedule", .configure, successes: [204]
    ) { call in
      try setSchedule(nil, call)
      return APIReply(status: 204)
    },
    Operation("getDoorHealth", .get, "/v1/doors/{door}/health", .read) { call in
      let found = try call.needDoor()
      return try APIReply(
        DoorHealth(
          found.reference, found.facts,
          pendingCredentials: try call.store.pendingCredentials(of: found.facts.id), at: call.now))
    },
  ]

  private static func setSchedule(_ hours: HoursDocument?, _ call: APICall) throws {
    let found = try call.needDoor()
    guard var document = found.facts.configuration,
      let index = document.doors.firstIndex(where: { $0.id == found.door.id })
    else { return }
    document.doors[index].settings.autoUnlockSchedule = hours
    try ConfigurationDesk(store: call.store, tools: call.tools).push(document, to: found.facts)
  }
}
