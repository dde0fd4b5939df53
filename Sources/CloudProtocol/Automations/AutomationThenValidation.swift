import DoorRules

extension AutomationThenDocument {
  func action(
    _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces
  ) -> AutomationAction? {
    let given = [
      ("output", output != nil), ("unlock", unlock != nil), ("mode", mode != nil),
      ("plan", plan != nil), ("mask", mask != nil), ("record", record != nil),
    ].filter(\.1).map(\.0)
    guard given.count == 1, let kind = given.first else {
      reader.note(
        path,
        "must have exactly one of output, unlock, mode, plan, mask, record; it has "
          + (given.isEmpty ? "none" : given.joined(separator: ", ")))
      return nil
    }
    let own = ["set": "output", "milliseconds": "output", "door": "mode", "seconds": "mode"]
    for (name, isGiven) in [
      ("set", set != nil), ("milliseconds", milliseconds != nil), ("door", door != nil),
      ("seconds", seconds != nil),
    ] where isGiven && own[name] != kind {
      reader.note("\(path).\(name)", "does not belong to \(kind)")
    }
    if let output { return drive(output, &reader, path) }
    if let unlock {
      return reader.known(unlock, "\(path).unlock", of: places.doors, "door").map { .unlock($0) }
    }
    if let mode { return order(mode, &reader, path, places) }
    if let mask {
      let id: InputID? = reader.identifier(mask, "\(path).mask")
      return id.map { .mask($0) }
    }
    if let record {
      reader.text(record, "\(path).record", length: ConfigurationLimits.nameCharacters)
      return .record(record)
    }
    guard let plan,
      let id = reader.known(plan, "\(path).plan", of: places.planIDs, "plan")
    else { return nil }
    if places.plans.first(where: { $0.id == id })?.startedBy.contains(.automation) == false {
      reader.note("\(path).plan", "the plan \(id) has no automation in its startedBy")
    }
    return .startPlan(id)
  }

  private func drive(
    _ output: String, _ reader: inout DocumentReader, _ path: String
  ) -> AutomationAction? {
    let id: OutputID? = reader.identifier(output, "\(path).output")
    let level = reader.oneOf(set ?? "", "\(path).set", ["on", "off", "pulse"])
    if level != "pulse", milliseconds != nil {
      reader.note("\(path).milliseconds", "is for a pulse")
    }
    guard let id, let level else { return nil }
    guard level == "pulse" else { return .output(id, isActive: level == "on") }
    guard let milliseconds else {
      reader.note("\(path).milliseconds", "is missing: how long the pulse is")
      return nil
    }
    return .pulse(
      id,
      milliseconds: reader.clamped(
        milliseconds, "\(path).milliseconds", to: ConfigurationLimits.automationPulse))
  }

  private func order(
    _ mode: String, _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces
  ) -> AutomationAction? {
    let allowed = AutomationAction.modes.map(\.rawValue)
    let chosen = reader.oneOf(mode, "\(path).mode", allowed).flatMap { DoorMode(rawValue: $0) }
    if door == nil { reader.note("\(path).door", "is missing") }
    if seconds == nil {
      reader.note("\(path).seconds", "is missing: how long the mode lasts at the most")
    }
    let id = door.flatMap { reader.known($0, "\(path).door", of: places.doors, "door") }
    let lasts = seconds.map {
      reader.clamped($0, "\(path).seconds", to: ConfigurationLimits.automationSeconds)
    }
    guard let chosen, let id, let lasts else { return nil }
    return .mode(chosen, id, seconds: lasts)
  }
}
