public import DoorRules

extension AccessSettingsDocument {
  /// The settings in terms of the rules; what is wrong is noted below `path`.
  func read(_ reader: inout DocumentReader, _ path: String) -> AccessSettings {
    if let holdTimeSeconds {
      reader.whole(
        holdTimeSeconds, "\(path).holdTimeSeconds", in: ConfigurationLimits.holdTimeSeconds)
    }
    if let personsRequired {
      reader.whole(
        personsRequired, "\(path).personsRequired", in: ConfigurationLimits.personsRequired)
    }
    if let escortSeconds {
      reader.whole(escortSeconds, "\(path).escortSeconds", in: ConfigurationLimits.escortSeconds)
    }
    return AccessSettings(
      holdTimeSeconds: holdTimeSeconds, presentation: plan(&reader, path),
      accessHours: reader.hours(accessHours, "\(path).accessHours"),
      memberRules: rules(&reader, "\(path).memberRules"),
      geofence: geofence?.read(&reader, "\(path).geofence"),
      autoUnlockSchedule: reader.hours(autoUnlockSchedule, "\(path).autoUnlockSchedule"),
      playNotificationSoundOnRelayToggle: playNotificationSoundOnRelayToggle,
      personsRequired: personsRequired, unlocksWithFirstPerson: unlocksWithFirstPerson,
      requiredQualifications: requiredQualifications.map {
        reader.words($0, "\(path).requiredQualifications")
      }, escortSeconds: escortSeconds, office: office?.read(&reader, "\(path).office"),
      firstPerson: firstPerson?.read(&reader, "\(path).firstPerson"),
      extendedTimes: extendedTimes?.read(&reader, "\(path).extendedTimes"))
  }

  private func plan(_ reader: inout DocumentReader, _ path: String) -> PresentationPlan? {
    let mode = presentation.map {
      reader.choice($0, "\(path).presentation", of: PresentationMode.self) ?? .cardThenPIN
    }
    guard let presentationSchedule else { return mode.map { PresentationPlan($0) } }
    let place = "\(path).presentationSchedule"
    guard
      reader.count(presentationSchedule.count, place, max: PresentationPlan.exceptionsMax)
    else { return nil }
    let exceptions = presentationSchedule.enumerated().map { index, entry in
      PresentationPlan.Exception(
        hours: reader.hours(entry.hours, "\(place)[\(index)].hours") ?? WeeklyHours(),
        mode: reader.choice(
          entry.presentation, "\(place)[\(index)].presentation", of: PresentationMode.self)
          ?? .cardThenPIN)
    }
    return PresentationPlan(
      mode ?? ConfigurationLimits.presentationDefault, exceptions: exceptions)
  }

  private func rules(_ reader: inout DocumentReader, _ path: String) -> [MemberRule]? {
    guard let memberRules else { return nil }
    guard reader.count(memberRules.count, path, max: MemberRule.rulesMax) else { return [] }
    return memberRules.enumerated().map { $1.read(&reader, "\(path)[\($0)]") }
  }
}

extension MemberRuleDocument {
  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> MemberRule {
    reader.text(name, "\(path).name", length: ConfigurationLimits.nameCharacters)
    return MemberRule(
      name: name,
      memberTypes: memberTypes.map { reader.words($0, "\(path).memberTypes") },
      membershipStatuses: membershipStatuses.map {
        reader.words($0, "\(path).membershipStatuses")
      } ?? ["active"],
      anyTags: reader.words(anyTags ?? [], "\(path).anyTags"),
      allTags: reader.words(allTags ?? [], "\(path).allTags"),
      noneOfTags: reader.words(noneOfTags ?? [], "\(path).noneOfTags"),
      accessHours: reader.hours(accessHours, "\(path).accessHours"))
  }
}

extension FirstPersonDocument {
  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> FirstPersonPlan {
    if let minutesBefore {
      reader.whole(
        minutesBefore, "\(path).minutesBefore", in: FirstPersonPlan.minutesBeforeRange)
    }
    return FirstPersonPlan(
      anyTags: reader.words(anyTags ?? [], "\(path).anyTags"),
      memberTypes: reader.words(memberTypes ?? [], "\(path).memberTypes"),
      minutesBefore: minutesBefore ?? 0)
  }
}

extension ExtendedTimesDocument {
  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> ExtendedTimes {
    if let holdTimeSeconds {
      reader.whole(
        holdTimeSeconds, "\(path).holdTimeSeconds", in: ExtendedTimes.holdTimeSecondsRange)
    }
    if let heldOpenSeconds {
      reader.whole(
        heldOpenSeconds, "\(path).heldOpenSeconds", in: ExtendedTimes.heldOpenSecondsRange)
    }
    let plan = ExtendedTimes(
      anyTags: reader.words(anyTags ?? [], "\(path).anyTags"),
      memberTypes: reader.words(memberTypes ?? [], "\(path).memberTypes"),
      times: ExtendedTimes.Times(
        holdTimeSeconds: holdTimeSeconds, heldOpenSeconds: heldOpenSeconds))
    if plan.times == ExtendedTimes.Times(), !plan.anyTags.isEmpty || !plan.memberTypes.isEmpty {
      reader.note(path, "has neither holdTimeSeconds nor heldOpenSeconds")
    }
    return plan
  }
}

extension OfficeDocument {
  fileprivate func read(_ reader: inout DocumentReader, _ path: String) -> OfficePlan {
    func whole(_ number: Int?, _ member: String, in range: ClosedRange<Int>, else fallback: Int)
      -> Int
    {
      guard let number else { return fallback }
      reader.whole(number, "\(path).\(member)", in: range)
      return number
    }
    return OfficePlan(
      anyTags: reader.words(anyTags ?? [], "\(path).anyTags"),
      memberTypes: reader.words(memberTypes ?? [], "\(path).memberTypes"),
      presentations: whole(
        presentations, "presentations", in: OfficePlan.presentationsRange,
        else: OfficePlan.presentationsDefault),
      withinMilliseconds: whole(
        withinMilliseconds, "withinMilliseconds", in: OfficePlan.withinRange,
        else: OfficePlan.withinMillisecondsDefault),
      minutes: whole(
        minutes, "minutes", in: OfficePlan.minutesRange, else: OfficePlan.minutesDefault),
      hours: reader.hours(hours, "\(path).hours"))
  }
}

extension GeofenceDocument {
  /// The geofence alone, for a dry run. Throws every problem, by path.
  public func validated() throws(ValidationFailure) -> Geofence {
    var reader = DocumentReader()
    let fence = read(&reader, "geofence")
    try reader.check()
    guard let fence else { throw ValidationFailure(path: "geofence", message: "cannot be read") }
    return fence
  }

  func read(_ reader: inout DocumentReader, _ path: String) -> Geofence? {
    reader.number(center.lat, "\(path).center.lat", in: -90...90)
    reader.number(center.lng, "\(path).center.lng", in: -180...180)
    let meters = Geofence.metersRange
    reader.number(radiusMeters, "\(path).radiusMeters", in: meters)
    if let accuracyBufferMeters {
      reader.number(accuracyBufferMeters, "\(path).accuracyBufferMeters", in: meters)
    }
    if let requireAccuracyBetterThan {
      reader.number(requireAccuracyBetterThan, "\(path).requireAccuracyBetterThan", in: meters)
    }
    guard let point = GeoPoint(latitude: center.lat, longitude: center.lng) else { return nil }
    return Geofence(
      enabled: enabled, center: point, radiusMeters: radiusMeters,
      accuracyBufferMeters: accuracyBufferMeters ?? 0,
      requireAccuracyBetterThan: requireAccuracyBetterThan)
  }
}

extension DocumentReader {
  /// Reads a list of words such as tags.
  mutating func words(_ words: [String], _ path: String) -> Set<String> {
    guard count(words.count, path, max: CredentialLimits.tagsMax) else { return [] }
    for (index, word) in words.enumerated() {
      opaque(word, "\(path)[\(index)]", length: 1...CredentialLimits.wordBytesMax)
    }
    return Set(words)
  }

  mutating func number(_ number: Double, _ path: String, in range: ClosedRange<Double>) {
    if !range.contains(number) {
      note(path, "\(number) is outside \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
