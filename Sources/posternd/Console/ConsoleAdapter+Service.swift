import CloudProtocol
import ConsoleProtocol
import DoorCore
import DoorPorts
import DoorRules
import DoorRuntime
import HostLinux
import Settings
import StoreSQLite

extension ConsoleAdapter {
  func testRelay(_ test: RelayTest) async throws(ConsoleProblem) -> RelayTestResult {
    guard let door: DoorID = try parse(test.door, as: "door") else {
      throw ConsoleProblem(.invalid, "door: is missing")
    }
    try checkOperator(test.by)
    let before = await runtime.status().doors.first { $0.id == door }
    guard let before else {
      throw ConsoleProblem(.notFound, "there is no door \(door)")
    }
    guard before.lock == .secured else {
      throw ConsoleProblem(
        .refused, "the lock of \(door) is released already; wait until it is secured again")
    }
    do { try await runtime.tryLock(of: door, by: test.by, reason: "relay test") } catch {
      throw ConsoleProblem(.refused, "\(error)")
    }
    // The event is on the disk before the relay moves.
    var after = before.relayActive
    for _ in 0..<Self.relayLooksMax where after == before.relayActive {
      // Cancelled, it looks once more and ends.
      try? await Task.sleep(for: .milliseconds(10))
      after = await runtime.status().doors.first { $0.id == door }?.relayActive
    }
    let hold = await runtime.holdSeconds(of: door)
    return RelayTestResult(
      before: before.relayActive, after: after, open: before.open, holdMilliseconds: hold * 1_000)
  }

  /// Throws unless it says who in as many characters as a command may have for it: it goes into
  /// the log, and from there to the cloud.
  func checkOperator(_ by: String) throws(ConsoleProblem) {
    let allowed = Command.operatorCharacters
    guard allowed.contains(by.unicodeScalars.count) else {
      throw ConsoleProblem(
        .invalid,
        "by: says who in \(allowed.lowerBound) to \(allowed.upperBound) characters")
    }
  }

  /// How often the relay is looked at, every 10 ms: longer than any commit deadline.
  private static let relayLooksMax = 120

  func sync() async throws(ConsoleProblem) {
    do { try await runtime.sync() } catch { throw ConsoleProblem(.refused, "\(error)") }
  }

  func credentials(
    _ query: CredentialQuery
  ) async throws(ConsoleProblem) -> [ConsoleCredential] {
    let now = diagnostician.wall.read().at
    do {
      let records = try diagnostician.cache.page(
        after: query.after, person: query.person, limit: query.limit)
      return records.map { Self.show($0, at: now) }
    } catch {
      throw ConsoleProblem(.unavailable, "the credential cache could not be read: \(error)")
    }
  }

  private static func show(
    _ record: CredentialRecord, at now: WallInstant
  ) -> ConsoleCredential {
    let seconds = now.secondsSince1970
    let state =
      record.status != Credential.Status.active.rawValue
      ? "revoked"
      : record.validFrom.map { $0 > seconds } == true
        ? "pending" : record.validUntil.map { $0 <= seconds } == true ? "over" : "valid"
    return ConsoleCredential(
      id: record.id, kind: record.kind, person: record.person, status: record.status,
      state: state, validFromMilliseconds: record.validFrom.map { $0 * 1_000 },
      validUntilMilliseconds: record.validUntil.map { $0 * 1_000 }, doors: record.doors,
      scopes: record.scopes, reservationID: record.reservationID)
  }

  func configuration() async throws(ConsoleProblem) -> ConfigurationDocument? {
    do { return try diagnostician.cache.configuration() } catch {
      throw ConsoleProblem(.unavailable, "the configuration could not be read: \(error)")
    }
  }

  func geofence(_ trial: GeofenceTrial) async throws(ConsoleProblem) -> GeofenceResult? {
    guard let door: DoorID = try parse(trial.door, as: "door") else {
      throw ConsoleProblem(.invalid, "door: is missing")
    }
    if let place = trial.location, GeoPoint(latitude: place.lat, longitude: place.lng) == nil {
      throw ConsoleProblem(.invalid, "location: is no place; -90 to 90 and -180 to 180 degrees")
    }
    guard let fence = await runtime.geofence(of: door) else { return nil }
    let answer = fence.value.check(
      trial.location.map {
        Presentation.Location(
          latitude: $0.lat, longitude: $0.lng, accuracyMeters: $0.accuracyMeters)
      })
    return GeofenceResult(
      enabled: fence.value.enabled,
      center: .init(lat: fence.value.center.latitude, lng: fence.value.center.longitude),
      radiusMeters: fence.value.radiusMeters,
      accuracyBufferMeters: fence.value.accuracyBufferMeters,
      requireAccuracyBetterThan: fence.value.requireAccuracyBetterThan,
      source: "\(fence.source)", passed: answer.denial == nil, reason: answer.denial?.rawValue,
      distanceMeters: answer.distanceMeters)
  }

  func history() async -> [HistorySample] { await keeper.samples }

  func support() async -> SupportFacts {
    SupportFacts(
      settings: RedactedSettings(settings).text, log: log.recent().lines,
      rows: [
        EventDatabase.fileName: diagnostician.events.health().rows,
        CacheDatabase.fileName: diagnostician.cache.health().rows,
      ])
  }
}
