import ArgumentParser
import CloudProtocol
import DoorRules
import HostLinux

struct HoursDryRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hours",
    abstract: "Check whether a time is inside weekly hours.",
    discussion: #"""
      In:  {"id":1,"timeZone":"Europe/Berlin","accessHours":{
             "monday":[{"from":"09:00","to":"17:00"}],
             "exceptions":{"2026-12-24":[]}},"at":1795176000}
      Out: {"id":1,"inside":true}

      Each on one line. A window is [from, to) in the facility's time; with a "to"
      that is smaller than "from" it ends on the next day.
      """#)

  func run() throws { try LineRun.run { Answerer() } }

  struct Question: LineQuestion {
    var id: LineID?
    var timeZone: String
    var accessHours: HoursDocument
    /// Seconds since 1970.
    var at: Double
  }

  struct Answer: LineAnswer {
    let inside: Bool

    func write(to json: inout JSONText) { json.member("inside", inside) }
  }

  struct Answerer: LineAnswerer {
    /// The most zones in the cache.
    static let memoryMax = 256

    let source = SystemZones()
    var zones: [String: ZoneRules] = [:]

    mutating func answer(_ question: Question) throws(DryRunError) -> Answer {
      let hours = try week(question.accessHours)
      let zone = try zone(question.timeZone)
      guard question.at.magnitude <= Double(EnvelopeLimits.timeSecondsMax) else {
        throw DryRunError("at: must be seconds since 1970")
      }
      let instant = WallInstant(secondsSince1970: Int64(question.at.rounded(.down)))
      return Answer(inside: hours.contains(instant, in: zone))
    }

    private mutating func zone(_ name: String) throws(DryRunError) -> ZoneRules {
      if let known = zones[name] { return known }
      do {
        let rules = try source.zone(named: name).rules
        if zones.count >= Self.memoryMax { zones.removeAll() }
        zones[name] = rules
        return rules
      } catch {
        throw DryRunError("timeZone: \(error)")
      }
    }

    private func week(_ document: HoursDocument) throws(DryRunError) -> WeeklyHours {
      do { return try document.validated() } catch {
        throw DryRunError(
          error.problems.map { "accessHours.\($0.path): \($0.message)" }.joined(separator: "; "))
      }
    }
  }
}
