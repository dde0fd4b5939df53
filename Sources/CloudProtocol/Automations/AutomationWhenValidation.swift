import DoorRules

extension AutomationWhenDocument {
  func trigger(
    _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces
  ) -> AutomationTrigger? {
    let given = [
      ("input", input != nil), ("event", event != nil), ("hours", hours != nil),
      ("mode", mode != nil), ("plan", plan != nil),
    ].filter(\.1).map(\.0)
    guard given.count == 1, let kind = given.first else {
      reader.note(
        path,
        "must have exactly one of input, event, hours, mode, plan; it has "
          + (given.isEmpty ? "none" : given.joined(separator: ", ")))
      return nil
    }
    let own: [String: Set<String>] = [
      "input": ["becomes"], "event": ["door", "reader", "area", "reason"], "hours": ["at"],
      "mode": ["door", "at"], "plan": ["at"],
    ]
    for (name, isGiven) in [
      ("becomes", becomes != nil), ("door", door != nil), ("reader", self.reader != nil),
      ("area", area != nil), ("reason", reason != nil), ("at", at != nil),
    ] where isGiven && own[kind]?.contains(name) != true {
      reader.note("\(path).\(name)", "does not belong to \(kind)")
    }
    let door = door.flatMap { reader.known($0, "\(path).door", of: places.doors, "door") }
    if let input {
      let isActive = reader.oneOf(becomes ?? "active", "\(path).becomes", ["active", "inactive"])
      let id: InputID? = reader.identifier(input, "\(path).input")
      return id.map { .input($0, isActive: isActive == "active") }
    }
    if event != nil { return readEvent(&reader, path, places, door) }
    let begins = reader.oneOf(at ?? "begin", "\(path).at", ["begin", "end"]) == "begin"
    if let hours = reader.hours(hours, "\(path).hours") { return .hours(hours, begins: begins) }
    if let mode {
      return reader.choice(mode, "\(path).mode", of: DoorMode.self).map {
        .mode($0, door: door, begins: begins)
      }
    }
    return plan.flatMap { reader.known($0, "\(path).plan", of: places.planIDs, "plan") }
      .map { .plan($0, begins: begins) }
  }

  private func readEvent(
    _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces, _ door: DoorID?
  ) -> AutomationTrigger? {
    guard let happening = AutomationTrigger.Happening.named(event ?? "") else {
      let all = AutomationTrigger.Happening.allCases.map(\.eventType.name)
      reader.note("\(path).event", "is none of \(all.joined(separator: ", "))")
      return nil
    }
    for (name, isGiven) in [("door", self.door), ("reader", self.reader), ("area", area)]
      .map({ ($0.0, $0.1 != nil) })
    where isGiven && !happening.places.contains(name) {
      reader.note("\(path).\(name)", "events of \(happening.eventType.name) have none")
    }
    if let reason {
      _ = reader.oneOf(reason, "\(path).reason", happening.reasons)
    }
    return .event(
      .init(
        happening, door: door,
        reader: self.reader.flatMap { reader.identifier($0, "\(path).reader") },
        area: area.flatMap { reader.known($0, "\(path).area", of: places.areas, "area") },
        reason: reason))
  }

  func readCount(
    _ reader: inout DocumentReader, _ path: String
  ) -> Automation.Count? {
    guard count != nil || withinSeconds != nil else { return nil }
    guard let count, let withinSeconds else {
      reader.note(path, "count and withinSeconds belong together")
      return nil
    }
    let most = reader.clamped(count, "\(path).count", to: ConfigurationLimits.automationCount)
    let seconds = reader.clamped(
      withinSeconds, "\(path).withinSeconds", to: ConfigurationLimits.automationWithinSeconds)
    if input == nil, event == nil { reader.note("\(path).count", "is for an input or an event") }
    return Automation.Count(most, withinMilliseconds: seconds * 1_000)
  }
}
