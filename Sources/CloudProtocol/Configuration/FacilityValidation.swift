import DoorRules

extension FacilityDocument {
  /// The facility in terms of the rules; what is wrong is noted below `path`.
  func read(_ reader: inout DocumentReader, _ path: String) -> FacilityPolicy {
    _ = reader.identifier(id, "\(path).id") as Identifier<Never>?
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    let minutes = ConfigurationLimits.marginMinutes
    if let leadMinutes { reader.whole(leadMinutes, "\(path).leadMinutes", in: minutes) }
    if let tailMinutes { reader.whole(tailMinutes, "\(path).tailMinutes", in: minutes) }
    // A number outside its range is noted; the resulting policy is then never used.
    func seconds(_ minutes: Int) -> Int64 { Int64(clamping: minutes).multipliedClamping(by: 60) }
    return FacilityPolicy(
      settings: settings.read(&reader, path), holidays: readHolidays(&reader, path),
      leadSeconds: leadMinutes.map(seconds) ?? FacilityPolicy.leadSecondsDefault,
      tailSeconds: tailMinutes.map(seconds) ?? FacilityPolicy.tailSecondsDefault,
      classes: readClasses(&reader, "\(path).credentialClasses"),
      areas: readAreas(&reader, "\(path).areas"))
  }

  private func readHolidays(_ reader: inout DocumentReader, _ path: String) -> Holidays {
    let path = "\(path).holidays"
    guard let holidays,
      reader.count(holidays.count, path, max: ConfigurationLimits.holidaysMax)
    else { return Holidays() }
    var names = UsedNames<String>()
    return Holidays(
      holidays.enumerated().compactMap { index, document in
        let place = "\(path)[\(index)]"
        names.use(document.date, at: place, "\(place).date", &reader)
        return document.read(&reader, place)
      })
  }

  private func readAreas(_ reader: inout DocumentReader, _ path: String) -> [Area] {
    guard let areas, reader.count(areas.count, path, max: ConfigurationLimits.areasMax)
    else { return [] }
    var names = UsedNames<AreaID>()
    return areas.enumerated().compactMap { index, document in
      let place = "\(path)[\(index)]"
      guard let area = document.area(&reader, place) else { return nil }
      names.use(area.id, at: place, "\(place).id", &reader)
      return area
    }
  }

  private func readClasses(
    _ reader: inout DocumentReader, _ path: String
  ) -> [String: CredentialClass] {
    guard let credentialClasses,
      reader.count(
        credentialClasses.count, path, max: ConfigurationLimits.credentialClassesMax)
    else { return [:] }
    var classes: [String: CredentialClass] = [:]
    for (name, document) in credentialClasses.sorted(by: { $0.key < $1.key }) {
      let place = "\(path).\(name)"
      _ = reader.identifier(name, place) as Identifier<Never>?
      classes[name] = document.read(&reader, place)
    }
    return classes
  }
}

extension HolidayDocument {
  fileprivate func read(
    _ reader: inout DocumentReader, _ path: String
  ) -> (CivilDate, Holidays.Holiday)? {
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    let date = CivilDate(parsing: date)
    if date == nil { reader.note("\(path).date", "is not a date, YYYY-MM-DD") }
    let effect: Holidays.Effect
    switch self.effect {
    case "closed": effect = .closed
    case "open": effect = .open
    case let other:
      guard let weekday = Weekday(name: other) else {
        reader.note("\(path).effect", "is none of closed, open, monday to sunday")
        return nil
      }
      effect = .like(weekday)
    }
    return date.map { ($0, Holidays.Holiday(name: name, effect: effect)) }
  }
}

extension CredentialClassDocument {
  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> CredentialClass {
    let offline = offlineHours ?? CredentialClass.offlineHoursDefault
    let grace = graceHours ?? min(CredentialClass.graceHoursDefault, offline)
    reader.whole(offline, "\(path).offlineHours", in: ConfigurationLimits.offlineHours)
    if grace < 0 || grace > offline {
      reader.note("\(path).graceHours", "\(grace) is outside 0 to offlineHours, \(offline)")
    }
    return CredentialClass(
      offlineHours: servesWithoutEnd == true ? nil : offline, graceHours: grace,
      unknownClock: unknownClock.flatMap {
        reader.choice($0, "\(path).unknownClock", of: CredentialClass.UnknownClock.self)
      } ?? .deny)
  }
}

extension Int64 {
  fileprivate func multipliedClamping(by factor: Int64) -> Int64 {
    let product = multipliedReportingOverflow(by: factor)
    return product.overflow ? (self < 0 ? .min : .max) : product.partialValue
  }
}
