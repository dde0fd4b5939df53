public import DoorRules

extension ConfigurationDocument {
  /// What a controller accepts and what cannot mean there what was meant, by path. `wired` and
  /// `readers` are the doors and readers of the controller; empty ones are not known and not compared.
  /// `auxiliary` are its auxiliary inputs and outputs; nil where they are not known.
  public func warnings(
    wired: Set<DoorID>, readers: Set<ReaderID>, auxiliary: AuxiliaryNames? = nil
  ) -> [RecordWarning] {
    var warnings: [RecordWarning] = []
    func warn(_ path: String, _ message: String) {
      warnings.append(RecordWarning(path: path, message: message))
    }
    if doors.isEmpty { warn("doors", "names no door: every door here denies everybody") }
    if !wired.isEmpty {
      let known = wired.map(\.rawValue).sorted().joined(separator: ", ")
      for (index, door) in doors.enumerated() where DoorID(door.id).map(wired.contains) != true {
        warn(
          "doors[\(index)].id", "\(door.id) is not wired to this controller, which has \(known)")
      }
      let named = Set(doors.compactMap { DoorID($0.id) })
      if !doors.isEmpty {
        for door in wired.subtracting(named).sorted() {
          warn("doors", "\(door) is wired and not named: it denies everybody")
        }
      }
    }
    for (index, scope) in scopes.enumerated() where scope.doors.isEmpty {
      warn("scopes[\(index)].doors", "names no door: whatever is for \(scope.id) opens nothing")
    }
    for (index, area) in (facility.areas ?? []).enumerated() where !readers.isEmpty {
      let lists = [("entryReaders", area.entryReaders), ("exitReaders", area.exitReaders ?? [])]
      for (name, list) in lists {
        for (place, reader) in list.enumerated()
        where ReaderID(reader).map(readers.contains) != true {
          warn(
            "facility.areas[\(index)].\(name)[\(place)]",
            "\(reader) is no reader of this controller")
        }
      }
    }
    for (index, automation) in (facility.automations ?? []).enumerated() where !readers.isEmpty {
      guard let reader = automation.when.reader,
        ReaderID(reader).map(readers.contains) != true
      else { continue }
      warn(
        "facility.automations[\(index)].when.reader", "\(reader) is no reader of this controller")
    }
    if let auxiliary {
      for (index, automation) in (facility.automations ?? []).enumerated() {
        for (path, what) in automation.missing(of: auxiliary) {
          warn("facility.automations[\(index)].\(path)", "\(what) is not wired to this controller")
        }
      }
    }
    for (name, document) in (facility.credentialClasses ?? [:]).sorted(by: { $0.key < $1.key }) {
      document.warning(of: name).map { warn("facility.credentialClasses.\(name)", $0) }
    }
    for (path, settings) in allSettings {
      warnings += settings.warnings(path)
    }
    return warnings
  }

  private var allSettings: [(String, AccessSettingsDocument)] {
    [("facility", facility.settings)]
      + scopes.enumerated().map { ("scopes[\($0)]", $1.settings) }
      + doors.enumerated().map { ("doors[\($0)]", $1.settings) }
  }
}

extension CredentialClassDocument {
  /// Of a class that takes the place of a built-in one with less, or misses it by its letters.
  fileprivate func warning(of name: String) -> String? {
    let word = name.lowercased()
    guard CredentialClass.builtInNames.contains(word) else { return nil }
    guard name == word else { return "is another class than the built-in \(word): letters count" }
    guard let builtIn = CredentialClass.builtIn(named: name), builtIn.offlineHours == nil,
      offlineHours == nil, servesWithoutEnd != true
    else { return nil }
    return "ends after \(CredentialClass.offlineHoursDefault) hours without the cloud, while the "
      + "built-in \(name) never does; name offlineHours or servesWithoutEnd"
  }
}

extension AccessSettingsDocument {
  fileprivate func warnings(_ path: String) -> [RecordWarning] {
    var warnings: [RecordWarning] = []
    func warn(_ path: String, _ message: String) {
      warnings.append(RecordWarning(path: path, message: message))
    }
    if memberRules?.isEmpty == true {
      warn("\(path).memberRules", "is empty: only grants let anybody in")
    }
    for (index, rule) in (memberRules ?? []).enumerated() {
      let place = "\(path).memberRules[\(index)]"
      let empty = [
        ("memberTypes", rule.memberTypes), ("membershipStatuses", rule.membershipStatuses),
      ]
      for (name, list) in empty where list?.isEmpty == true {
        warn("\(place).\(name)", "is empty: this rule lets nobody in")
      }
      let both = Set(rule.allTags ?? []).intersection(rule.noneOfTags ?? [])
      if let tag = both.min() {
        warn(place, "asks for the tag \"\(tag)\" and forbids it: it lets nobody in")
      }
    }
    if accessHours?.isClosed == true {
      warn("\(path).accessHours", "has no window: nobody gets in at any time")
    }
    return warnings
  }
}

extension HoursDocument {
  fileprivate var isClosed: Bool {
    days.values.allSatisfy(\.isEmpty) && exceptions.values.allSatisfy(\.isEmpty)
  }
}
