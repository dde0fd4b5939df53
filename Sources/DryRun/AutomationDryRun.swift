import ArgumentParser
import CloudProtocol
import ConsoleProtocol
import DoorCore
import DoorRules
import Foundation
import HostLinux

struct AutomationDryRun: ParsableCommand {
  /// The most bytes of events that are read.
  static let logBytesMax = 16 * 1_048_576

  static let configuration = CommandConfiguration(
    commandName: "automations",
    abstract: "Play automations over a log: what they would have done, and when.",
    discussion: #"""
      In:  events, as `postern events --json` prints them, in any order.
      Out: {"automation":"cards","because":"access.denied at door front",
            "then":["output siren on"],"timeMilliseconds":1795176000000}
           or, where "while" was not so, "notSo" in place of "then".

      Each on one line. The policy is a file as for `dry-run access`; only its
      configuration counts. A log has no inputs, so an automation that waits for one
      is named first, as {"automation":…,"skipped":…}, and does nothing.
      """#)

  @Option(help: "The file with the configuration.") var policy: String

  func run() throws {
    let file = try PolicyFile(contentsOf: policy)
    for automation in file.policy.facility.automations where automation.waitsForInput {
      Output.raw(
        Self.line {
          $0.member("automation", automation.id.rawValue)
          $0.member("skipped", "it waits for an input, and a log has none")
        })
    }
    let events = try Self.events(Self.standardInput())
    for line in Self.lines(of: events, under: file.policy) { Output.raw(line) }
  }

  private static func standardInput() throws -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: LineRun.lineBytesMax)
    while true {
      let got = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw DryRunFailure("standard input cannot be read: \(String(cString: strerror(errno)))")
      }
      if got == 0 { return all }
      all.append(contentsOf: buffer[..<got])
      guard all.count <= logBytesMax else {
        throw DryRunFailure("the events have more than \(logBytesMax) bytes; give fewer of them")
      }
    }
  }

  /// By time; a bad line is a failure, since a log with holes would show what never was.
  static func events(_ bytes: [UInt8]) throws -> [ConsoleEvent] {
    let decoder = JSONDecoder()
    var events: [ConsoleEvent] = []
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated()
    where line.contains(where: { $0 > UInt8(ascii: " ") }) {
      do { events.append(try decoder.decode(ConsoleEvent.self, from: Data(line))) } catch {
        throw DryRunFailure(
          "line \(number + 1) is no event: \(ValidationFailure(decoding: error))")
      }
    }
    return events.sorted { ($0.timeMilliseconds, $0.number) < ($1.timeMilliseconds, $1.number) }
  }

  static func lines(of events: [ConsoleEvent], under policy: PolicySnapshot) -> [[UInt8]] {
    guard let first = events.first else { return [] }
    let actions = policy.facility.automations.flatMap(\.actions)
    let outputs = actions.compactMap { action -> OutputID? in
      switch action {
      case .output(let output, _), .pulse(let output, _): output
      case .unlock, .mode, .startPlan, .mask, .record: nil
      }
    }
    var replay = AutomationReplay(
      policy, doors: Array(policy.doors.keys), outputs: Set(outputs).sorted(),
      at: WallInstant(millisecondsSince1970: first.timeMilliseconds))
    return events.flatMap { event in
      replay.scene.note(event)
      return replay.take(
        event.trigger, at: WallInstant(millisecondsSince1970: event.timeMilliseconds)
      ).map(line(of:))
    }
  }

  private static func line(of turn: AutomationReplay.Turn) -> [UInt8] {
    line { json in
      json.member("automation", turn.automation.id.rawValue)
      json.member("because", turn.automation.trigger.told)
      if let failure = turn.failure {
        json.member("notSo", failure)
      } else {
        json.name("then")
        json.array(turn.automation.actions) { $0.string($1.words) }
      }
      json.name("timeMilliseconds")
      json.literal(String(turn.at.millisecondsSince1970))
    }
  }

  private static func line(_ members: (inout JSONText) -> Void) -> [UInt8] {
    var json = JSONText(capacity: 256)
    json.object(members)
    return json.bytes + [10]
  }
}

extension Automation {
  fileprivate var waitsForInput: Bool {
    if case .input = trigger { true } else { false }
  }
}

extension ConsoleEvent {
  /// What automations may wait for of this.
  fileprivate var trigger: AutomationTrigger.Event? {
    guard
      let happening = AutomationTrigger.Happening.allCases.first(where: {
        $0.eventType.wireName == type
      })
    else { return nil }
    return AutomationTrigger.Event(
      happening, door: door.flatMap { DoorID($0) }, reader: reader.flatMap { ReaderID($0) },
      area: detail["area"].flatMap { AreaID($0) }, reason: reason)
  }
}

extension AutomationScene {
  /// What an event tells of how things stand.
  fileprivate mutating func note(_ event: ConsoleEvent) {
    let door = event.door.flatMap { DoorID($0) }
    switch EventType(rawValue: event.type) {
    case .doorOpened: door.map { doors[$0]?.isOpen = true }
    case .doorClosed: door.map { doors[$0]?.isOpen = false }
    case .doorModeChanged:
      guard let door, let mode = event.detail["to"].flatMap({ DoorMode(rawValue: $0) }) else {
        return
      }
      doors[door]?.mode = mode
      doors[door]?.isReleased = mode.holdsOpen
      doors[door]?.closedBy = mode.keepsClosed || mode == .plan ? mode.rawValue : nil
    case .planStarted:
      guard event.detail["drill"] == nil, let plan = event.detail["plan"].flatMap({ PlanID($0) })
      else { return }
      plans.insert(plan)
    case .planEnded: event.detail["plan"].flatMap { PlanID($0) }.map { _ = plans.remove($0) }
    case .areaOccupancy:
      guard let area = event.detail["area"].flatMap({ AreaID($0) }) else { return }
      people[area] = event.detail["count"].flatMap { Int($0) }
    default: break
    }
  }
}
