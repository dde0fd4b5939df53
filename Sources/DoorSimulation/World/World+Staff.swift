import CloudProtocol
import DoorPorts
import DoorRules
import DoorRuntime

/// What the operator's people do in the cloud and at the door's console.
extension World {
  func firstDocument() -> ConfigurationDocument {
    let site = story.site
    return ConfigurationDocument(
      revision: 1,
      facility: FacilityDocument(
        id: "house", name: "House", timeZone: site.zone,
        credentialClasses: [
          "standard": CredentialClassDocument(offlineHours: site.offlineHours)
        ]),
      scopes: [
        ScopeDocument(id: "wing", name: "Wing", priority: 1, doors: Knowledge.wing(site))
      ],
      doors: site.doors.enumerated().map { index, door in
        DoorDocument(
          id: doors[index].rawValue, name: "Door \(index)",
          settings: AccessSettingsDocument(
            holdTimeSeconds: door.holdTimeSeconds, presentation: door.presentation))
      })
  }

  func staff(_ action: StaffAction) {
    tally.changes += 1
    trace.note(time.elapsed, "staff") { "\(action)" }
    let now = time.wall.secondsSince1970
    switch action {
    case .book(let person, let door, let from, let until):
      cloud.book(
        person, door: doors[door].rawValue, from: now + Int64(from) * 60,
        until: now + Int64(until) * 60)
    case .move(let person, let from, let until):
      cloud.move(person, from: now + Int64(from) * 60, until: now + Int64(until) * 60)
    case .cancel(let person): cloud.cancel(person)
    case .setEnabled(let person, let isOn): cloud.setEnabled(person, isOn)
    case .setHours(let door, let from, let to):
      cloud.changeDoor(door) { $0.accessHours = Self.hours(from, to) }
    case .setHoldTime(let door, let seconds):
      cloud.changeDoor(door) { $0.holdTimeSeconds = seconds }
    case .setUnlockSchedule(let door, let from, let to):
      cloud.changeDoor(door) { $0.autoUnlockSchedule = Self.hours(from, to) }
    case .holiday(let effect):
      let date = rules.civil(at: time.wall)
      cloud.holiday(String(date.text.prefix(10)), effect: effect)
    case .mistake:
      cloud.makeMistake()
    }
    cloud.push()
  }

  private static func hours(_ from: Int?, _ to: Int?) -> HoursDocument? {
    guard let from, let to else { return nil }
    func text(_ hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }
    let window = WindowDocument(from: text(from), to: text(to))
    return HoursDocument(
      days: Dictionary(
        uniqueKeysWithValues: [
          "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ].map { ($0, [window]) }))
  }

  func desk(_ action: DeskAction) {
    guard let shell else { return }
    trace.note(time.elapsed, "desk") { "\(action)" }
    do throws(PortError) {
      switch action {
      case .mode(let door, let word, let seconds):
        guard let change = ModeWord(rawValue: word) else { return }
        knowledge.order(word, door: door, seconds: seconds, at: time.elapsed, latest: time.elapsed)
        try shell.site.set(
          ModeOrder(
            door: doors[door], change: change, by: "desk", reason: "story",
            seconds: seconds > 0 ? Int64(seconds) : nil))
      case .clearLockout(let door):
        knowledge.clearedPINs(door)
        try shell.site.clearLockout(of: readers[door], by: "desk")
      case .identify(let door): try shell.site.identify(doors[door])
      }
    } catch {
      fail("the console's orders are carried out", "\(action): \(error)")
    }
    touched()
    drain()
  }

  func command(_ action: CommandAction, _ random: inout SimulationRandom) {
    tally.commands += 1
    let id = random.id()
    trace.note(time.elapsed, "command") { "\(action) \(id)" }
    let lifetime: Int64
    let command: Command
    switch action {
    case .unlock(let person, let door, let passage):
      lifetime = 20
      command = Command(kind: .unlock, door: doors[door].rawValue, person: people[person])
      if busyUntil[door] <= time.elapsed { pass(door, passage, after: 3_000_000, &random) }
    case .adminUnlock(let door, let passage):
      lifetime = 25
      command = Command(
        kind: .adminUnlock, door: doors[door].rawValue, person: "operator", reason: "story")
      if busyUntil[door] <= time.elapsed { pass(door, passage, after: 3_000_000, &random) }
    case .mode(let door, let word, let seconds):
      lifetime = 30
      command = Command(
        kind: .mode, door: doors[door].rawValue, person: "operator", reason: "story",
        mode: ModeWord(rawValue: word), seconds: Int64(max(seconds, 1)))
      knowledge.order(
        word, door: door, seconds: seconds, at: time.elapsed, latest: time.elapsed + 60_000_000)
    case .identify(let door):
      lifetime = 30
      command = Command(kind: .identify, door: doors[door].rawValue)
    case .sync:
      lifetime = 30
      command = Command(kind: .sync)
    }
    cloud.commands.add(command, id: id, expires: time.wall.advanced(bySeconds: lifetime))
    cloud.push()
    // Whoever waits for the session to come back gives up at the end of the command's time.
    for second in stride(from: 2, to: lifetime, by: 5) {
      schedule(inMicroseconds: second * 1_000_000) { $0.cloud.push() }
    }
  }
}
