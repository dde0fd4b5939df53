import DoorRules

/// What of a configuration its automations may name.
struct AutomationPlaces {
  var doors: Set<DoorID>
  var areas: Set<AreaID>
  /// The areas that count who is inside.
  var counting: Set<AreaID>
  var plans: [Plan]

  var planIDs: Set<PlanID> { Set(plans.map(\.id)) }
}

extension AutomationDocument {
  /// The automations in terms of the rules; what is wrong is noted below `path`.
  static func read(
    _ automations: [AutomationDocument]?, _ reader: inout DocumentReader, _ path: String,
    _ places: AutomationPlaces
  ) -> [Automation] {
    guard let automations,
      reader.count(automations.count, path, max: ConfigurationLimits.automationsMax)
    else { return [] }
    var names = UsedNames<AutomationID>()
    let all = automations.enumerated().compactMap { index, document -> Automation? in
      let place = "\(path)[\(index)]"
      guard let automation = document.automation(&reader, place, places) else { return nil }
      names.use(automation.id, at: place, "\(place).id", &reader)
      return automation
    }
    if let cycle = AutomationLoops.first(in: all), let first = cycle.first {
      let chain = (cycle + [first]).map(\.rawValue).joined(separator: " sets off ")
      reader.note(path, "would never come to rest: \(chain)")
    }
    return all
  }
}

extension AutomationDocument {
  /// Nil if it cannot be used.
  func automation(
    _ reader: inout DocumentReader, _ path: String, _ places: AutomationPlaces
  ) -> Automation? {
    let id: AutomationID? = reader.identifier(id, "\(path).id")
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    let trigger = when.trigger(&reader, "\(path).when", places)
    let count = when.readCount(&reader, "\(path).when")
    let condition = `while`.flatMap { readCondition($0, &reader, "\(path).while", places) }
    let end = readEnd(&reader, path, trigger, hasCount: count != nil)
    if then.isEmpty { reader.note("\(path).then", "is empty: it would do nothing") }
    var actions: [AutomationAction] = []
    if reader.count(then.count, "\(path).then", max: ConfigurationLimits.automationActionsMax) {
      for (index, document) in then.enumerated() {
        let place = "\(path).then[\(index)]"
        guard let action = document.action(&reader, place, places) else { continue }
        if case .mask(let input) = action {
          check(maskOf: input, trigger, end, &reader, place)
        }
        actions.append(action)
      }
    }
    guard let id, let trigger else { return nil }
    return Automation(
      id: id, name: name, trigger: trigger, count: count, condition: condition, actions: actions,
      end: end)
  }

  private func readCondition(
    _ document: AutomationWhileDocument, _ reader: inout DocumentReader, _ path: String,
    _ places: AutomationPlaces
  ) -> AutomationCondition? {
    let condition = document.condition(&reader, path, places, depth: 1)
    if let condition {
      _ = reader.count(condition.count, path, max: ConfigurationLimits.automationConditionsMax)
    }
    return condition
  }

  private func readEnd(
    _ reader: inout DocumentReader, _ path: String, _ trigger: AutomationTrigger?, hasCount: Bool
  ) -> Automation.End? {
    if let forSeconds {
      if until != nil {
        reader.note("\(path).until", "stands beside forSeconds; an automation ends by one of them")
      }
      let seconds = reader.clamped(
        forSeconds, "\(path).forSeconds", to: ConfigurationLimits.automationSeconds)
      return .after(milliseconds: seconds * 1_000)
    }
    guard let until else { return nil }
    guard until == "over" else {
      reader.note("\(path).until", "is not over, which is all that it may be")
      return nil
    }
    if hasCount || trigger?.lasts == false {
      reader.note(
        "\(path).until",
        "needs a trigger that lasts: input, hours, mode or plan, without count; or write forSeconds"
      )
    }
    return .over
  }

  /// Nobody may be without an input for ever, or by its own doing.
  private func check(
    maskOf input: InputID, _ trigger: AutomationTrigger?, _ end: Automation.End?,
    _ reader: inout DocumentReader, _ path: String
  ) {
    if end == nil {
      reader.note(path, "masks an input without an end; write forSeconds or until")
    }
    if case .input(input, _) = trigger, end == .over {
      reader.note(
        path, "masks the input that it waits for, and would be over at once: write forSeconds")
    }
  }
}
