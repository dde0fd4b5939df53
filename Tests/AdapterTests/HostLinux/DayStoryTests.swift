import CloudProtocol
import Testing

@testable import HostLinux

@Suite("F1: the journal tells a day in tens of lines")
struct DayStoryTests {
  private func event(
    _ type: EventType, door: String? = "front", reason: String? = nil,
    detail: [String: String] = [:]
  ) -> EventDraft {
    EventDraft(
      id: "e", type: type.wireName, timeMilliseconds: 0, clockTrust: "synchronised",
      simulated: false, door: door, person: "marker-person", credential: "marker-credential",
      reason: reason, detail: detail)
  }

  /// A day of a busy door: 600 entries, 40 denials, exits, a cloud that comes and goes all night,
  /// alarms, modes, and somebody at the broker who sends garbage.
  private func busyDay() -> [String] {
    var story = DayStory()
    var lines: [String] = []
    func take(_ draft: EventDraft) {
      if let line = story.take(draft) { lines.append(line.text) }
    }
    take(event(.controllerStarted, door: nil))
    for hour in 0..<24 {
      for number in 0..<(hour < 6 ? 0 : 34) {
        take(event(.accessGranted))
        take(event(.doorOpened))
        take(event(.doorClosed))
        if number.isMultiple(of: 3) { take(event(.doorExitRequested)) }
        if number.isMultiple(of: 17) { take(event(.accessDenied, reason: "pinMismatch")) }
      }
      for _ in 0..<500 { take(event(.messageRefused, door: nil, reason: "badSignature")) }
      if hour < 3 {
        for _ in 0..<60 {
          take(event(.cloudDisconnected, door: nil))
          take(event(.cloudConnected, door: nil))
        }
      }
      if hour == 9 { take(event(.alarmRaised, reason: "heldOpen")) }
      if hour == 10 { take(event(.alarmCleared, reason: "heldOpen")) }
      if hour == 12 { take(event(.doorModeChanged, detail: ["from": "normal", "to": "lockdown"])) }
      if let summary = story.hour() { lines.append(summary) }
    }
    take(event(.controllerStopped, door: nil))
    return lines
  }

  @Test("a busy day with a bad night and garbage from the broker has fewer than 50 lines")
  func day() {
    let lines = busyDay()
    // Three bad hours of four lines, 21 summaries, and five things that happened once.
    #expect(lines.count == 38)
    #expect(lines.filter { $0.hasPrefix("in the last hour: ") }.count == 21)
    #expect(!lines.joined().contains("marker"))
  }

  @Test("what matters is a line, with place and reason; the rest of an hour is a number")
  func words() {
    var story = DayStory()
    #expect(
      story.take(event(.alarmRaised, reason: "heldOpen"))
        == .init(text: "\(EventType.alarmRaised.title) at front: heldOpen", isAlarm: true))
    #expect(
      story.take(event(.doorModeChanged, detail: ["to": "lockdown", "why": "marker"]))?.text
        == "\(EventType.doorModeChanged.title) at front: to lockdown")
    for reason in ["a", "b", "b", "c", "d", "e"] {
      #expect(story.take(event(.accessDenied, reason: reason)) == nil)
    }
    #expect(story.take(event(.accessGranted)) == nil)
    #expect(story.take(event(.doorExitRequested)) == nil)
    #expect(
      story.hour()
        == "in the last hour: 1 let in, 6 denied (b 2, a 1, c 1, d 1, others 1), 1 requests to exit"
    )
    #expect(story.hour() == nil)
  }

  @Test(
    "an hour has room for so many lines of each kind, and none takes another's",
    arguments: [
      (EventType.configApplied, DayStory.linesPerHourMax),
      (.alarmRaised, DayStory.alarmLinesPerHourMax),
      (.cloudDisconnected, DayStory.cloudLinesPerHourMax),
    ])
  func limit(_ type: EventType, _ most: Int) {
    var story = DayStory()
    for number in 0...most {
      #expect((story.take(event(type)) == nil) == (number == most))
    }
    for other in [EventType.configApplied, .alarmRaised, .cloudConnected] where other != type {
      #expect(
        (story.take(event(other)) == nil)
          == (type == .cloudDisconnected && other == .cloudConnected))
    }
    let untold = type == .cloudDisconnected ? 2 : 1
    #expect(story.hour() == "in the last hour: \(untold) more events that are only in the log")
    #expect(story.take(event(type)) != nil)
  }
}
