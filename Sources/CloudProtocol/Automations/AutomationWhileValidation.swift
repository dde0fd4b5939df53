import DoorRules

extension AutomationWhileDocument {
  func condition(
    _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces, depth: Int
  ) -> AutomationCondition? {
    guard depth <= ConfigurationLimits.automationDepthMax else {
      reader.note(path, "is nested deeper than \(ConfigurationLimits.automationDepthMax) levels")
      return nil
    }
    let given = [
      ("all", all != nil), ("any", any != nil), ("not", not != nil), ("input", input != nil),
      ("door", door != nil), ("hours", hours != nil), ("area", area != nil),
      ("plan", plan != nil), ("clock", clock != nil),
    ].filter(\.1).map(\.0)
    guard given.count == 1, let kind = given.first else {
      reader.note(
        path,
        "must have exactly one of all, any, not, input, door, hours, area, plan, clock; it has "
          + (given.isEmpty ? "none" : given.joined(separator: ", ")))
      return nil
    }
    if `is` != nil, !["input", "door", "area"].contains(kind) {
      reader.note("\(path).is", "does not belong to \(kind)")
    }
    if mode != nil, kind != "door" { reader.note("\(path).mode", "does not belong to \(kind)") }
    if let parts = all ?? any {
      if parts.isEmpty { reader.note("\(path).\(kind)", "is empty") }
      guard
        reader.count(
          parts.count, "\(path).\(kind)", max: ConfigurationLimits.automationConditionsMax)
      else { return nil }
      let read = parts.enumerated().compactMap {
        $1.condition(&reader, "\(path).\(kind)[\($0)]", places, depth: depth + 1)
      }
      return all == nil ? .any(read) : .all(read)
    }
    if let not {
      return not.condition(&reader, "\(path).not", places, depth: depth + 1).map { .not($0) }
    }
    return simple(&reader, path, places)
  }

  private func simple(
    _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces
  ) -> AutomationCondition? {
    if let input {
      let isActive = reader.oneOf(`is` ?? "active", "\(path).is", ["active", "inactive"])
      let id: InputID? = reader.identifier(input, "\(path).input")
      return id.map { .input($0, isActive: isActive == "active") }
    }
    if let area {
      let isOccupied = reader.oneOf(`is` ?? "occupied", "\(path).is", ["occupied", "empty"])
      let id = reader.known(area, "\(path).area", of: places.counting, "area with occupancy")
      return id.map { .area($0, isOccupied: isOccupied == "occupied") }
    }
    if let hours = reader.hours(hours, "\(path).hours") { return .hours(hours) }
    if let plan {
      return reader.known(plan, "\(path).plan", of: places.planIDs, "plan").map { .plan($0) }
    }
    if let clock {
      _ = reader.oneOf(clock, "\(path).clock", ["trusted"])
      return .clockTrusted
    }
    guard let door, let id = reader.known(door, "\(path).door", of: places.doors, "door") else {
      return nil
    }
    switch (`is`, mode) {
    case (let state?, nil):
      return reader.choice(state, "\(path).is", of: AutomationCondition.DoorState.self)
        .map { .door(id, $0) }
    case (nil, let mode?):
      return reader.choice(mode, "\(path).mode", of: DoorMode.self).map { .mode(id, $0) }
    case (nil, nil), (_?, _?):
      reader.note(path, "says of the door either what it is, or its mode")
      return nil
    }
  }
}
