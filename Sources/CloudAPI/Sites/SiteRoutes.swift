import CloudProtocol
import DoorRules

/// A site: what its controllers have in common.
struct SiteReply: Encodable {
  var id: String
  var name: String
  var timeZone: String
  var leadMinutes: Int
  var tailMinutes: Int
  var controllers: [String]
  var settings: AccessSettingsDocument

  init(_ book: SiteBook, _ site: String) throws {
    let facts = try book.controllers(of: site)
    // Every controller of a site has the same; one that was pushed by hand may differ.
    guard let facility = facts.first?.configuration?.facility else {
      throw APIProblem(.notFound, "there is no site \(site)")
    }
    id = site
    name = facility.name
    timeZone = facility.timeZone
    leadMinutes = facility.leadMinutes ?? FacilityDocument.leadMinutesDefault
    tailMinutes = facility.tailMinutes ?? FacilityDocument.tailMinutesDefault
    controllers = facts.map(\.id)
    settings = facility.settings
  }
}

extension FacilityDocument {
  static let leadMinutesDefault = Int(FacilityPolicy.leadSecondsDefault / 60)
  static let tailMinutesDefault = Int(FacilityPolicy.tailSecondsDefault / 60)
}

private struct SiteBody: RequestBody {
  static let shape = MemberShape.holding(
    "name", "timeZone", "leadMinutes", "tailMinutes", "controllers",
    and: ["settings": .accessSettings])

  var name: String
  var timeZone: String
  var leadMinutes: Int?
  var tailMinutes: Int?
  var controllers: [String]
  var settings: AccessSettingsDocument?
}

private struct HolidayBody: RequestBody {
  static let shape = MemberShape.holding("name", "effect")

  var name: String
  var effect: String
}

private struct ScopeBody: RequestBody {
  static let shape = MemberShape.holding(
    "name", "priority", "doors", and: ["settings": .accessSettings])

  var name: String
  var priority: Int?
  var doors: [String]
  var settings: AccessSettingsDocument?
}

/// A scope over the controllers of a site.
private struct ScopeReply: Encodable {
  var id: String
  var name: String
  var priority: Int
  var doors: [String]
  var settings: AccessSettingsDocument
}

/// What the routes of sites do.
private struct SiteDesk {
  let call: APICall
  let store: any PlatformTransaction
  let book: SiteBook
  let desk: ConfigurationDesk

  init(_ call: APICall) throws {
    self.call = call
    store = call.store
    book = SiteBook(call.store)
    desk = ConfigurationDesk(store: call.store, tools: call.tools)
  }

  /// True when the site is new.
  func put(_ id: String, _ body: SiteBody) throws -> Bool {
    let isNew = try !book.isThere(id)
    var problems: [Problem] = []
    for (index, name) in body.controllers.enumerated() {
      let path = "controllers[\(index)]"
      if let facts = try book.controller(name) {
        if let other = facts.configuration?.facility.id, other != id {
          problems.append(Problem(path: path, message: "\(name) belongs to the site \(other)"))
        }
      } else {
        problems.append(Problem(path: path, message: "no controller \(name) is enrolled"))
      }
    }
    let present = isNew ? [] : try book.controllers(of: id).map(\.id)
    for name in present where !body.controllers.contains(name) {
      problems.append(
        Problem(path: "controllers", message: "\(name) is missing; a controller stays at its site"))
    }
    if body.controllers.isEmpty {
      problems.append(Problem(path: "controllers", message: "is empty"))
    }
    guard problems.isEmpty else { throw APIProblem(ValidationFailure(problems: problems)) }
    let holidays = isNew ? nil : try facilities(of: id).first?.holidays
    for name in Set(body.controllers).sorted() {
      guard let facts = try book.controller(name) else { continue }
      var document =
        facts.configuration
        ?? ConfigurationDocument(
          revision: 1,
          facility: FacilityDocument(
            id: id, name: body.name, timeZone: body.timeZone, holidays: holidays), scopes: [],
          doors: [])
      document.facility.name = body.name
      document.facility.timeZone = body.timeZone
      document.facility.leadMinutes = body.leadMinutes
      document.facility.tailMinutes = body.tailMinutes
      document.facility.settings = body.settings ?? AccessSettingsDocument()
      try desk.push(document, to: facts)
    }
    return isNew
  }

  func facilities(of site: String) throws -> [FacilityDocument] {
    try book.controllers(of: site).compactMap(\.configuration?.facility)
  }

  func holidays(of site: String) throws -> [HolidayDocument] {
    (try facilities(of: site).first?.holidays ?? []).sorted { $0.date < $1.date }
  }

  /// Replaces the holiday of a date, or removes it.
  func set(_ holiday: HolidayDocument?, on date: String, at site: String) throws {
    for facts in try book.controllers(of: site) {
      guard var document = facts.configuration else { continue }
      var all = (document.facility.holidays ?? []).filter { $0.date != date }
      if let holiday { all.append(holiday) }
      document.facility.holidays = all.isEmpty ? nil : all.sorted { $0.date < $1.date }
      try desk.push(document, to: facts)
    }
  }

  func scopes(of site: String) throws -> [ScopeReply] {
    var found: [String: ScopeReply] = [:]
    for facts in try book.controllers(of: site) {
      for scope in facts.configuration?.scopes ?? [] {
        let doors = scope.doors.map { "\(facts.id):\($0)" }
        found[
          scope.id,
          default: ScopeReply(
            id: scope.id, name: scope.name, priority: scope.priority, doors: [],
            settings: scope.settings)
        ].doors += doors
      }
    }
    return found.values.sorted { $0.id < $1.id }
  }

  func put(_ scope: String, _ body: ScopeBody, at site: String) throws {
    let controllers = try book.controllers(of: site)
    var doors: [String: [String]] = [:]
    var problems: [Problem] = []
    for (index, text) in body.doors.enumerated() {
      if let door = DoorReference(text),
        try book.door(door)?.facts.configuration?.facility.id == site
      {
        doors[door.controller, default: []].append(door.door)
      } else {
        problems.append(
          Problem(path: "doors[\(index)]", message: "there is no door \(text) at \(site)"))
      }
    }
    guard problems.isEmpty else { throw APIProblem(ValidationFailure(problems: problems)) }
    var hasNewDoors = false
    for facts in controllers {
      guard var document = facts.configuration else { continue }
      let before = document.scopes.first { $0.id == scope }?.doors ?? []
      if !Set(doors[facts.id] ?? []).isSubset(of: before) { hasNewDoors = true }
      document.scopes.removeAll { $0.id == scope }
      document.scopes.append(
        ScopeDocument(
          id: scope, name: body.name, priority: body.priority ?? 0,
          doors: Set(doors[facts.id] ?? []).sorted(),
          settings: body.settings ?? AccessSettingsDocument()))
      document.scopes.sort { $0.id < $1.id }
      try desk.push(document, to: facts)
    }
    guard hasNewDoors, let reference = ScopeReference("\(site):\(scope)") else { return }
    try CredentialSpreader(call, SiteBook(store)).spreadAgain(naming: reference)
  }

  func removeScope(_ scope: String, at site: String) throws {
    for facts in try book.controllers(of: site) {
      guard var document = facts.configuration else { continue }
      document.scopes.removeAll { $0.id == scope }
      try desk.push(document, to: facts)
    }
  }
}

/// Sites, their holidays and scopes.
enum SiteRoutes {
  static let all: [Operation] = [
    Operation("listSites", .get, "/v1/sites", .read) { call in
      _ = try call.query()
      let book = SiteBook(call.store)
      return try APIReply(
        ListReply(items: try book.sites.map { try SiteReply(book, $0) }, next: nil))
    },
    Operation("getSite", .get, "/v1/sites/{site}", .read) { call in
      try APIReply(SiteReply(SiteBook(call.store), call.parameter("site")))
    },
    Operation("putSite", .put, "/v1/sites/{site}", .configure, successes: [200, 201]) { call in
      let site = call.parameter("site")
      let isNew = try SiteDesk(call).put(site, try call.body(SiteBody.self))
      return try APIReply(
        SiteReply(SiteBook(call.store), site), status: isNew ? 201 : 200)
    },
    Operation("listHolidays", .get, "/v1/sites/{site}/holidays", .read) { call in
      try APIReply(
        ListReply(items: try SiteDesk(call).holidays(of: call.parameter("site")), next: nil))
    },
    Operation("getHoliday", .get, "/v1/sites/{site}/holidays/{date}", .read) { call in
      let date = call.parameter("date")
      let all = try SiteDesk(call).holidays(of: call.parameter("site"))
      guard let holiday = all.first(where: { $0.date == date }) else {
        throw APIProblem(.notFound, "there is no holiday on \(date)")
      }
      return try APIReply(holiday)
    },
    Operation("putHoliday", .put, "/v1/sites/{site}/holidays/{date}", .configure) { call in
      let date = call.parameter("date")
      guard CivilDate(parsing: date) != nil else {
        throw APIProblem(path: "date", "\(date.prefix(64)) is no date such as 2026-12-24")
      }
      let body = try call.body(HolidayBody.self)
      let holiday = HolidayDocument(date: date, name: body.name, effect: body.effect)
      try SiteDesk(call).set(holiday, on: date, at: call.parameter("site"))
      return try APIReply(holiday)
    },
    Operation(
      "deleteHoliday", .delete, "/v1/sites/{site}/holidays/{date}", .configure, successes: [204]
    ) { call in
      try SiteDesk(call).set(nil, on: call.parameter("date"), at: call.parameter("site"))
      return APIReply(status: 204)
    },
    Operation("listScopes", .get, "/v1/sites/{site}/scopes", .read) { call in
      try APIReply(
        ListReply(items: try SiteDesk(call).scopes(of: call.parameter("site")), next: nil))
    },
    Operation("getScope", .get, "/v1/sites/{site}/scopes/{scope}", .read) { call in
      try APIReply(try Self.scope(call))
    },
    Operation(
      "putScope", .put, "/v1/sites/{site}/scopes/{scope}", .configure, problems: [.clash]
    ) { call in
      try SiteDesk(call).put(
        call.parameter("scope"), try call.body(ScopeBody.self), at: call.parameter("site"))
      return try APIReply(try Self.scope(call))
    },
    Operation(
      "deleteScope", .delete, "/v1/sites/{site}/scopes/{scope}", .configure, successes: [204],
      problems: [.invalid]
    ) { call in
      try SiteDesk(call).removeScope(call.parameter("scope"), at: call.parameter("site"))
      return APIReply(status: 204)
    },
  ]

  private static func scope(_ call: APICall) throws -> ScopeReply {
    let (site, id) = (call.parameter("site"), call.parameter("scope"))
    guard let scope = try SiteDesk(call).scopes(of: site).first(where: { $0.id == id }) else {
      throw APIProblem(.notFound, "there is no scope \(id) at \(site)")
    }
    return scope
  }
}
